import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import { invariant } from '../refusal';
import { equalBytes, utf8 } from './bytes';

/** Hash maps bytes to their digest. */
export type Hash = (bytes: Uint8Array) => Uint8Array;

let current: Hash = nobleSha256;

/** sha256 is SHA-256 (FIPS 180-4), 32 bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return current(bytes);
}

/** provideSha256 lets a runtime put in a faster SHA-256. Throws InvariantError if it disagrees with the built-in one. */
export function provideSha256(hash: Hash): void {
  const probe = utf8('MNS probe: one value, longer than a single block of SHA-256, which has 64 bytes');
  invariant(equalBytes(hash(probe), nobleSha256(probe)), 'the SHA-256 provided gives other digests');
  current = hash;
}
