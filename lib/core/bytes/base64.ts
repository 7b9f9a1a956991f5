import { invariant, refuse } from '../refusal';
import { shortLived } from './slab';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** `=` */
const PAD = 61;

const codeOf = new Uint8Array(128).fill(255);
for (let i = 0; i < 64; i++) codeOf[ALPHABET.charCodeAt(i)] = i;

/** pairOf holds the two characters of each 12-bit value, so that three bytes cost two look-ups. */
const pairOf: string[] = [];
for (const first of ALPHABET) for (const second of ALPHABET) pairOf.push(first + second);

/**
 * Base64Codec is a runtime's own base64. `decode` writes at most `lengthBytes` at `offset` and may take
 * anything for base64: what it gives is encoded again and compared.
 */
export interface Base64Codec {
  decode: (text: string, out: Uint8Array, offset: number, lengthBytes: number) => void;
  encode: (bytes: Uint8Array, from: number, to: number) => string;
}

/** From how many bytes on the runtime's own code is faster than ours, for all that calling it costs. */
const CODEC_FROM_BYTES = 96;
let codec: Base64Codec | null = null;

/** provideBase64 lets a runtime put in faster base64. Throws InvariantError if it disagrees with the built-in one. */
export function provideBase64(faster: Base64Codec): void {
  const probe = Uint8Array.from({ length: 256 }, (_, i) => (i * 167) & 255);
  for (let length = CODEC_FROM_BYTES; length < CODEC_FROM_BYTES + 100; length++) {
    const text = encodeHere(probe.subarray(3, 3 + length));
    const out = new Uint8Array(length + 5);
    faster.decode(text, out, 2, length);
    const isSame = out.every((byte, i) => byte === (i < 2 || i >= 2 + length ? 0 : probe[i + 1]));
    invariant(isSame && faster.encode(probe, 3, 3 + length) === text, 'the base64 provided gives something else');
  }
  codec = faster;
}

/** toBase64 is standard padded base64 (RFC 4648 §4). */
export function toBase64(bytes: Uint8Array): string {
  return codec !== null && bytes.length >= CODEC_FROM_BYTES ? codec.encode(bytes, 0, bytes.length) : encodeHere(bytes);
}

function encodeHere(bytes: Uint8Array): string {
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
  if (value.length % 4 !== 0) refuse('bad-base64', 'Base64 must be padded to a multiple of four characters.');
  const size = base64Size(value);
  if (lengthBytes !== undefined && size !== lengthBytes) {
    refuse('bad-base64', `Expected ${lengthBytes} bytes in base64, found ${size}.`);
  }
  const out = new Uint8Array(size);
  fromBase64Into(value, out, 0);
  return out;
}

/** base64Size is how many bytes `value` decodes to, if it is base64. */
export function base64Size(value: string): number {
  const { length } = value;
  return (length >> 2) * 3 - paddingOf(value);
}

function paddingOf(value: string): 0 | 1 | 2 {
  const { length } = value;
  if (length === 0 || value.charCodeAt(length - 1) !== PAD) return 0;
  return value.charCodeAt(length - 2) === PAD ? 2 : 1;
}

/** fromBase64Into is `fromBase64` into `out` from `offset` on, where there must be room for `base64Size(value)` bytes. */
export function fromBase64Into(value: string, out: Uint8Array, offset: number): void {
  const size = base64Size(value);
  if (codec !== null && size >= CODEC_FROM_BYTES) {
    codec.decode(value, out, offset, size);
    // What encodes to this text again was decoded from it and from no other; for the rest the code below says what is wrong.
    if (codec.encode(out, offset, offset + size) === value) return;
  }
  decodeHere(value, out, offset);
}

function decodeHere(value: string, out: Uint8Array, offset: number): void {
  const { length } = value;
  if (length % 4 !== 0) refuse('bad-base64', 'Base64 must be padded to a multiple of four characters.');
  const padding = paddingOf(value);
  const whole = padding === 0 ? length : length - 4;
  let at = offset;
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
}

function sextet(value: string, at: number): number {
  const character = value.charCodeAt(at);
  const code = character < 128 ? (codeOf[character] as number) : 255;
  return code === 255 ? refuse('bad-base64', 'A character is not in the standard base64 alphabet.') : code;
}

const FORM = /^[A-Za-z0-9+/]*={0,2}$/;
const LAST_OF_TWO = /[AEIMQUYcgkosw048]=$/;
const LAST_OF_ONE = /[AQgw]==$/;

/** isBase64 tells whether `fromBase64` would decode `value`. */
export function isBase64(value: string): boolean {
  if (value.length % 4 !== 0) return false;
  const size = base64Size(value);
  if (codec !== null && size >= CODEC_FROM_BYTES) {
    const out = shortLived(size);
    codec.decode(value, out, 0, size);
    return codec.encode(out, 0, size) === value;
  }
  if (!FORM.test(value)) return false;
  return !value.endsWith('=') || (value.endsWith('==') ? LAST_OF_ONE : LAST_OF_TWO).test(value);
}
