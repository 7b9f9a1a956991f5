import { expect, test } from 'vitest';
import { refusalCode } from '../../../.config/refused';
import { text, utf8 } from './bytes';
import { canonicalText, encodeJson, MAX_JSON_DEPTH, parseJson, type Json } from './canonical-json';
import { array, boolean, bytes, hash, integer, nullable, object, oneOf, string } from './fields';

const parse = (source: string) => parseJson(utf8(source), 10_000);

test('fields are sorted by UTF-16 code units, as in RFC 8785 §3.2.3', () => {
  const value: Json = { '\u20ac': 'Euro Sign', '\r': 'Carriage Return', '\ufb33': 'Hebrew', '1': 'One', '\ud83d\ude00': 'Emoji', '\u0080': 'Control', '\u00f6': 'o' };
  expect(Object.keys(JSON.parse(text(encodeJson(value))) as object)).toEqual(['1', '\r', '\u0080', '\u00f6', '\u20ac', '\ud83d\ude00', '\ufb33']);
  expect(canonicalText({ '10': 1, '9': 2, b: { d: [1, { z: 1, a: 2 }], c: null } })).toBe('{"10":1,"9":2,"b":{"c":null,"d":[1,{"a":2,"z":1}]}}');
});

test('strings are escaped as in RFC 8785 §3.2.2.2', () => {
  expect(canonicalText('€$\u000f\nA\'B"\\\\"/\u2028\u007f')).toBe('"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/\u2028\u007f"');
});

test.each(['null', 'true', '0', '-1', '9007199254740991', '""', '[]', '{}', '[1,"a",{"a":[],"b":{}}]', '{"__proto__":{"a":1}}', '{"":1}'])('%s is its own canonical form', (source) => {
  expect(text(encodeJson(parse(source)))).toBe(source);
});

test.each(['{"b":1,"a":2}', '{"a":1,"a":1}', ' 1', '1 ', '1\n', '[1, 2]', '-0', '1.0', '1e0', '"\\u0061"', '"\\/"', '"\\u000A"', '{"a":1,"\\u0061":2}', '{"9":1,"10":2}'])(
  '%j is JSON but not canonical',
  (source) => {
    expect(refusalCode(() => parse(source))).toBe('not-canonical');
  },
);

test.each(['', '{', 'undefined', '{a:1}', '[1,]', "'a'", '01', '\ufeff1', '1.5', '9007199254740992', '1e400', '"\\ud800"', '{"\\udc00":1}'])('%j is refused', (source) => {
  expect(refusalCode(() => parse(source))).toBe('bad-json');
});

test('size and depth are bounded', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  expect(parse(nested(MAX_JSON_DEPTH))).toBeDefined();
  expect(refusalCode(() => parse(nested(MAX_JSON_DEPTH + 1)))).toBe('too-deep');
  expect(refusalCode(() => parse(nested(5_000)))).toBe('too-deep');
  expect(refusalCode(() => parseJson(utf8('"abc"'), 4))).toBe('too-large');
  expect(refusalCode(() => parseJson(Uint8Array.of(0x22, 0xff, 0x22), 10))).toBe('bad-utf8');
});

test('what has no JSON form is not encoded', () => {
  const notJson: unknown[] = [undefined, 1.5, Number.NaN, Infinity, 2 ** 53, 1n, () => 1, '\ud800', new Date(0), new Uint8Array(1), new Map(), [undefined], { a: undefined }, Object.assign([], { length: 2 })];
  for (const value of notJson) expect(refusalCode(() => encodeJson(value as Json))).toBe('bad-json');
});

test('an object has exactly the fields named', () => {
  expect(object({ a: 1, b: 2 }, ['a', 'b'], 'x')).toEqual({ a: 1, b: 2 });
  expect(refusalCode(() => object({ a: 1 }, ['a', 'b'], 'x'))).toBe('missing-field');
  expect(refusalCode(() => object({ a: 1, b: 2, c: 3 }, ['a', 'b'], 'x'))).toBe('unknown-field');
  expect(refusalCode(() => object({ a: 1 }, ['a', 'toString'], 'x'))).toBe('missing-field');
  for (const value of [null, [], 'a', 1]) expect(refusalCode(() => object(value, [], 'x'))).toBe('bad-field');
});

test('each reader refuses the wrong shape and names the place', () => {
  expect(() => integer('1', 'payload.number')).toThrow(/payload\.number/);
  const wrong: (() => unknown)[] = [
    () => string(1, 'x', 9),
    () => string('ééééé', 'x', 9),
    () => integer(1.5, 'x'),
    () => integer(-1, 'x'),
    () => integer(3, 'x', 0, 2),
    () => boolean(0, 'x'),
    () => bytes('Zg', 'x'),
    () => bytes('Zg==', 'x', 2),
    () => bytes(null, 'x'),
    () => hash('Zg==', 'x'),
    () => array({}, 'x', 1),
    () => array([1, 2], 'x', 1),
    () => oneOf('c', 'x', ['a', 'b']),
    () => oneOf(null, 'x', ['a', 'b']),
  ];
  for (const run of wrong) expect(refusalCode(run)).toBe('bad-field');
});

test('each reader gives what it read', () => {
  expect(string('ééééé', 'x', 10)).toBe('ééééé');
  expect(integer(-3, 'x', -3, 3)).toBe(-3);
  expect(boolean(false, 'x')).toBe(false);
  expect(bytes('Zg==', 'x', 1)).toEqual(utf8('f'));
  const zero = `${'A'.repeat(43)}=`;
  expect(hash(zero, 'x')).toBe(zero);
  expect(array([1], 'x', 1)).toEqual([1]);
  expect(oneOf('b', 'x', ['a', 'b'])).toBe('b');
  expect(nullable(null, (value) => integer(value, 'x'))).toBeNull();
  expect(nullable(7, (value) => integer(value, 'x'))).toBe(7);
});
