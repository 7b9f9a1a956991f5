import { refuse } from '../refusal';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/**
 * toBase32 writes the first `bits` bits of `bytes` in RFC 4648 §6 upper-case base32 without padding; a last character
 * that is not full is filled with zero bits, as are bits beyond the end of `bytes`.
 */
export function toBase32(bytes: Uint8Array, bits: number = bytes.length * 8): string {
  let out = '';
  for (let from = 0; from < bits; from += 5) {
    const at = from >> 3;
    const window = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
    let value = (window >> (11 - (from & 7))) & 31;
    if (from + 5 > bits) value &= 31 << (from + 5 - bits);
    out += ALPHABET.charAt(value);
  }
  return out;
}

/**
 * fromBase32 is the inverse for whole characters: 5 bits each, in ceil(5n/8) bytes whose unused low bits are zero.
 * Only upper case, no padding. Refuses `bad-base32`.
 */
export function fromBase32(value: string): Uint8Array {
  const out = new Uint8Array(Math.ceil((value.length * 5) / 8));
  for (let i = 0; i < value.length; i++) {
    const code = ALPHABET.indexOf(value.charAt(i));
    if (code < 0) refuse('bad-base32', 'Base32 is written with A-Z and 2-7.');
    const from = i * 5;
    const at = from >> 3;
    const window = code << (11 - (from & 7));
    out[at] = (out[at] as number) | (window >> 8);
    if (at + 1 < out.length) out[at + 1] = window & 0xff;
  }
  return out;
}
