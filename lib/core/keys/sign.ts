import * as ed from '@noble/ed25519';
import { refuse } from '../refusal';
// Also wires SHA-512 into the library.
import { SIGNATURE_BYTES } from './ed25519';
import type { Signable } from './signable';

/** SEED_BYTES is the length of an RFC 8032 private key. */
export const SEED_BYTES = 32;

/** Signed is one signature with the key that made it. */
export interface Signed {
  publicKey: Uint8Array;
  signature: Uint8Array;
}

/** publicKeyOf derives the 32-byte public key of an RFC 8032 seed. Refuses `bad-key`. */
export function publicKeyOf(seed: Uint8Array): Uint8Array {
  checkSeed(seed);
  return ed.getPublicKey(seed);
}

/** sign makes the deterministic RFC 8032 signature over a typed payload. Refuses `bad-key`. */
export function sign(what: Signable, seed: Uint8Array): Uint8Array {
  checkSeed(seed);
  const signature = ed.sign(what.bytes, seed);
  return signature.length === SIGNATURE_BYTES ? signature : refuse('bad-key', 'The signing library failed.');
}

/** signWith is `sign` together with the public key, as `attach` wants it. */
export function signWith(what: Signable, seed: Uint8Array): Signed {
  return { publicKey: publicKeyOf(seed), signature: sign(what, seed) };
}

function checkSeed(seed: Uint8Array): void {
  if (seed.length !== SEED_BYTES) refuse('bad-key', `A private key is a seed of ${SEED_BYTES} bytes.`);
}
