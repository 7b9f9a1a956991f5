import type { ToVerify } from './fast-verify';

/*
 * What travels between a thread that wants signatures checked and those that check them: one block of bytes there, a byte a signature
 * back. Copying an object from thread to thread costs more than checking its signature.
 */

/** VerifyJob is a group of checks: of each the key (32 bytes), the signature (64) and the message, one after the other; `ends` says where each stops. */
export interface VerifyJob {
  id: number;
  bytes: Uint8Array<ArrayBuffer>;
  ends: Uint32Array<ArrayBuffer>;
}

/** VerifyAnswer says of each check of a job whether it is good: 1, or 0. */
export interface VerifyAnswer {
  id: number;
  good: Uint8Array<ArrayBuffer>;
}

const KEY_BYTES = 32;
const HEAD_BYTES = 96;

/** isPackable tells whether a check has the lengths that a job can hold; no other can be good. */
export function isPackable({ publicKey, signature }: ToVerify): boolean {
  return publicKey.length === KEY_BYTES && signature.length === HEAD_BYTES - KEY_BYTES;
}

/** packChecks makes a job of checks that are all packable. */
export function packChecks(id: number, checks: readonly ToVerify[]): VerifyJob {
  let sizeBytes = 0;
  for (const { message } of checks) sizeBytes += HEAD_BYTES + message.length;
  const bytes = new Uint8Array(sizeBytes);
  const ends = new Uint32Array(checks.length);
  let at = 0;
  let i = 0;
  for (const { publicKey, signature, message } of checks) {
    bytes.set(publicKey, at);
    bytes.set(signature, at + KEY_BYTES);
    bytes.set(message, at + HEAD_BYTES);
    at += HEAD_BYTES + message.length;
    ends[i++] = at;
  }
  return { id, bytes, ends };
}

/** unpackChecks gives the checks of a job, as views of its bytes. */
export function unpackChecks({ bytes, ends }: VerifyJob): ToVerify[] {
  return Array.from(ends, (end, i) => {
    const from = i === 0 ? 0 : (ends[i - 1] ?? 0);
    return { publicKey: bytes.subarray(from, from + KEY_BYTES), signature: bytes.subarray(from + KEY_BYTES, from + HEAD_BYTES), message: bytes.subarray(from + HEAD_BYTES, end) };
  });
}
