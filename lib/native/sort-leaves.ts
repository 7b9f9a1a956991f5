import { InvariantError } from '../core/refusal';

/** MapLeaves is the whole map in key order: 32 bytes a key, 32 bytes a value, joined. */
export interface MapLeaves {
  count: number;
  keys: Uint8Array;
  values: Uint8Array;
}

const LEAF_BYTES = 64;
const KEY_BYTES = 32;
const LEAF_WORDS = LEAF_BYTES / 4;
const KEY_WORDS = KEY_BYTES / 4;

/** sortLeaves puts joined leaves (key, value, key, value, …) into key order. Keys are hashes; one that comes twice throws. */
export function sortLeaves(leaves: Buffer): MapLeaves {
  const count = leaves.length / LEAF_BYTES;
  if (!Number.isInteger(count)) throw new InvariantError('the map holds a leaf of a wrong length');
  const words = wordsOf(leaves);
  const keys = new Uint32Array(count * KEY_WORDS);
  const values = new Uint32Array(count * KEY_WORDS);
  let to = 0;
  for (const leaf of orderByPrefix(leaves, count)) {
    const from = leaf * LEAF_WORDS;
    for (let n = 0; n < KEY_WORDS; n++) {
      keys[to + n] = words[from + n] ?? 0;
      values[to + n] = words[from + KEY_WORDS + n] ?? 0;
    }
    to += KEY_WORDS;
  }
  return { count, keys: new Uint8Array(keys.buffer), values: new Uint8Array(values.buffer) };
}

/** The same bytes as 32-bit words: copying word by word is many times faster than making a view of each key. */
function wordsOf(leaves: Uint8Array): Uint32Array {
  const aligned = leaves.byteOffset % 4 === 0 ? leaves : new Uint8Array(leaves);
  return new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4);
}

/** Numbers of the leaves in key order: a radix sort by the first four bytes, then the few that share them by comparing. */
function orderByPrefix(leaves: Buffer, count: number): Uint32Array {
  let order = new Uint32Array(count);
  let next = new Uint32Array(count);
  for (let n = 0; n < count; n++) order[n] = n;
  for (const at of [2, 0]) {
    const starts = new Uint32Array(65_537);
    for (let n = 0; n < count; n++) {
      const digit = digitAt(leaves, n * LEAF_BYTES + at) + 1;
      starts[digit] = (starts[digit] ?? 0) + 1;
    }
    for (let digit = 1; digit < starts.length; digit++) starts[digit] = (starts[digit] ?? 0) + (starts[digit - 1] ?? 0);
    for (const leaf of order) {
      const digit = digitAt(leaves, leaf * LEAF_BYTES + at);
      const place = starts[digit] ?? 0;
      next[place] = leaf;
      starts[digit] = place + 1;
    }
    [order, next] = [next, order];
  }
  settleTies(leaves, order);
  return order;
}

function digitAt(leaves: Uint8Array, at: number): number {
  return ((leaves[at] ?? 0) << 8) | (leaves[at + 1] ?? 0);
}

function settleTies(leaves: Buffer, order: Uint32Array): void {
  for (let n = 1; n < order.length; n++) {
    const leaf = order[n] ?? 0;
    let place = n;
    while (place > 0) {
      const before = order[place - 1] ?? 0;
      const compared = compareKeys(leaves, before, leaf);
      if (compared === 0) throw new InvariantError('the map holds a key twice');
      if (compared < 0) break;
      order[place] = before;
      place -= 1;
    }
    order[place] = leaf;
  }
}

function compareKeys(leaves: Buffer, a: number, b: number): number {
  const from = a * LEAF_BYTES;
  const other = b * LEAF_BYTES;
  const high = digitAt(leaves, from) - digitAt(leaves, other);
  if (high !== 0) return high;
  const low = digitAt(leaves, from + 2) - digitAt(leaves, other + 2);
  return low === 0 ? leaves.compare(leaves, other, other + KEY_BYTES, from, from + KEY_BYTES) : low;
}
