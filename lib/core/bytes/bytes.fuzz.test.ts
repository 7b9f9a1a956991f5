import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { onlyRefuses } from '../../../.config/refused';
import { fromBase32, toBase32 } from './base32';
import { fromBase64, toBase64 } from './base64';
import { isWellFormed, text, utf8 } from './bytes';
import { encodeJson, parseJson, type Json } from './canonical-json';
import { fromHex, toHex } from './hex';

const bytes = fc.uint8Array({ maxLength: 200 });

const json = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger(),
    fc.string({ unit: 'binary' }),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(fc.string({ unit: 'binary', maxLength: 6 }), tie('value'), { maxKeys: 6 }),
  ),
})).value;

test('bytes survive base64, hexadecimal and base32', () => {
  fc.assert(
    fc.property(bytes, (value) => {
      expect(fromBase64(toBase64(value), value.length)).toEqual(value);
      expect(toBase64(value)).toBe(Buffer.from(value).toString('base64'));
      expect(fromHex(toHex(value))).toEqual(value);
      expect(fromBase32(toBase32(value)).subarray(0, value.length)).toEqual(value);
    }),
  );
});

test('base64 and base32 text that is accepted is the only text of its bytes', () => {
  const alphabet = fc.string({ unit: fc.constantFrom('A', 'Q', 'g', 'w', '+', '/', '9', '=', '2', 'z'), maxLength: 12 });
  fc.assert(
    fc.property(alphabet, (value) => {
      onlyRefuses(() => expect(toBase64(fromBase64(value))).toBe(value));
      onlyRefuses(() => expect(toBase32(fromBase32(value), value.length * 5)).toBe(value));
    }),
  );
});

test('any text or bytes are decoded or refused', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), bytes, (value, raw) => {
      for (const parse of [fromBase64, fromBase32, fromHex]) onlyRefuses(() => parse(value));
      onlyRefuses(() => expect(utf8(text(raw))).toEqual(raw));
      expect(isWellFormed(value)).toBe(!/\p{Surrogate}/u.test(value));
    }),
  );
});

test('a JSON value survives its canonical form, whatever the order of its fields', () => {
  fc.assert(
    fc.property(json, (value) => {
      const encoded = encodeJson(value);
      expect(encodeJson(parseJson(encoded, 1_000_000))).toEqual(encoded);
      expect(parseJson(encoded, 1_000_000)).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('JSON bytes that are accepted encode to themselves; all others are refused', () => {
  fc.assert(
    fc.property(json, fc.nat(), fc.integer({ min: 0, max: 255 }), bytes, (value, at, to, raw) => {
      const damaged = encodeJson(value);
      damaged[at % damaged.length] = to;
      for (const input of [damaged, raw]) onlyRefuses(() => expect(encodeJson(parseJson(input, 1_000_000))).toEqual(input));
    }),
  );
});
