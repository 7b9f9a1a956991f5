import { concat, utf8 } from '../bytes/bytes';
import { currentVerifier, SIGNATURE_BYTES, type Verifier } from '../keys/ed25519';
import type { Signable } from '../keys/signable';
import { refuse } from '../refusal';
import { COSIGNATURE, type Vkey } from './vkey';

/*
 * Cosignatures (c2sp.org/tlog-cosignature, cosignature/v1, Ed25519): "at this time, this was the largest consistent tree I had seen". A key
 * that also states more (a validator's: every entry was replayed) must be a key of its own, as the cosigner's name is not signed.
 */

/** Cosignature is a time and a signature over it and a checkpoint's text. */
export interface Cosignature {
  timeSec: number;
  /** signature has 64 bytes. */
  signature: Uint8Array;
}

/** CosignatureToSign is a cosignature's message, ready to be signed. */
export interface CosignatureToSign extends Signable<'cosignature'> {
  readonly timeSec: number;
}

/** COSIGNATURE_BYTES is the length on a signature line after the key ID: 8 bytes of time, 64 of signature. */
export const COSIGNATURE_BYTES = 8 + SIGNATURE_BYTES;

/** cosignatureMessage is what a cosignature signs; `text` is the whole checkpoint text with its last line feed. Refuses `bad-cosignature`. */
export function cosignatureMessage(timeSec: number, text: string): Uint8Array {
  checkTime(timeSec);
  if (!text.endsWith('\n')) refuse('bad-cosignature', 'A cosignature covers a whole checkpoint text, with its last line feed.');
  return utf8(`cosignature/v1\ntime ${timeSec}\n${text}`);
}

/** cosignatureToSign prepares the cosignature of a checkpoint that the caller has verified. Refuses `bad-cosignature`. */
export function cosignatureToSign(timeSec: number, checkpointText: string): CosignatureToSign {
  return { kind: 'cosignature', bytes: cosignatureMessage(timeSec, checkpointText), timeSec } as CosignatureToSign;
}

/** formatCosignature writes the 72 bytes that follow the key ID. Refuses `bad-cosignature`. */
export function formatCosignature({ timeSec, signature }: Cosignature): Uint8Array {
  checkTime(timeSec);
  if (signature.length !== SIGNATURE_BYTES) refuse('bad-cosignature', `A signature has ${SIGNATURE_BYTES} bytes.`);
  const time = new Uint8Array(8);
  new DataView(time.buffer).setBigUint64(0, BigInt(timeSec));
  return concat(time, signature);
}

/** parseCosignature reads those 72 bytes. Refuses `bad-cosignature`, also for times above 2^53-1. */
export function parseCosignature(bytes: Uint8Array): Cosignature {
  if (bytes.length !== COSIGNATURE_BYTES) return refuse('bad-cosignature', `A cosignature has ${COSIGNATURE_BYTES} bytes; this has ${bytes.length}.`);
  const timeSec = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0));
  checkTime(timeSec);
  return { timeSec, signature: Uint8Array.from(bytes.subarray(8)) };
}

/** verifyCosignature checks the bytes of a line by `vkey` and gives what they state. Refuses `bad-cosignature`, `bad-signature`. */
export function verifyCosignature(vkey: Vkey, checkpointText: string, bytes: Uint8Array, verifier: Verifier = currentVerifier()): Cosignature {
  if (vkey.type !== COSIGNATURE) return refuse('bad-cosignature', `${vkey.name} is not a key for cosignatures.`);
  const cosignature = parseCosignature(bytes);
  if (!verifier(vkey.publicKey, cosignatureMessage(cosignature.timeSec, checkpointText), cosignature.signature)) {
    refuse('bad-signature', `The cosignature of ${vkey.name} is not valid.`);
  }
  return cosignature;
}

function checkTime(timeSec: number): void {
  if (!Number.isSafeInteger(timeSec) || timeSec < 0) refuse('bad-cosignature', 'The time of a cosignature is a whole number of seconds up to 2^53-1.');
}
