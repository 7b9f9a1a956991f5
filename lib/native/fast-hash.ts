import { createHash } from 'node:crypto';
import * as nodeCrypto from 'node:crypto';
import { type Base64Codec, provideBase64 } from '../core/bytes/base64';
import { provideEqualBytes } from '../core/bytes/bytes';
import { provideSha256, type Hash, type HashInto, type HashToBase64 } from '../core/bytes/sha256';
import { provideSha512 } from '../core/bytes/sha512';
import { provideVerifier } from '../core/keys/ed25519';
import { fastVerifier, type NamedVerifier } from './fast-verify';

/**
 * fastHash is a digest by node:crypto: `crypto.hash` where there is one (Node 20.12). Asked for text with a byte a character, it takes
 * less than half the time of making a Buffer; so short input is hashed at three to five times the rate of noble.
 */
export function fastHash(algorithm: 'sha256' | 'sha512'): Hash {
  const { hash } = nodeCrypto;
  if (typeof hash !== 'function') return (bytes) => plainArray(createHash(algorithm).update(bytes).digest());
  return (bytes) => {
    const digest = hash(algorithm, bytes, 'binary');
    const out = new Uint8Array(digest.length);
    for (let i = 0; i < digest.length; i++) out[i] = digest.charCodeAt(i);
    return out;
  };
}

/** fastHashInto is the same, written in place; undefined where Node has no `crypto.hash`. */
export function fastHashInto(algorithm: 'sha256'): HashInto | undefined {
  const { hash } = nodeCrypto;
  if (typeof hash !== 'function') return undefined;
  // The same array is written to again and again, so its Buffer view is kept.
  let viewed: Uint8Array | null = null;
  let view: Buffer = Buffer.alloc(0);
  return (bytes, out, offset) => {
    if (out !== viewed) {
      viewed = out;
      view = Buffer.from(out.buffer, out.byteOffset, out.byteLength);
    }
    view.write(hash(algorithm, bytes, 'binary'), offset, 'latin1');
  };
}

/** fastHashToBase64 is SHA-256 straight to base64; undefined where Node has no `crypto.hash`. */
export function fastHashToBase64(): HashToBase64 | undefined {
  const { hash } = nodeCrypto;
  return typeof hash === 'function' ? (bytes) => hash('sha256', bytes, 'base64') : undefined;
}

/** fastBase64 is base64 by Buffer, ten times as fast as ours from a kilobyte on. The same large array is asked for again and again, so its view is kept. */
export function fastBase64(): Base64Codec {
  let viewed: ArrayBufferLike | null = null;
  let view: Buffer = Buffer.alloc(0);
  const over = (bytes: Uint8Array): Buffer => {
    if (bytes.buffer !== viewed) {
      viewed = bytes.buffer;
      view = Buffer.from(bytes.buffer);
    }
    return view;
  };
  return {
    decode: (text, out, offset, lengthBytes) => {
      over(out).write(text, out.byteOffset + offset, lengthBytes, 'base64');
    },
    encode: (bytes, from, to) => over(bytes).toString('base64', bytes.byteOffset + from, bytes.byteOffset + to),
  };
}

/** A Buffer's slice is a view; the core may count on Uint8Array's. */
function plainArray(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

/** provideFastCrypto puts the server's hashes, base64, comparison and verifier below lib/core, for this process. It tells which verifier was chosen. */
export function provideFastCrypto(): NamedVerifier['name'] {
  provideSha256(fastHash('sha256'), fastHashInto('sha256'), fastHashToBase64());
  provideBase64(fastBase64());
  provideEqualBytes((a, b) => Buffer.compare(a, b) === 0);
  provideSha512(fastHash('sha512'));
  const { name, verify } = fastVerifier();
  provideVerifier(verify);
  return name;
}
