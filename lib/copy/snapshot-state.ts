import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { invariant } from '../core/refusal';
import { refuseCopy } from './copy-refusal';
import { FlatTable } from './flat-table';

/*
 * snapshot/items of a copy that began at a snapshot: all its items one after another, ascending by key: key (32 bytes),
 * name-log index (u48 big-endian), length (u16 big-endian), entry. Written once, when the map they make had been compared
 * with a sealed root.
 */

/** SNAPSHOT_ITEMS is the file's path below the copy's folder, SNAPSHOT_DIGEST that of its SHA-256 in hex. */
export const SNAPSHOT_ITEMS = join('snapshot', 'items');
export const SNAPSHOT_DIGEST = join('snapshot', 'sha256');

const HEAD_BYTES = 40;
const BLOCK_BYTES = 4 * 1024 * 1024;

/** KeptItem is one item of the snapshot. */
export interface KeptItem {
  readonly key: Uint8Array;
  readonly index: number;
  readonly bytes: Uint8Array;
  /** Where it begins in the file. */
  readonly at: number;
}

/** encodeItem writes one item. */
export function encodeItem({ key, index, bytes }: Omit<KeptItem, 'at'>): Uint8Array {
  const out = Buffer.alloc(HEAD_BYTES + bytes.length);
  out.set(key, 0);
  out.writeUIntBE(index, 32, 6);
  out.writeUInt16BE(bytes.length, 38);
  out.set(bytes, HEAD_BYTES);
  return out;
}

/** keptItems reads all items of a copy's snapshot in turn; none if it began at entry 0. Only at the end is it known that all were good. @throws CopyRefusal `damaged-copy`. */
export function* keptItems(dir: string): Generator<KeptItem> {
  const path = join(dir, SNAPSHOT_ITEMS);
  if (!existsSync(path)) return;
  const fd = openSync(path, 'r');
  const hash = createHash('sha256');
  try {
    let block = Buffer.alloc(0);
    let at = 0;
    for (;;) {
      const next = itemIn(block);
      if (next !== null) {
        yield { ...next, at };
        const length = HEAD_BYTES + next.bytes.length;
        at += length;
        block = block.subarray(length);
        continue;
      }
      const more = Buffer.allocUnsafe(BLOCK_BYTES);
      const got = readSync(fd, more, 0, BLOCK_BYTES, at + block.length);
      if (got === 0) break;
      hash.update(more.subarray(0, got));
      block = Buffer.concat([block, more.subarray(0, got)]);
    }
    if (block.length > 0 || !existsSync(join(dir, SNAPSHOT_DIGEST)) || readFileSync(join(dir, SNAPSHOT_DIGEST), 'utf8').trim() !== hash.digest('hex')) {
      refuseCopy('damaged-copy', 'snapshot/items is not as it was written.');
    }
  } finally {
    closeSync(fd);
  }
}

function itemIn(block: Buffer): Omit<KeptItem, 'at'> | null {
  if (block.length < HEAD_BYTES) return null;
  const end = HEAD_BYTES + block.readUInt16BE(38);
  return block.length < end ? null : { bytes: block.subarray(HEAD_BYTES, end), index: block.readUIntBE(32, 6), key: block.subarray(0, 32) };
}

/** SnapshotState finds single items of a copy's snapshot by their key. */
export class SnapshotState {
  readonly #fd: number;
  readonly #places: FlatTable;

  private constructor(fd: number, places: FlatTable) {
    this.#fd = fd;
    this.#places = places;
  }

  /** open reads the file once, to know where each key is. */
  static open(dir: string): SnapshotState {
    const places = FlatTable.withRoom(0);
    for (const { key, at } of keptItems(dir)) places.set(key, at, 0);
    return new SnapshotState(openSync(join(dir, SNAPSHOT_ITEMS), 'r'), places);
  }

  /** bytesOf is the entry under a key. @throws CopyRefusal `damaged-copy`. */
  bytesOf(key: Uint8Array): Uint8Array {
    const at = this.#places.indexOf(key);
    invariant(at !== null, 'the index names a key that the snapshot lacks');
    const head = Buffer.alloc(HEAD_BYTES);
    readSync(this.#fd, head, 0, HEAD_BYTES, at);
    const bytes = Buffer.alloc(head.readUInt16BE(38));
    const got = readSync(this.#fd, bytes, 0, bytes.length, at + HEAD_BYTES);
    if (got < bytes.length || !head.subarray(0, 32).equals(key)) refuseCopy('damaged-copy', 'snapshot/items has changed.');
    return bytes;
  }

  close(): void {
    closeSync(this.#fd);
  }
}
