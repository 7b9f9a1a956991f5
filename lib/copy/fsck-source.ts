import type { VerifiedAssertion } from '../core/assertion/verify';
import { equalBytes } from '../core/bytes/bytes';
import { refuse } from '../core/refusal';
import type { Both } from '../core/registry/batch';
import { parseSeal } from '../core/registry/parse-entry';
import { parseBundle } from '../core/tlog/bundle';
import { TILE_WIDTH, tileAt } from '../core/tlog/tile-path';
import { type Finding, Fsck, type GrownTile } from '../core/validation/fsck';
import { PeriodSplitter } from '../core/validation/replay';
import type { Progress } from './copy-target';
import { checkpointIn } from './follow-faults';
import { LOGS, type LogName } from './layout';
import type { LogSource } from './log-source';

/** How many bundles of a log are on their way at once. */
const AT_ONCE = 8;
/** Signatures of about so many entries are checked at a time. */
const CHECK_ENTRIES = 2_048;

/** FsckJob: `check` checks the signatures of proof-log entries from an index on, on all cores perhaps. */
export interface FsckJob {
  readonly source: LogSource;
  /** The id that the genesis must have, or null for any. */
  readonly registry: string | null;
  readonly check: (entries: readonly Uint8Array[], first: number) => Promise<VerifiedAssertion[]>;
  readonly onProgress: (progress: Progress) => void;
}

/** FsckReport is what was found, and how much was looked at. */
export interface FsckReport {
  readonly findings: readonly Finding[];
  readonly sizes: Both<number>;
  readonly seals: number;
}

/**
 * fsckSource rebuilds everything from the entries that a source serves (records, map roots, seals, tiles, roots, signed
 * checkpoints) and compares it with what the source serves. It remembers nothing and trusts nothing.
 * @throws CopyRefusal of the source; Refusal if not even the checkpoint or a bundle can be read.
 */
export async function fsckSource({ check, onProgress, registry, source }: FsckJob): Promise<FsckReport> {
  const notes = { names: textOf(await source.checkpoint('names')), proofs: textOf(await source.checkpoint('proofs')) };
  const head = checkpointIn(notes.names);
  const proofsEnd = await proofsSize(source, head.size);
  const entries = { names: new EntryStream(source, 'names', head.size), proofs: new EntryStream(source, 'proofs', proofsEnd) };
  const fsck = new Fsck(registry);
  const splitter = new PeriodSplitter();
  const waiting: { names: Uint8Array[]; proofs: Uint8Array[] }[] = [];
  const total = head.size + proofsEnd;
  let [bytes, done, seals, firstProof, waitingProofs] = [0, 0, 0, 0, 0];
  const settle = async (): Promise<void> => {
    const all = waiting.flatMap(({ proofs }) => proofs);
    // A bad signature is found again, and named, by the slower way.
    const checked = await check(all, firstProof).catch(() => null);
    let at = 0;
    for (const [i, period] of waiting.entries()) {
      const assertions = checked?.slice(at, at + period.proofs.length);
      at += period.proofs.length;
      const isLast = i === waiting.length - 1 && done === total;
      const tiles = fsck.period({ ...period, ...(assertions === undefined ? {} : { assertions }), ...(isLast && isWhole(notes, proofsEnd) ? { notes } : {}) });
      for (const tile of tiles) fsck.tile(tile, await source.tile(tile.log, { index: tile.index, level: tile.level, width: TILE_WIDTH }));
      seals += 1;
    }
    firstProof += all.length;
    waitingProofs = 0;
    waiting.length = 0;
    onProgress({ bytes, done, total });
  };
  for (let chunk = await entries.names.next(); chunk.length > 0; chunk = await entries.names.next()) {
    for (const names of splitter.push(chunk)) {
      const { covers } = parseSeal(names.at(-1) ?? new Uint8Array(0));
      const proofs = await entries.proofs.take(Math.max(0, covers[1] - entries.proofs.taken));
      for (const one of [...names, ...proofs]) bytes += one.length;
      done += names.length + proofs.length;
      waiting.push({ names, proofs });
      waitingProofs += proofs.length + 1;
      if (waitingProofs >= CHECK_ENTRIES) await settle();
    }
  }
  await settle();
  await compareEdges(source, fsck, { names: head.size, proofs: proofsEnd });
  const findings = fsck.finish({ heads: { names: head, proofs: fsck.heads().proofs }, open: splitter.openCount });
  return { findings, seals, sizes: { names: head.size, proofs: proofsEnd } };
}

/** The proof log's own checkpoint may be a seal newer than the name log's; then it is left for the next time. */
function isWhole(notes: Both<string>, proofsEnd: number): boolean {
  return checkpointIn(notes.proofs).size === proofsEnd;
}

async function proofsSize(source: LogSource, size: number): Promise<number> {
  if (size === 0) return refuse('wrong-seal', 'The log is empty.');
  const index = Math.floor((size - 1) / TILE_WIDTH);
  const { width } = tileAt(0, index, size);
  const bytes = parseBundle(await source.tile('names', { index, level: 'entries', width }), width).at(-1);
  return parseSeal(bytes ?? new Uint8Array(0)).proofs.size;
}

/** compareEdges compares the partial tiles at the end of both logs. */
async function compareEdges(source: LogSource, fsck: Fsck, sizes: Both<number>): Promise<void> {
  for (const log of LOGS) {
    for (const [level, hashes] of fsck.edges[log].levels.entries()) {
      if (hashes.length === 0) continue;
      const index = Math.floor(sizes[log] / TILE_WIDTH ** (level + 1));
      const stored = await source.tile(log, { index, level, width: hashes.length });
      const grown: GrownTile = { hashes: Buffer.concat(hashes), index, level, log };
      if (!equalBytes(stored, grown.hashes)) fsck.tile(grown, stored);
    }
  }
}

/** EntryStream reads a log's entries in order, several bundles ahead. Nothing is verified: that is what for it is read. */
class EntryStream {
  readonly #source: LogSource;
  readonly #log: LogName;
  readonly #size: number;
  readonly #coming: Promise<Uint8Array[]>[] = [];
  #index = 0;
  #open: Uint8Array[] = [];
  taken = 0;

  constructor(source: LogSource, log: LogName, size: number) {
    this.#source = source;
    this.#log = log;
    this.#size = size;
  }

  /** next is the next bundle; empty at the end. */
  async next(): Promise<Uint8Array[]> {
    while (this.#coming.length < AT_ONCE && this.#index * TILE_WIDTH < this.#size) {
      const { index, width } = tileAt(0, this.#index++, this.#size);
      const bundle = this.#source.tile(this.#log, { index, level: 'entries', width }).then((bytes) => parseBundle(bytes, width));
      bundle.catch(() => undefined);
      this.#coming.push(bundle);
    }
    return (await this.#coming.shift()) ?? [];
  }

  async take(count: number): Promise<Uint8Array[]> {
    while (this.#open.length < count) {
      const more = await this.next();
      if (more.length === 0) break;
      this.#open.push(...more);
    }
    const taken = this.#open.slice(0, count);
    this.#open = this.#open.slice(count);
    this.taken += taken.length;
    return taken;
  }
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}
