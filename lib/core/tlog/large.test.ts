import { expect, test } from 'vitest';
import { sha256 } from '../bytes/sha256';
import { utf8 } from '../bytes/bytes';
import { Refusal } from '../refusal';
import { consistencyPlan, verifyConsistency } from './consistency';
import { appendLeaves, edgeFromTiles, rootOf, tilesForEdge } from './edge';
import { EMPTY_ROOT, nodeHash } from './hash';
import { inclusionPlan, verifyInclusion } from './inclusion';
import { type NodeRef, type Plan, rootPlan } from './nodes';

/*
 * Trees of up to 2^53 - 1 leaves in which all leaves are equal: every perfect subtree of one height has the same root, so proofs of
 * any size can be made without storing a tree. 2^53 - 1 has the longest edge, 2^52 + 1 the longest lone path.
 */
const MAX = Number.MAX_SAFE_INTEGER;
const leaf = sha256(utf8('every leaf'));
const perfect = [leaf];
for (let level = 1; level <= 53; level++) perfect.push(nodeHash(perfect[level - 1] as Uint8Array, perfect[level - 1] as Uint8Array));

function fold(nodes: NodeRef[]): Uint8Array {
  return nodes.map(({ level }) => perfect[level] as Uint8Array).reduceRight((right, left) => nodeHash(left, right));
}

function run(plan: Plan): Uint8Array[] {
  return plan.map(fold);
}

function head(size: number) {
  return { size, root: fold(rootPlan(size)) };
}

let seed = 1;
function random(below: number): number {
  seed = (seed * 48_271) % 2_147_483_647;
  const high = seed;
  seed = (seed * 48_271) % 2_147_483_647;
  return Number((BigInt(high) * 2_147_483_647n + BigInt(seed)) % BigInt(below));
}

const sizes = [2 ** 31 - 1, 2 ** 31, 2 ** 31 + 1, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, 2 ** 40 + 3, 2 ** 52 - 1, 2 ** 52, 2 ** 52 + 1, MAX - 1, MAX];
for (let i = 0; i < 200; i++) sizes.push(1 + random(MAX));

test('inclusion holds and its neighbours fail at sizes around 2^31, 2^32 and up to 2^53 - 1', () => {
  for (const size of sizes) {
    for (const index of [0, size - 1, Math.floor(size / 2), random(size), random(size)]) {
      const proof = run(inclusionPlan(index, size));
      verifyInclusion(leaf, index, head(size), proof);
      const spoilt = proof.map((hash, i) => (i === random(proof.length) ? EMPTY_ROOT : hash));
      if (proof.some((hash, i) => hash !== spoilt[i])) expect(() => verifyInclusion(leaf, index, head(size), spoilt)).toThrow(Refusal);
      expect(() => verifyInclusion(leaf, index, head(size), [...proof, leaf])).toThrow(Refusal);
    }
  }
});

test('consistency holds and its neighbours fail at sizes up to 2^53 - 1', () => {
  for (const size of sizes) {
    for (const old of [1, size, size - 1, 2 ** 31, 2 ** 32, 2 ** 32 + 1, 1 + random(size)].filter((n) => n >= 1 && n <= size)) {
      const proof = run(consistencyPlan(old, size));
      verifyConsistency(head(old), head(size), proof);
      if (proof.length > 0) expect(() => verifyConsistency(head(old), head(size), [...proof.slice(1), EMPTY_ROOT])).toThrow(Refusal);
      expect(() => verifyConsistency(head(old), head(size), [...proof, leaf])).toThrow(Refusal);
    }
  }
});

test('plans use each leaf of the tree exactly once', () => {
  const width = ({ level }: NodeRef) => 2 ** level;
  for (const size of sizes) {
    const index = random(size);
    expect(inclusionPlan(index, size).flat().reduce((sum, node) => sum + width(node), 0)).toBe(size - 1);
    expect(rootPlan(size).reduce((sum, node) => sum + width(node), 0)).toBe(size);
  }
});

test('an edge works at sizes up to 2^53 - 1, and a log refuses to grow beyond', () => {
  for (const size of sizes) {
    const edge = edgeFromTiles(size, ({ level, width }) => {
      const tile = new Uint8Array(width * 32);
      for (let i = 0; i < width; i++) tile.set(perfect[level * 8] as Uint8Array, i * 32);
      return tile;
    });
    expect(tilesForEdge(size).reduce((sum, { level, width }) => sum + width * 256 ** level, 0)).toBe(size);
    expect(rootOf(edge)).toEqual(head(size).root);
    if (size > MAX - 3) continue;
    const grown = appendLeaves(edge, [leaf, leaf, leaf]);
    expect(rootOf(grown.edge)).toEqual(head(size + 3).root);
  }
  const full = { size: MAX, levels: [] };
  expect(() => appendLeaves(full, [leaf])).toThrow('2^53');
});

test('sizes and indexes beyond 2^53 - 1 are refused', () => {
  const root = head(MAX).root;
  expect(() => verifyInclusion(leaf, 0, { size: 2 ** 53, root }, [])).toThrow(Refusal);
  expect(() => verifyInclusion(leaf, 2 ** 53, { size: 2 ** 54, root }, [])).toThrow(Refusal);
  expect(() => verifyInclusion(leaf, 0.5, head(3), [])).toThrow(Refusal);
  expect(() => verifyInclusion(leaf, -1, head(3), [])).toThrow(Refusal);
  expect(() => verifyInclusion(leaf, Number.NaN, head(3), [])).toThrow(Refusal);
  expect(() => verifyConsistency({ size: 2 ** 53, root }, { size: 2 ** 53, root }, [])).toThrow(Refusal);
  expect(() => verifyConsistency({ size: 1.5, root }, { size: 3, root }, [])).toThrow(Refusal);
});
