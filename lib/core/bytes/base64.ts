import { refuse } from '../refusal';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

const codeOf = new Uint8Array(128).fill(255);
for (let i = 0; i < 64; i++) codeOf[ALPHABET.charCodeAt(i)] = i;

/** pairOf holds the two characters of each 12-bit value, so that three bytes cost two look-ups. */
const pairOf: string[] = [];
for (const first of ALPHABET) for (const second of ALPHABET) pairOf.push(first + second);

/** toBase64 is standard padded base64 (RFC 4648 §4). */
export function toBase64(bytes: Uint8Array): string {
  const whole = bytes.length - (bytes.length % 3);
  let out = '';
  for (let i = 0; i < whole; i += 3) {
    const bits = ((bytes[i] as number) << 16) | ((bytes[i + 1] as number) << 8) | (bytes[i + 2] as number);
    out += (pairOf[bits >> 12] as string) + (pairOf[bits & 0xfff] as string);
  }
  if (bytes.length - whole === 1) {
    out += `${pairOf[(bytes[whole] as number) << 4] as string}==`;
  } else if (bytes.length - whole === 2) {
    const bits = ((bytes[whole] as number) << 16) | ((bytes[whole + 1] as number) << 8);
    out += `${pairOf[bits >> 12] as string}${ALPHABET.charAt((bits >> 6) & 63)}=`;
  }
  return out;
}

/**
 * fromBase64 decodes standard padded base64 strictly: no white space, no missing padding, unused trailing bits zero,
 * so that every byte string has exactly one text. With `lengthBytes` any other length is refused too. Refuses `bad-base64`.
 */
export function fromBase64(value: string, lengthBytes?: number): Uint8Array {
  const { length } = value;
  if (length % 4 !== 0) refuse('bad-base64', 'Base64 must be padded to a multiple of four characters.');
  const padding = length === 0 || value.charCodeAt(length - 1) !== 61 ? 0 : value.charCodeAt(length - 2) === 61 ? 2 : 1;
  const size = (length / 4) * 3 - padding;
  if (lengthBytes !== undefined && size !== lengthBytes) {
    refuse('bad-base64', `Expected ${lengthBytes} bytes in base64, found ${size}.`);
  }
  const out = new Uint8Array(size);
  const whole = padding === 0 ? length : length - 4;
  let at = 0;
  // What is outside of the alphabet leaves a bit above the sixth behind; one test after the loop is much cheaper than one a character.
  let wrong = 0;
  for (let i = 0; i < whole; i += 4) {
    const a = value.charCodeAt(i);
    const b = value.charCodeAt(i + 1);
    const c = value.charCodeAt(i + 2);
    const d = value.charCodeAt(i + 3);
    const codeA = codeOf[a & 127] as number;
    const codeB = codeOf[b & 127] as number;
    const codeC = codeOf[c & 127] as number;
    const codeD = codeOf[d & 127] as number;
    wrong |= codeA | codeB | codeC | codeD | ((a | b | c | d) & ~127);
    const bits = (codeA << 18) | (codeB << 12) | (codeC << 6) | codeD;
    out[at] = bits >> 16;
    out[at + 1] = bits >> 8;
    out[at + 2] = bits;
    at += 3;
  }
  if (wrong > 63) refuse('bad-base64', 'A character is not in the standard base64 alphabet.');
  if (padding > 0) {
    const bits = (sextet(value, whole) << 12) | (sextet(value, whole + 1) << 6) | (padding === 1 ? sextet(value, whole + 2) : 0);
    if ((bits & (padding === 1 ? 0x3 : 0x3ff)) !== 0) refuse('bad-base64', 'The unused last bits of base64 must be zero.');
    out[at++] = bits >> 10;
    if (padding === 1) out[at] = bits >> 2;
  }
  return out;
}

function sextet(value: string, at: number): number {
  const character = value.charCodeAt(at);
  const code = character < 128 ? (codeOf[character] as number) : 255;
  return code === 255 ? refuse('bad-base64', 'A character is not in the standard base64 alphabet.') : code;
}

const FORM = /^[A-Za-z0-9+/]*={0,2}$/;
const LAST_OF_TWO = /[AEIMQUYcgkosw048]=$/;
const LAST_OF_ONE = /[AQgw]==$/;

/** isBase64 tells whether `fromBase64` would decode `value`, without decoding it. */
export function isBase64(value: string): boolean {
  if (value.length % 4 !== 0 || !FORM.test(value)) return false;
  return !value.endsWith('=') || (value.endsWith('==') ? LAST_OF_ONE : LAST_OF_TWO).test(value);
}
