import { refuse } from '../refusal';

const DIGITS = '0123456789abcdef';
const byteText: string[] = [];
for (const high of DIGITS) for (const low of DIGITS) byteText.push(high + low);

/** toHex is lower-case hexadecimal, two digits a byte. */
export function toHex(bytes: Uint8Array): string {
  let out = '';
  for (const byte of bytes) out += byteText[byte] as string;
  return out;
}

/** fromHex decodes lower-case hexadecimal strictly, so that bytes have one text. Refuses `bad-hex`. */
export function fromHex(value: string, lengthBytes?: number): Uint8Array {
  if (value.length % 2 !== 0) refuse('bad-hex', 'Hexadecimal needs an even number of digits.');
  if (lengthBytes !== undefined && value.length !== lengthBytes * 2) {
    refuse('bad-hex', `Expected ${lengthBytes} bytes in hexadecimal, found ${value.length / 2}.`);
  }
  const out = new Uint8Array(value.length / 2);
  for (let i = 0; i < out.length; i++) {
    const high = DIGITS.indexOf(value.charAt(2 * i));
    const low = DIGITS.indexOf(value.charAt(2 * i + 1));
    if (high < 0 || low < 0) refuse('bad-hex', 'Hexadecimal is written with 0-9 and a-f.');
    out[i] = high * 16 + low;
  }
  return out;
}
