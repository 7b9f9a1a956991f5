import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { invariant } from '../core/refusal';
import { type Edge, appendLeaves, emptyEdge } from '../core/tlog/edge';
import { HASH_BYTES } from '../core/tlog/hash';
import { TILE_WIDTH } from '../core/tlog/tile-path';
import { type Disk, syncFolder } from './disk';
import { type LogName, OFFSET_BYTES, bundleStart, levelCount, levelsAt } from './layout';

/** Committed is how far a log's files are good: `edge` at that size, and where the entries end. */
interface Committed {
  readonly edge: Edge;
  readonly entriesBytes: number;
}

/**
 * LogAppender grows the files of one log. What is appended stays in memory until `flush` has it on disk, at the places behind
 * what is committed; a flush that failed is simply done again, at the same places.
 */
export class LogAppender {
  readonly #dir: string;
  readonly #disk: Disk;
  readonly #files = new Map<string, FileHandle>();
  #first: number;
  #committed: Committed;
  #edge: Edge;
  #entriesBytes: number;
  #entries: Uint8Array[] = [];
  #offsets: number[] = [];
  /** By level: the hashes that came since the commit. */
  #levels: Uint8Array[][] = [];

  constructor(dir: string, log: LogName, disk: Disk, at: { readonly first: number; readonly edge: Edge; readonly entriesBytes: number }) {
    this.#dir = join(dir, log);
    this.#disk = disk;
    this.#first = at.first;
    this.#edge = at.edge;
    this.#entriesBytes = at.entriesBytes;
    this.#committed = { edge: at.edge, entriesBytes: at.entriesBytes };
  }

  /** The log's edge with all that was appended. */
  get edge(): Edge {
    return this.#edge;
  }

  /** Where this log of the copy begins. */
  get first(): number {
    return this.#first;
  }

  /** Bytes of entries that wait for a commit. */
  get waitingBytes(): number {
    return this.#entriesBytes - this.#committed.entriesBytes;
  }

  /** begin lets an empty log start at a snapshot's edge instead of entry 0; `bundle` are the entries of its last, partial bundle. */
  begin(edge: Edge, bundle: readonly Uint8Array[]): void {
    invariant(this.#edge.size === 0 && this.#first === 0, 'only an empty copy can begin at a snapshot');
    this.#first = bundleStart(edge.size);
    invariant(bundle.length === edge.size - this.#first, 'the last bundle of the snapshot must be whole');
    this.#addEntries(bundle);
    this.#levels = edge.levels.map((hashes) => [...hashes]);
    this.#edge = edge;
    this.#committed = { edge: { levels: [], size: this.#first }, entriesBytes: 0 };
  }

  /** append adds entries with their leaf hashes. */
  append(entries: readonly Uint8Array[], leaves: readonly Uint8Array[]): void {
    invariant(entries.length === leaves.length, 'every entry has a leaf hash');
    const before = this.#edge;
    const { edge, tiles } = appendLeaves(before, leaves);
    this.#addEntries(entries);
    for (let level = 0; level < levelsAt(edge.size); level++) {
      const full = tiles.filter((tile) => tile.level === level);
      const hashes = (this.#levels[level] ??= []);
      // What the edge had of its first tile is there already.
      let skip = Math.floor(before.size / TILE_WIDTH ** level) % TILE_WIDTH;
      for (const tile of full) {
        hashes.push(tile.hashes.subarray(skip * HASH_BYTES));
        skip = 0;
      }
      for (const hash of (edge.levels[level] ?? []).slice(skip)) hashes.push(hash);
    }
    this.#edge = edge;
  }

  /** forget drops what was appended since the commit. */
  forget(): void {
    this.#edge = this.#committed.edge;
    this.#entriesBytes = this.#committed.entriesBytes;
    if (this.#committed.edge.size === this.#first && this.#committed.edge.levels.length === 0) {
      this.#edge = emptyEdge();
      this.#first = 0;
      this.#committed = { edge: this.#edge, entriesBytes: 0 };
    }
    this.#clear();
  }

  /** flush puts on disk what was appended. It may be called again after it failed. */
  async flush(): Promise<void> {
    if (this.#entries.length === 0 && this.#levels.length === 0) return;
    const { edge, entriesBytes } = this.#committed;
    await this.#put('entries', this.#entries, entriesBytes);
    const offsets = Buffer.alloc(this.#offsets.length * OFFSET_BYTES);
    for (const [i, offset] of this.#offsets.entries()) offsets.writeBigUInt64LE(BigInt(offset), i * OFFSET_BYTES);
    await this.#put('offsets', [offsets], (edge.size - this.#first) * OFFSET_BYTES);
    for (const [level, hashes] of this.#levels.entries()) {
      const from = edge.levels.length === 0 ? 0 : levelCount(level, this.#first, edge.size);
      if (hashes.length > 0) await this.#put(String(level), hashes, from * HASH_BYTES);
    }
  }

  /** committed is called when the new head is on disk: what was appended is the copy's now. */
  committed(): void {
    this.#committed = { edge: this.#edge, entriesBytes: this.#entriesBytes };
    this.#clear();
  }

  async close(): Promise<void> {
    for (const file of this.#files.values()) await file.close();
    this.#files.clear();
  }

  #clear(): void {
    this.#entries = [];
    this.#offsets = [];
    this.#levels = [];
  }

  #addEntries(entries: readonly Uint8Array[]): void {
    for (const entry of entries) {
      const framed = new Uint8Array(2 + entry.length);
      framed[0] = entry.length >> 8;
      framed[1] = entry.length & 0xff;
      framed.set(entry, 2);
      this.#entries.push(framed);
      this.#offsets.push(this.#entriesBytes);
      this.#entriesBytes += framed.length;
    }
  }

  async #put(name: string, parts: readonly Uint8Array[], position: number): Promise<void> {
    const file = await this.#file(name);
    await this.#disk.write(file, Buffer.concat(parts), position);
    await this.#disk.sync(file);
  }

  async #file(name: string): Promise<FileHandle> {
    const known = this.#files.get(name);
    if (known !== undefined) return known;
    await mkdir(this.#dir, { recursive: true });
    const path = join(this.#dir, name);
    const file = await open(path, 'r+').catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      return open(path, 'w+', 0o644);
    });
    this.#files.set(name, file);
    // A new file is only on disk once its folder is.
    await syncFolder(this.#dir);
    return file;
  }
}
