import { createHash } from 'node:crypto';
import type { CopyHead } from '../../copy/copy-head';
import type { CopyReader } from '../../copy/copy-reader';
import { isDiskTrouble } from '../../copy/disk';
import { keptItems } from '../../copy/snapshot-state';
import { NameFeed } from '../../core/resolution/name-feed';
import { parseSeal } from '../../core/registry/parse-entry';
import { isSealBytes } from '../../core/validation/replay';
import { NameTable } from '../../core/resolution/name-table';
import { loadTable, saveTable, tablePath } from './table-file';
import { UdfFile } from './udf-file';

/** Entries taken in at a time before others get their turn. */
const ENTRIES_AT_ONCE = 512;
/** A table is saved when so many entries have come since, besides at the end. */
const SAVE_AFTER_ENTRIES = 100_000;
/** Who answers once saves only what spares the next one more than a moment. */
const SAVE_ONCE_ENTRIES = 20_000;

/** NamesOptions: `seed` is 32 random bits, fresh for each copy. */
export interface NamesOptions {
  readonly copy: CopyReader;
  readonly seed: number;
  /** For one answer: no watching; the table is saved only if it took long to make, and if the folder may be written to. */
  readonly isOnce?: boolean;
  readonly onProgress?: (done: number, total: number) => void;
  /** Told when the table could not be saved or taken further; answers go on from what there is. */
  readonly onTrouble?: (error: unknown) => void;
}

/**
 * Names keeps the name table of a copy: loaded from its file if it has a good one, made from the log otherwise, and taken further with
 * each new head of the copy. `table` is null until the first copy is whole.
 */
export class Names {
  readonly #options: NamesOptions;
  #udfs = new UdfFile();
  #table: NameTable | null = null;
  #feed: NameFeed | null = null;
  #savedAt = 0;
  #work: Promise<void> = Promise.resolve();
  #unwatch: (() => void) | null = null;
  #registry: string | null = null;
  #isClosed = false;

  constructor(options: NamesOptions) {
    this.#options = options;
  }

  /** open makes the table and keeps it up to date from now on. If the copy is empty still, it comes later. @throws CopyRefusal `damaged-copy`. */
  static async open(options: NamesOptions): Promise<Names> {
    const names = new Names(options);
    await names.refresh();
    if (!options.isOnce) names.#watch();
    return names;
  }

  /** start is `open` for who wants to go on meanwhile: `refresh` tells when the table is there. */
  static start(options: NamesOptions): Names {
    const names = new Names(options);
    names.#watch();
    return names;
  }

