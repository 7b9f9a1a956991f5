import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import { invariant } from '../refusal';
import { toBase64 } from './base64';
import { concat, equalBytes, utf8 } from './bytes';

/** Hash maps bytes to their digest. */
export type Hash = (bytes: Uint8Array) => Uint8Array;

/** HashInto writes the digest of `bytes` to `out`, from `offset` on. `bytes` may be a view of the same memory. */
export type HashInto = (bytes: Uint8Array, out: Uint8Array, offset: number) => void;

/** HashToBase64 gives the digest of `bytes` in base64. */
export type HashToBase64 = (bytes: Uint8Array) => string;

let current: Hash = nobleSha256;
let currentInto: HashInto = setInto;
let currentToBase64: HashToBase64 = toBase64OfDigest;

function toBase64OfDigest(bytes: Uint8Array): string {
  return toBase64(current(bytes));
}

function setInto(bytes: Uint8Array, out: Uint8Array, offset: number): void {
  out.set(current(bytes), offset);
}

/** sha256 is SHA-256 (FIPS 180-4), 32 bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return current(bytes);
}

// Hashing is synchronous, and joining in memory of its own would cost as much as the hash.
const joined = new Uint8Array(8 * 1024);

/** sha256After is SHA-256 of `prefix` and `bytes` one after the other. */
export function sha256After(prefix: Uint8Array, bytes: Uint8Array): Uint8Array {
  const length = prefix.length + bytes.length;
  if (length > joined.length) return current(concat(prefix, bytes));
  joined.set(prefix);
  joined.set(bytes, prefix.length);
  return current(joined.subarray(0, length));
}

/** sha256Into writes SHA-256 of `bytes` to `out`, 32 bytes from `offset` on: where millions are hashed, allocating each digest costs as much as hashing. */
export function sha256Into(bytes: Uint8Array, out: Uint8Array, offset: number): void {
  currentInto(bytes, out, offset);
}

/** sha256Base64 is SHA-256 of `bytes` in base64, the form in which entries quote hashes. */
export function sha256Base64(bytes: Uint8Array): string {
  return currentToBase64(bytes);
}

/** provideSha256 lets a runtime put in a faster SHA-256, and faster ways to write it in place and as base64. Throws InvariantError if one disagrees with the built-in one. */
export function provideSha256(hash: Hash, into?: HashInto, inBase64?: HashToBase64): void {
  const probe = utf8('MNS probe: one value, longer than a single block of SHA-256, which has 64 bytes');
  invariant(equalBytes(hash(probe), nobleSha256(probe)), 'the SHA-256 provided gives other digests');
  if (into !== undefined) {
    const out = new Uint8Array(40);
    into(probe, out, 4);
    invariant(equalBytes(out.subarray(4, 36), nobleSha256(probe)), 'the SHA-256 provided writes other digests');
  }
  if (inBase64 !== undefined) invariant(inBase64(probe) === toBase64(nobleSha256(probe)), 'the SHA-256 provided writes other base64');
  current = hash;
  currentInto = into ?? setInto;
  currentToBase64 = inBase64 ?? toBase64OfDigest;
}
