import { expect, test } from 'vitest';
import { ByteCache } from './byte-cache';

test('what is read stays, what is not goes, and the size is bounded', () => {
  const cache = new ByteCache<number>(1000);
  for (let i = 0; i < 100; i++) {
    cache.set(`k${i}`, i, 100);
    expect(cache.get('k0')).toBe(0);
  }
  const kept = Array.from({ length: 100 }, (_, i) => cache.get(`k${i}`)).filter((value) => value !== undefined);
  expect(kept.length).toBeLessThanOrEqual(12);
  expect(cache.get('k99')).toBe(99);
  expect(cache.get('k50')).toBeUndefined();
});