  #watch(): void {
    const { copy, onTrouble } = this.#options;
    this.#unwatch = copy.watch(() => void this.refresh().catch((error: unknown) => onTrouble?.(error)));
  }

  /** table is what to answer from: always a whole sealed state. */
  table(): NameTable | null {
    return this.#table;
  }

  /** refresh takes in what the copy has committed since; one at a time. @throws CopyRefusal `damaged-copy`. */
  refresh(): Promise<void> {
    const next = this.#work.then(() => this.#refresh());
    this.#work = next.catch(() => undefined);
    return next;
  }

  async #refresh(): Promise<void> {
    const { copy } = this.#options;
    const head = this.#isClosed ? null : copy.head();
    if (head === null) return;
    if (this.#feed === null || head.registry !== this.#registry || head.names.size < this.#feed.next) await this.#begin(head);
    const feed = this.#feed;
    const table = this.#table ?? this.#fresh;
    if (feed === null || table === null) return;
    const total = head.names.size;
    for (let at = feed.next; at < total && !this.#isClosed; at = feed.next) {
      for (const bytes of copy.names.entries(at, Math.min(total, at + ENTRIES_AT_ONCE))) feed.push(bytes);
      this.#options.onProgress?.(feed.next, total);
      if (feed.next < total) await othersTurn();
    }
    if (feed.next < total) return;
    this.#table = table;
    if (feed.next - this.#savedAt >= SAVE_AFTER_ENTRIES) await this.#save();
  }

  /** The table while it is being made for the first time; nobody is answered from it. */
  #fresh: NameTable | null = null;

  async #begin(head: CopyHead): Promise<void> {
    const { copy, seed } = this.#options;
    this.#udfs.close();
    this.#table = this.#fresh = this.#feed = null;
    this.#registry = head.registry;
    const loaded = loadTable(tablePath(copy.dir));
    if (loaded !== null && loaded.origin.registry === head.registry && this.#stands(loaded.table, loaded.origin.sealHash, head)) {
      this.#udfs = loaded.udfs;
      // it stands at a whole seal already: old answers, which say their age, are better than none
      this.#table = this.#fresh = loaded.table;
      this.#feed = new NameFeed(loaded.table);
      this.#savedAt = this.#feed.next;
      return;
    }
    loaded?.udfs.close();
    this.#udfs = new UdfFile();
    this.#savedAt = 0;
    const table = new NameTable(seed, 0, this.#udfs);
    const feed = new NameFeed(table);
    if (head.from !== null) {
      // a tenure's beginning is not in a snapshot; the snapshot's own time is the careful answer
      const timeSec = snapshotTimeOf(copy, head, head.from.size);
      let count = 0;
      for (const { bytes, index } of keptItems(copy.dir)) {
        feed.state(bytes, index, timeSec);
        if (++count % ENTRIES_AT_ONCE === 0) await othersTurn();
      }
      feed.stateEnds(head.from.seal, timeSec, head.from.size);
    }
    this.#fresh = table;
    this.#feed = feed;
  }

  /** #stands tells whether the table was made from a beginning of this copy's log: the seal it stands at is the same, and with it all before. */
  #stands(table: NameTable, sealHash: string, head: CopyHead): boolean {
    const { size } = table.asOf();
    if (size === 0 || size > head.names.size || size <= this.#options.copy.names.first) return false;
    return this.#sealHash(size) === sealHash;
  }

  #sealHash(size: number): string {
    return createHash('sha256').update(this.#options.copy.names.entry(size - 1)).digest('base64');
  }

  async #save(): Promise<void> {
    const [table, registry] = [this.#table, this.#registry];
    if (table === null || registry === null) return;
    const { size } = table.asOf();
    if (size === 0 || size - this.#savedAt < (this.#options.isOnce ? SAVE_ONCE_ENTRIES : 1)) return;
    try {
      await saveTable(tablePath(this.#options.copy.dir), table, this.#udfs, { registry, sealHash: this.#sealHash(size) });
      this.#savedAt = size;
    } catch (error) {
      if (!isDiskTrouble(error) && !isForbidden(error)) throw error;
      this.#options.onTrouble?.(error);
    }
  }

  /** close stops following and saves the table. */
  async close(): Promise<void> {
    this.#unwatch?.();
    this.#isClosed = true;
    const last = this.#work.then(() => this.#save());
    this.#work = last.catch(() => undefined);
    try {
      await last;
    } finally {
      this.#udfs.close();
    }
  }
}

function isForbidden(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EACCES' || error.code === 'EPERM');
}

/** othersTurn lets requests be answered amid a long piece of work. */
function othersTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** snapshotTimeOf is the time of the seal that ends the first `size` entries or, where the copy begins right after it, of the first seal it has: a little later, which is as careful. */
function snapshotTimeOf(copy: CopyReader, head: CopyHead, size: number): number {
  const first = Math.max(copy.names.first, size - 1);
  for (let at = first; at < head.names.size; at += ENTRIES_AT_ONCE) {
    for (const bytes of copy.names.entries(at, Math.min(head.names.size, at + ENTRIES_AT_ONCE))) if (isSealBytes(bytes)) return parseSeal(bytes).timeSec;
  }
  return head.timeSec;
}
