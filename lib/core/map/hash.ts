import { sha256 } from '../bytes/sha256';

/** KEY_BYTES is the length of a key, of a value and of a hash. */
export const KEY_BYTES = 32;

/** KEY_BITS is the number of bits of a key; as a position it means "no difference". */
export const KEY_BITS = 256;

/** EMPTY_MAP_ROOT is the root of a map without keys: SHA-256 of no bytes. Never write to it. */
export const EMPTY_MAP_ROOT: Uint8Array = sha256(new Uint8Array(0));

// Scratch space for both kinds of node: hashing is synchronous, and an allocation a node would cost as much as the hash.
const leafInput = new Uint8Array(2 * KEY_BYTES);
const innerInput = new Uint8Array(2 * KEY_BYTES + 1);

/** mapLeafHash is SHA-256(key ‖ value), both 32 bytes (rsc.io/tmp/mpt). */
export function mapLeafHash(key: Uint8Array, value: Uint8Array): Uint8Array {
  leafInput.set(key);
  leafInput.set(value, KEY_BYTES);
  return sha256(leafInput);
}

/** mapInnerHash is SHA-256(left ‖ right ‖ bit): `bit`, one byte, is how many leading bits all keys below share (rsc.io/tmp/mpt). */
export function mapInnerHash(left: Uint8Array, right: Uint8Array, bit: number): Uint8Array {
  innerInput.set(left);
  innerInput.set(right, KEY_BYTES);
  innerInput[2 * KEY_BYTES] = bit;
  return sha256(innerInput);
}

/** bitOf is bit number `bit` of a key, 0 or 1; bit 0 is the highest bit of the first byte. */
export function bitOf(key: Uint8Array, bit: number): number {
  return ((key[bit >> 3] as number) >> (7 - (bit & 7))) & 1;
}

/** firstDifference is the first bit in which two keys, found at these offsets, differ; `KEY_BITS` if they are equal. */
export function firstDifference(a: Uint8Array, aOffset: number, b: Uint8Array, bOffset: number): number {
  for (let i = 0; i < KEY_BYTES; i++) {
    const difference = (a[aOffset + i] as number) ^ (b[bOffset + i] as number);
    if (difference !== 0) return i * 8 + Math.clz32(difference) - 24;
  }
  return KEY_BITS;
}
