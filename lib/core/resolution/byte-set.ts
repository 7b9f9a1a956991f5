import { equalBytes } from '../bytes/bytes';
import { InvariantError } from '../refusal';

/** FILL is how full a hash table may get before it is made twice as large. */
export const FILL = 0.7;
const MAX_ITEM_BYTES = 255;

/** hashBytes is 32 bits of FNV-1a over bytes with A–Z folded to a–z, from a secret seed, stirred at the end: who registers names cannot choose where they land. */
export function hashBytes(bytes: Uint8Array, start: number, length: number, seed: number): number {
  let hash = (0x811c9dc5 ^ seed) | 0;
  for (let i = start; i < start + length; i++) {
    const byte = bytes[i] as number;
    hash = Math.imul(hash ^ (byte >= 65 && byte <= 90 ? byte | 0x20 : byte), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** slotsFor is a power of two that holds `count` items with room. */
export function slotsFor(count: number): number {
  let slots = 16;
  while (slots * FILL < count) slots *= 2;
  return slots;
}

/** roomFor copies `bytes` into an array half as large again, or larger if `needed` says so. Untouched memory costs nothing. */
export function roomFor<Bytes extends Uint8Array | Uint32Array>(bytes: Bytes, used: number, needed: number): Bytes {
  if (needed <= bytes.length) return bytes;
  const size = Math.max(needed, Math.ceil(bytes.length * 1.5), 64);
  const larger = (bytes instanceof Uint32Array ? new Uint32Array(size) : new Uint8Array(size)) as Bytes;
  larger.set(bytes.subarray(0, used));
  return larger;
}

/**
 * ByteSet keeps short byte strings once each, in one flat array: services and lists of addresses, which many names share. An item's
 * number is its place, from 1; 0 stands for nothing.
 */
export class ByteSet {
  heap: Uint8Array;
  used: number;
  slots: Uint32Array;
  count: number;
  readonly #seed: number;

  constructor(seed: number, kept: { heap: Uint8Array; slots: Uint32Array; count: number } = { heap: new Uint8Array(0), slots: new Uint32Array(16), count: 0 }) {
    this.#seed = seed;
    this.heap = kept.heap;
    this.used = kept.heap.length;
    this.slots = kept.slots;
    this.count = kept.count;
  }

  /** add gives the number of an item, which it stores if it is new. */
  add(item: Uint8Array): number {
    if (item.length > MAX_ITEM_BYTES) throw new InvariantError('an item of a ByteSet is too long');
    let slot = hashBytes(item, 0, item.length, this.#seed) & (this.slots.length - 1);
    for (let known = this.slots[slot] as number; known !== 0; known = this.slots[slot] as number) {
      if (equalBytes(this.get(known), item)) return known;
      slot = (slot + 1) & (this.slots.length - 1);
    }
    this.heap = roomFor(this.heap, this.used, this.used + item.length + 1);
    const number = this.used + 1;
    this.heap[this.used] = item.length;
    this.heap.set(item, this.used + 1);
    this.used += item.length + 1;
    this.slots[slot] = number;
    this.count++;
    if (this.count > this.slots.length * FILL) this.#rehash();
    return number;
  }

  /** get is the item with that number: a view. */
  get(number: number): Uint8Array {
    const length = this.heap[number - 1] as number;
    return this.heap.subarray(number, number + length);
  }

  #rehash(): void {
    const old = this.slots;
    this.slots = new Uint32Array(old.length * 2);
    for (const number of old) {
      if (number === 0) continue;
      const item = this.get(number);
      let slot = hashBytes(item, 0, item.length, this.#seed) & (this.slots.length - 1);
      while (this.slots[slot] !== 0) slot = (slot + 1) & (this.slots.length - 1);
      this.slots[slot] = number;
    }
  }
}
