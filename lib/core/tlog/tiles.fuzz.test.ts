import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Refusal } from '../refusal';
import { encodeBundle, MAX_ENTRY_BYTES, parseBundle } from './bundle';
import { formatTilePath, parseTilePath } from './tile-path';

/** refusesOnly runs a parser: its result, or null if it refused; anything else that escapes fails the test. */
function refusesOnly<T>(parse: () => T): T | null {
  try {
    return parse();
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}

const anyTile = fc.record({
  level: fc.oneof(fc.integer({ min: 0, max: 63 }), fc.constant('entries' as const)),
  index: fc.oneof(fc.integer({ min: 0, max: 2000 }), fc.maxSafeNat()),
  width: fc.integer({ min: 1, max: 256 }),
});

test('every tile path reads back as the tile it was written for', () => {
  const holds = fc.property(anyTile, (tile) => {
    expect(parseTilePath(formatTilePath(tile))).toEqual(tile);
  });
  fc.assert(holds, { numRuns: 2000 });
});

test('a path with one character changed, dropped or added is refused or is the one path of another tile', () => {
  const edit = fc.record({ at: fc.nat(40), drop: fc.nat(2), put: fc.string({ maxLength: 3, unit: fc.constantFrom('0', '1', '5', '9', 'x', '/', '.', 'p', ' ', 't', '\n', '\u0660') }) });
  fc.assert(
    fc.property(anyTile, edit, (tile, { at, drop, put }) => {
      const path = formatTilePath(tile);
      const edited = path.slice(0, at) + put + path.slice(at + drop);
      const parsed = refusesOnly(() => parseTilePath(edited));
      if (parsed !== null) expect(formatTilePath(parsed)).toBe(edited);
    }),
    { numRuns: 5000 },
  );
});

test('no text makes the path parser throw anything but a refusal', () => {
  fc.assert(fc.property(fc.string({ maxLength: 80 }), (path) => void refusesOnly(() => parseTilePath(path))), { numRuns: 2000 });
});

test('paths that name a tile in a second way are refused', () => {
  const bad = ['tile/0/x000/000', 'tile/00/000', 'tile/0/000.p/0', 'tile/0/000.p/256', 'tile/0/000.p/01', 'tile/64/000', '/tile/0/000', 'tile/0/000/', 'tile/0/0000', 'tile/0/x9007/199', 'tile/0/000\n', 'tile/0/x009/x007/x199/x254/x740/992'];
  for (const path of bad) expect(() => parseTilePath(path)).toThrow(Refusal);
  expect(parseTilePath('tile/0/x009/x007/x199/x254/x740/991').index).toBe(Number.MAX_SAFE_INTEGER);
});

const someEntries = fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 256 });

test('every bundle reads back as its entries, and with another count it is refused', () => {
  fc.assert(
    fc.property(someEntries, (entries) => {
      const bytes = encodeBundle(entries);
      expect(parseBundle(bytes, entries.length)).toEqual(entries);
      for (const count of [entries.length - 1, entries.length + 1, 0, -1, 257, 0.5, Number.NaN]) expect(() => parseBundle(bytes, count)).toThrow(Refusal);
    }),
    { numRuns: 200 },
  );
});

test('a bundle cut short or with bytes behind it is refused', () => {
  fc.assert(
    fc.property(someEntries, fc.nat(), (entries, seed) => {
      const bytes = encodeBundle(entries);
      expect(() => parseBundle(bytes.subarray(0, seed % bytes.length), entries.length)).toThrow(Refusal);
      expect(() => parseBundle(new Uint8Array([...bytes, seed & 255]), entries.length)).toThrow(Refusal);
    }),
    { numRuns: 200 },
  );
});

test('any bytes either are the one encoding of a bundle or are refused', () => {
  const bytes = fc.oneof(fc.uint8Array({ maxLength: 600 }), fc.array(fc.constantFrom(0, 0, 0, 1, 2, 3), { maxLength: 100 }).map((list) => new Uint8Array(list)));
  fc.assert(
    fc.property(bytes, fc.integer({ min: 1, max: 20 }), (input, count) => {
      const entries = refusesOnly(() => parseBundle(input, count));
      if (entries !== null) expect(encodeBundle(entries)).toEqual(input);
    }),
    { numRuns: 3000 },
  );
});

test('the longest entry fits, one byte more does not', () => {
  const longest = new Uint8Array(MAX_ENTRY_BYTES).fill(7);
  expect(parseBundle(encodeBundle([longest, longest]), 2)).toEqual([longest, longest]);
  expect(() => encodeBundle([new Uint8Array(MAX_ENTRY_BYTES + 1)])).toThrow('65,535');
});
