import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { sortLeaves } from './sort-leaves';

function sortedNaively(leaves: Buffer[]): Buffer[] {
  return leaves.toSorted((a, b) => Buffer.compare(a, b));
}

function check(leaves: Buffer[]): void {
  const { count, keys, values } = sortLeaves(Buffer.concat(leaves));
  const sorted = sortedNaively(leaves);
  expect(count).toBe(leaves.length);
  expect(Buffer.from(keys)).toEqual(Buffer.concat(sorted.map((leaf) => leaf.subarray(0, 32))));
  expect(Buffer.from(values)).toEqual(Buffer.concat(sorted.map((leaf) => leaf.subarray(32))));
}

test('leaves come out in key order, each with its own value', () => {
  check([]);
  check([randomBytes(64)]);
  check(Array.from({ length: 5_000 }, () => randomBytes(64)));
});

test('keys that share their first bytes are told apart by the later ones', () => {
  check(Array.from({ length: 300 }, (_, n) => Buffer.concat([Buffer.alloc(n % 31), randomBytes(64 - (n % 31))])));
});

test('a key that comes twice, or half a leaf, is refused', () => {
  const leaf = randomBytes(64);
  expect(() => sortLeaves(Buffer.concat([leaf, randomBytes(64), leaf]))).toThrow('twice');
  expect(() => sortLeaves(randomBytes(65))).toThrow('wrong length');
});
