import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { equalBytes } from '../core/bytes/bytes';
import { HASH_BYTES, leafHash } from '../core/tlog/hash';
import { TILE_WIDTH, type TileRef, tileAt } from '../core/tlog/tile-path';
import { refuseCopy } from './copy-refusal';
import { BEFORE_FILE, type LogName, OFFSET_BYTES, levelBase } from './layout';

/** LogReader reads one log of a copy, as far as it is committed. Everything it gives out of `entries` is compared with its leaf hash. */
export interface LogReader {
  /** Index of the first entry that is here: 0, unless the copy began at a snapshot. */
  readonly first: number;
  /** Number of entries of the log, committed. */
  readonly size: number;
  /** entry is one entry. @throws CopyRefusal `not-in-copy`, `damaged-copy`. */
  entry(index: number): Uint8Array;
  /** entries are those of [first, end). @throws as `entry`. */
  entries(first: number, end: number): Uint8Array[];
  /** tile is `ref.width` hashes of a tile. They are as good as the disk: compare what is made of them. @throws as `entry`. */
  tile(ref: TileRef): Uint8Array;
  /** startOf is where an entry, or rather its length, begins in the file of entries. */
  startOf(index: number): number;
  /** bundle is the first `width` entries of bundle number `index`, encoded as they are served. @throws as `entry`. */
  bundle(index: number, width: number): Uint8Array;
}

/** Range is how far a log is committed, and where it begins. */
export interface LogRange {
  readonly first: number;
  readonly size: number;
}

/** An entry is usually shorter than this: then it comes with one read. */
const USUAL_ENTRY_BYTES = 2_048;
/** Entries of a stretch are read in blocks of about this many. */
const ENTRIES_AT_ONCE = 1_024;

/** LogFiles is a LogReader over a log's folder. `range` says how far it may read, and is asked each time. */
export class LogFiles implements LogReader {
  readonly #dir: string;
  readonly #log: LogName;
  readonly #range: () => LogRange;
  readonly #open = new Map<string, number>();

  constructor(dir: string, log: LogName, range: () => LogRange) {
    this.#dir = dir;
    this.#log = log;
    this.#range = range;
  }

  get first(): number {
    return this.#range().first;
  }

  get size(): number {
    return this.#range().size;
  }

  entry(index: number): Uint8Array {
    if (index >= 0 && index === this.first - 1) return this.#before(index);
    const { first } = this.#checkRange(index, index + 1);
    const start = this.#offset(index, first);
    const head = Buffer.allocUnsafe(2 + USUAL_ENTRY_BYTES);
    const got = this.#readSome('entries', head, start);
    if (got < 2) return this.#damaged('entries', `it ends before entry ${index}`);
    const lengthBytes = head.readUInt16BE(0);
    const bytes = lengthBytes <= got - 2 ? head.subarray(2, 2 + lengthBytes) : this.#read('entries', start + 2, lengthBytes);
    this.#checkLeaves(index, first, [bytes]);
    return bytes;
  }

