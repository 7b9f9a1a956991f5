import * as fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { fromBase64, isBase64, provideBase64, toBase64 } from '../core/bytes/base64';
import { Refusal } from '../core/refusal';
import { fastBase64 } from './fast-hash';

beforeAll(() => provideBase64(fastBase64()));

const bytes = fc.uint8Array({ maxLength: 400 });

/** decoded gives what was decoded, or null for a refusal. */
function decoded(text: string): Uint8Array | null {
  try {
    return fromBase64(text);
  } catch (error) {
    if (error instanceof Refusal && error.code === 'bad-base64') return null;
    throw error;
  }
}

test('base64 by Buffer is the base64 of the core, for views as well', () => {
  fc.assert(
    fc.property(bytes, fc.nat({ max: 9 }), (value, before) => {
      const view = new Uint8Array(before + value.length + 3).subarray(before, before + value.length);
      view.set(value);
      const text = Buffer.from(value).toString('base64');
      expect(toBase64(view)).toBe(text);
      expect(fromBase64(text, value.length)).toEqual(Uint8Array.from(value));
    }),
  );
});

test('what Buffer would put up with is refused: other alphabets, space, padding, trailing bits', () => {
  const change = fc.constantFrom('', 'A', '=', '==', '-', '_', ' ', '\n', '\u00e9', '\u0141', 'AAAA', '====');
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400, minLength: 90 }), fc.nat(), fc.nat({ max: 4 }), change, (value, at, length, by) => {
      const whole = Buffer.from(value).toString('base64');
      const from = at % (whole.length + 1);
      const text = whole.slice(0, from) + by + whole.slice(from + length);
      const out = decoded(text);
      expect(isBase64(text)).toBe(out !== null);
      if (out !== null) expect(Buffer.from(out).toString('base64')).toBe(text);
    }),
    { numRuns: 3_000 },
  );
});

test('a codec that gives something else is not taken', () => {
  const { decode, encode } = fastBase64();
  expect(() => provideBase64({ decode, encode: (value, from, to) => encode(value, from, to).replace('+', '-') })).toThrow(/base64/);
  expect(() => provideBase64({ decode: (text, out, offset, length) => decode(text, out, offset, length - 1), encode })).toThrow(/base64/);
});
