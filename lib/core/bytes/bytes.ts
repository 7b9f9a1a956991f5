import { refuse } from '../refusal';

const encoder = new TextEncoder();
// ignoreBOM keeps U+FEFF in the text: dropping it would let two byte strings decode to one text.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** ZERO_HASH is 32 zero bytes, the "previous hash" of the first link of a chain. Frozen by convention: never write to it. */
export const ZERO_HASH: Uint8Array = new Uint8Array(32);

/** concat copies `parts` one after another into a new array. */
export function concat(...parts: Uint8Array[]): Uint8Array {
  let lengthBytes = 0;
  for (const part of parts) lengthBytes += part.length;
  const out = new Uint8Array(lengthBytes);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** From how many bytes on the runtime's own comparison is faster than ours, for all that calling it costs. */
const COMPARE_FROM_BYTES = 64;
let equalLong: ((a: Uint8Array, b: Uint8Array) => boolean) | null = null;

/** provideEqualBytes lets a runtime put in a faster comparison of long arrays of one length. */
export function provideEqualBytes(equal: (a: Uint8Array, b: Uint8Array) => boolean): void {
  equalLong = equal;
}

/** equalBytes tells whether `a` and `b` hold the same bytes. Not constant time: nothing here compares secrets. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  if (equalLong !== null && a.length >= COMPARE_FROM_BYTES) return equalLong(a, b);
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** compareBytes orders by unsigned byte value, a prefix first: negative, 0 or positive, fit for `sort`. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Encoding into memory at hand and copying what was written takes less time than `encode`. */
const scratch = new Uint8Array(8 * 1024);

/** utf8 encodes text. A lone surrogate becomes U+FFFD, as in every encoder: refuse such text before (see `isWellFormed`). */
export function utf8(text: string): Uint8Array {
  if (text.length * 3 > scratch.length) return encoder.encode(text);
  return scratch.slice(0, encoder.encodeInto(text, scratch).written);
}

/** utf8Like is `utf8`, but gives `expected` itself where that holds these very bytes: nothing has to be allocated for what is there already. */
export function utf8Like(text: string, expected: Uint8Array): Uint8Array {
  if (text.length * 3 > scratch.length) return encoder.encode(text);
  const encoded = scratch.subarray(0, encoder.encodeInto(text, scratch).written);
  return equalBytes(encoded, expected) ? expected : encoded.slice();
}

/** text decodes UTF-8 strictly and keeps a byte order mark. Refuses `bad-utf8`. */
export function text(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    return refuse('bad-utf8', 'These bytes are not valid UTF-8.');
  }
}

const anySurrogate = /[\ud800-\udfff]/;
const loneSurrogate = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** isWellFormed is false for text with a lone surrogate, which has no UTF-8 form. */
export function isWellFormed(value: string): boolean {
  return !anySurrogate.test(value) || !loneSurrogate.test(value);
}