  entries(first: number, end: number): Uint8Array[] {
    const out: Uint8Array[] = [];
    for (let at = first; at < end; at += ENTRIES_AT_ONCE) out.push(...this.#block(at, Math.min(end, at + ENTRIES_AT_ONCE)).entries);
    return out;
  }

  tile(ref: TileRef): Uint8Array {
    const { first, size } = this.#range();
    const base = levelBase(ref.level, first);
    if (ref.index * TILE_WIDTH < base) return refuseCopy('not-in-copy', `This copy begins at entry ${first} of the ${this.#log} log.`);
    if (ref.width < 1 || ref.width > tileAt(ref.level, ref.index, size).width) return refuseCopy('not-in-copy', `The ${this.#log} log has no such tile at size ${size}.`);
    return this.#read(String(ref.level), (ref.index * TILE_WIDTH - base) * HASH_BYTES, ref.width * HASH_BYTES);
  }

  startOf(index: number): number {
    return this.#offset(index, this.#checkRange(index, index + 1).first);
  }

  bundle(index: number, width: number): Uint8Array {
    const first = index * TILE_WIDTH;
    return this.#block(first, first + width).bytes;
  }

  /** close gives the files back. */
  close(): void {
    for (const fd of this.#open.values()) closeSync(fd);
    this.#open.clear();
  }

  #block(from: number, end: number): { bytes: Uint8Array; entries: Uint8Array[] } {
    if (from >= end) return { bytes: new Uint8Array(0), entries: [] };
    const { first } = this.#checkRange(from, end);
    const offsets = this.#read('offsets', (from - first) * OFFSET_BYTES, (end - from) * OFFSET_BYTES);
    const starts: number[] = [];
    for (let at = 0; at < offsets.length; at += OFFSET_BYTES) starts.push(this.#number(offsets, at));
    const start = starts[0] ?? 0;
    const last = starts.at(-1) ?? 0;
    const lastBytes = this.#read('entries', last, 2).readUInt16BE(0);
    const sizeBytes = last + 2 + lastBytes - start;
    if (sizeBytes < 0 || sizeBytes > (end - from) * (2 + 65_535)) return this.#damaged('offsets', `entries ${from} to ${end - 1} are not in a row`);
    const bytes = this.#read('entries', start, sizeBytes);
    const entries = starts.map((at, i) => {
      const here = at - start;
      const next = (starts[i + 1] ?? start + sizeBytes) - start;
      if (here < 0 || here + 2 > next || next > sizeBytes || here + 2 + bytes.readUInt16BE(here) !== next) return this.#damaged('entries', `entry ${from + i} is not where it was written`);
      return bytes.subarray(here + 2, next);
    });
    this.#checkLeaves(from, first, entries);
    return { bytes, entries };
  }

  /** The entry before the first one, if it was kept: its leaf hash, and the entry. */
  #before(index: number): Uint8Array {
    const path = join(this.#dir, this.#log, BEFORE_FILE);
    if (!existsSync(path)) return refuseCopy('not-in-copy', `This copy begins behind entry ${index} of the ${this.#log} log.`);
    const file = readFileSync(path);
    const entry = Uint8Array.from(file.subarray(HASH_BYTES));
    return equalBytes(leafHash(entry), file.subarray(0, HASH_BYTES)) ? entry : this.#damaged(BEFORE_FILE, `entry ${index} does not have its leaf hash`);
  }

  #checkLeaves(index: number, first: number, entries: readonly Uint8Array[]): void {
    const leaves = this.#read('0', (index - levelBase(0, first)) * HASH_BYTES, entries.length * HASH_BYTES);
    for (const [i, entry] of entries.entries()) {
      if (!equalBytes(leafHash(entry), leaves.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES))) this.#damaged('entries', `entry ${index + i} does not have its leaf hash`);
    }
  }

  #checkRange(from: number, end: number): LogRange {
    const range = this.#range();
    if (from < range.first || end > range.size || from >= end) refuseCopy('not-in-copy', `This copy holds entries ${range.first} to ${range.size - 1} of the ${this.#log} log.`);
    return range;
  }

  #offset(index: number, first: number): number {
    return this.#number(this.#read('offsets', (index - first) * OFFSET_BYTES, OFFSET_BYTES), 0);
  }

  #number(bytes: Buffer, at: number): number {
    const value = bytes.readBigUInt64LE(at);
    return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : this.#damaged('offsets', 'a number is too large');
  }

  #read(name: string, at: number, sizeBytes: number): Buffer {
    const out = Buffer.allocUnsafe(sizeBytes);
    if (this.#readSome(name, out, at) < sizeBytes) this.#damaged(name, `it ends before byte ${at + sizeBytes}`);
    return out;
  }

  #readSome(name: string, out: Buffer, at: number): number {
    const fd = this.#file(name);
    let got = 0;
    while (got < out.length) {
      const count = readSync(fd, out, got, out.length - got, at + got);
      if (count === 0) break;
      got += count;
    }
    return got;
  }

  #file(name: string): number {
    const known = this.#open.get(name);
    if (known !== undefined) return known;
    try {
      const fd = openSync(join(this.#dir, this.#log, name), 'r');
      this.#open.set(name, fd);
      return fd;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return this.#damaged(name, 'it is gone');
      throw error;
    }
  }

  #damaged(name: string, what: string): never {
    return refuseCopy('damaged-copy', `${this.#log}/${name}: ${what}.`);
  }
}
