import { expect, test } from 'vitest';
import { flatten } from './flatten';

test('nested data becomes a flat list of paths, and short lists stay together', () => {
  expect(flatten({ a: 1, map: { root: 'x', size: 2 }, dns: ['a', 'b'], none: [], keys: [{ sig: null }], long: ['y'.repeat(41)] })).toEqual([
    { path: 'a', value: 1 },
    { path: 'map.root', value: 'x' },
    { path: 'map.size', value: 2 },
    { path: 'dns', value: ['a', 'b'] },
    { path: 'none', value: [] },
    { path: 'keys[0].sig', value: null },
    { path: 'long[0]', value: 'y'.repeat(41) },
  ]);
});
