import { createHash } from 'node:crypto';
import * as nodeCrypto from 'node:crypto';
import { provideSha256, type Hash } from '../core/bytes/sha256';
import { provideSha512 } from '../core/bytes/sha512';
import { provideVerifier } from '../core/keys/ed25519';
import { fastVerifier, type NamedVerifier } from './fast-verify';

/** fastHash is a digest by node:crypto: `crypto.hash` where there is one (Node 20.12), which is twice as fast as noble for short input. */
export function fastHash(algorithm: 'sha256' | 'sha512'): Hash {
  const { hash } = nodeCrypto;
  if (typeof hash === 'function') return (bytes) => plainArray(hash(algorithm, bytes, 'buffer'));
  return (bytes) => plainArray(createHash(algorithm).update(bytes).digest());
}

/** A Buffer's slice is a view; the core may count on Uint8Array's. */
function plainArray(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

/** provideFastCrypto puts the server's hashes and verifier below lib/core, for this process. It tells which verifier was chosen. */
export function provideFastCrypto(): NamedVerifier['name'] {
  provideSha256(fastHash('sha256'));
  provideSha512(fastHash('sha512'));
  const { name, verify } = fastVerifier();
  provideVerifier(verify);
  return name;
}
