import { expect, test } from 'vitest';
import { numbered } from './numbered';

test('bigint columns become numbers, all others stay, and an integer too large for a number is an error', () => {
  const bytes = Uint8Array.of(1);
  expect(numbered({ cents: -5n, seal: null, name: 'a', bytes, isPaid: false })).toEqual({ cents: -5, seal: null, name: 'a', bytes, isPaid: false });
  expect(() => numbered({ cents: 2n ** 53n })).toThrow(RangeError);
});
