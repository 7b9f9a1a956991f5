import { sha512 as nobleSha512 } from '@noble/hashes/sha2.js';
import { invariant } from '../refusal';
import { equalBytes, utf8 } from './bytes';
import type { Hash } from './sha256';

let current: Hash = nobleSha512;

/** sha512 is SHA-512 (FIPS 180-4), 64 bytes. */
export function sha512(bytes: Uint8Array): Uint8Array {
  return current(bytes);
}

/** provideSha512 lets a runtime put in a faster SHA-512. Throws InvariantError if it disagrees with the built-in one. */
export function provideSha512(hash: Hash): void {
  const probe = utf8('MNS probe: one value, longer than a single block of SHA-512, which has 128 bytes, so it takes a few more words');
  invariant(equalBytes(hash(probe), nobleSha512(probe)), 'the SHA-512 provided gives other digests');
  current = hash;
}
