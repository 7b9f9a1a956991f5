import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalText, type Json } from './canonical-json';
import { readPlainJson } from './plain-json';

const field = fc.string({ unit: fc.constantFrom('a', 'b', 'Z', '1', '0', '_', 'é', '"', '\\'), maxLength: 3 });
const json = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(null, true, false, 0, -1, 999_999_999_999_999, Number.MAX_SAFE_INTEGER),
    fc.maxSafeInteger(),
    fc.string({ unit: 'grapheme', maxLength: 8 }),
    fc.string({ maxLength: 8 }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(field, fc.constant('__proto__')), tie('value'), { maxKeys: 5 }),
  ),
})).value;

/** strict is the long way: parse, write again, compare. */
function strict(text: string): { value: Json } | null {
  try {
    const value = JSON.parse(text) as Json;
    return canonicalText(value) === text ? { value } : null;
  } catch {
    return null;
  }
}

test('what the short cut reads is canonical and the same value', () => {
  fc.assert(
    fc.property(json, (value) => {
      const text = canonicalText(value);
      const read = readPlainJson(text);
      if (read !== undefined) expect(read).toEqual(JSON.parse(text));
    }),
    { numRuns: 2_000 },
  );
});

test('changed by a character anywhere, a text is read only if it is still canonical', () => {
  const change = fc.constantFrom('', '0', '-', '"', '\\', ' ', '}', ']', '{', '[', ',', ':', '\u00e9', '\n', '\u007f', 'n', '1', '.', 'e');
  let agreed = 0;
  fc.assert(
    fc.property(json, fc.nat(), fc.nat({ max: 2 }), change, (value, at, length, by) => {
      const whole = canonicalText(value);
      const from = at % whole.length;
      const text = whole.slice(0, from) + by + whole.slice(from + length);
      const read = readPlainJson(text);
      if (read === undefined) return;
      expect(strict(text)).toEqual({ value: read });
      agreed += 1;
    }),
    { numRuns: 10_000 },
  );
  expect(agreed).toBeGreaterThan(100);
});

test('ordinary payloads are not left to the long way', () => {
  const plain = { a: [], b: {}, c: [1, -2, 0], d: { e: null, f: true, g: false }, h: 'x/y+z=' };
  expect(readPlainJson(canonicalText(plain))).toEqual(plain);
  for (const odd of ['{"a":1,"a":1}', '{"b":1,"a":1}', '[01]', '[-0]', '[1.0]', '[1e3]', '[1,]', '[ 1]', '1 ', '"\\u0041"', '{"__proto__":1}', '', '"', '[', '{"a"', 'nul', '-']) {
    expect(readPlainJson(odd), odd).toBeUndefined();
  }
  expect(readPlainJson('['.repeat(9) + ']'.repeat(9))).toBeUndefined();
});
