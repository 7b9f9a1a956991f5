import { expect, test } from 'vitest';
import { concat, equalBytes, utf8 } from '../bytes/bytes';
import { toHex } from '../bytes/hex';
import { Refusal } from '../refusal';
import { consistencyPlan, verifyConsistency } from './consistency';
import { appendLeaves, type Edge, edgeFromTiles, emptyEdge, headOf, partialTiles, rootOf, type Tile, type TreeHead, tilesForEdge } from './edge';
import { EMPTY_ROOT, leafHash, nodeHash } from './hash';
import { inclusionPlan, verifyInclusion } from './inclusion';
import { rootFromTiles, runPlan, tilesFor } from './nodes';
import type { TileRef } from './tile-path';

const SIZES = 1100;
/** Every small size, those around the edges of tiles, and every seventh. */
const SAMPLED = Array.from({ length: SIZES }, (_, i) => i + 1).filter((size) => size <= 70 || size % 7 === 0 || (size + 2) % 256 <= 4);
const leaves = Array.from({ length: 70_000 }, (_, i) => leafHash(utf8(`entry ${i}`)));

/** The definition, RFC 6962 §2.1, written down as it stands there. */
const known = new Map<string, Uint8Array>();
function naiveRoot(first: number, end: number): Uint8Array {
  const count = end - first;
  if (count === 0) return EMPTY_ROOT;
  if (count === 1) return leaves[first] as Uint8Array;
  const key = `${first}-${end}`;
  let root = known.get(key);
  if (root === undefined) {
    let split = 1;
    while (split * 2 < count) split *= 2;
    root = nodeHash(naiveRoot(first, first + split), naiveRoot(first + split, end));
    known.set(key, root);
  }
  return root;
}

/** A log as it is stored: its edge, and every full tile. */
class StoredLog {
  edge: Edge = emptyEdge();
  tiles = new Map<string, Uint8Array>();
  partial: Tile[] = [];

  append(count: number): void {
    const result = appendLeaves(this.edge, leaves.slice(this.edge.size, this.edge.size + count));
    this.edge = result.edge;
    for (const tile of result.tiles) this.tiles.set(`${tile.level}/${tile.index}`, tile.hashes);
    this.partial = partialTiles(this.edge);
  }

  read = (ref: TileRef): Uint8Array => {
    const full = this.tiles.get(`${ref.level}/${ref.index}`);
    if (full !== undefined) return full.subarray(0, ref.width * 32);
    const partial = this.partial.find((tile) => tile.level === ref.level && tile.index === ref.index);
    if (partial === undefined) throw new Error(`no tile ${ref.level}/${ref.index}`);
    return partial.hashes.subarray(0, ref.width * 32);
  };
}

const log = new StoredLog();
log.append(leaves.length);

/** refuses runs a check that has to refuse. (`expect().toThrow` takes a tenth of a millisecond each, and there are many.) */
function refuses(check: () => void): void {
  try {
    check();
  } catch (error) {
    if (error instanceof Refusal) return;
    throw error;
  }
  throw new Error(`should have been refused: ${String(check)}`);
}

function head(size: number): TreeHead {
  return { size, root: naiveRoot(0, size) };
}

test('growing one leaf at a time gives the root of RFC 6962 at every size', () => {
  let edge = emptyEdge();
  expect(rootOf(edge)).toEqual(EMPTY_ROOT);
  for (let size = 1; size <= SIZES; size++) {
    edge = appendLeaves(edge, [leaves[size - 1] as Uint8Array]).edge;
    if (toHex(rootOf(edge)) !== toHex(naiveRoot(0, size))) throw new Error(`wrong root at size ${size}`);
  }
});

test('a batch of any size gives the same edge and tiles as single leaves', () => {
  for (const step of [7, 255, 256, 257, 3000, 65_536, 69_999]) {
    const other = new StoredLog();
    while (other.edge.size < leaves.length) other.append(Math.min(step, leaves.length - other.edge.size));
    expect(other.edge).toEqual(log.edge);
    expect([...other.tiles.keys()].toSorted()).toEqual([...log.tiles.keys()].toSorted());
    for (const [key, hashes] of other.tiles) expect(equalBytes(hashes, log.tiles.get(key) as Uint8Array)).toBe(true);
  }
  expect(toHex(rootOf(log.edge))).toBe(toHex(naiveRoot(0, leaves.length)));
});

test('appending leaves the old edge as it was', () => {
  const before = appendLeaves(emptyEdge(), leaves.slice(0, 300)).edge;
  const copy = structuredClone(before);
  appendLeaves(before, leaves.slice(300, 900));
  expect(before).toEqual(copy);
});

test('70,000 entries make the tiles that the specification counts', () => {
  expect([...log.tiles.keys()].filter((key) => key.startsWith('0/'))).toHaveLength(273);
  expect([...log.tiles.keys()].filter((key) => key.startsWith('1/'))).toHaveLength(1);
  expect(tilesForEdge(70_000)).toEqual([
    { level: 0, index: 273, width: 112 },
    { level: 1, index: 1, width: 17 },
    { level: 2, index: 0, width: 1 },
  ]);
});

test('an edge rebuilt from tiles is the edge, at every size', () => {
  let edge = emptyEdge();
  for (let size = 0; size <= SIZES; size++) {
    if (size > 0) edge = appendLeaves(edge, [leaves[size - 1] as Uint8Array]).edge;
    const rebuilt = edgeFromTiles(size, log.read);
    expect(rebuilt.levels.map((level) => toHex(concat(...level)))).toEqual(edge.levels.map((level) => toHex(concat(...level))));
    expect(rebuilt.size).toBe(size);
  }
  expect(edgeFromTiles(70_000, log.read)).toEqual(log.edge);
});

test('the root of any earlier size can be computed from the tiles', () => {
  for (let size = 0; size <= SIZES; size++) expect(toHex(rootFromTiles(size, log.read))).toBe(toHex(naiveRoot(0, size)));
  expect(rootFromTiles(70_000, log.read)).toEqual(rootOf(log.edge));
});

test('every leaf of a tree can be proved, and a proof of another leaf, index or size is refused', () => {
  for (const size of SAMPLED) {
    const tree = head(size);
    const indexes = size <= 70 ? Array.from({ length: size }, (_, i) => i) : [0, 1, size - 2, size - 1, 255, 256, (size * 7) % size, (size * 13 + 5) % size].filter((i) => i < size);
    for (const index of indexes) {
      const proof = runPlan(inclusionPlan(index, size), size, log.read);
      verifyInclusion(leaves[index] as Uint8Array, index, tree, proof);
      const refused = [
        () => verifyInclusion(leaves[index + 1] as Uint8Array, index, tree, proof),
        () => verifyInclusion(leaves[index] as Uint8Array, index + 1, tree, proof),
        () => verifyInclusion(leaves[index] as Uint8Array, index, { ...tree, root: naiveRoot(0, size + 1) }, proof),
        () => verifyInclusion(leaves[index] as Uint8Array, index, tree, [...proof, EMPTY_ROOT]),
        () => verifyInclusion(leaves[index] as Uint8Array, index, tree, [EMPTY_ROOT, ...proof]),
      ];
      if (proof.length > 0) refused.push(() => verifyInclusion(leaves[index] as Uint8Array, index, tree, proof.slice(1)));
      for (const check of refused) refuses(check);
    }
  }
});

test('every pair of sizes is consistent, and a proof for other sizes or roots is refused', () => {
  for (const size of SAMPLED) {
    const olds = size <= 70 ? Array.from({ length: size }, (_, i) => i + 1) : [1, 2, size - 1, size, 128, 255, 256, 257, 512, (size * 31) % size, (size >> 1) + 1];
    for (const old of olds.filter((n) => n >= 1 && n <= size)) {
      const proof = runPlan(consistencyPlan(old, size), size, log.read);
      verifyConsistency(head(old), head(size), proof);
      refuses(() => verifyConsistency(head(old), { size, root: naiveRoot(0, size + 1) }, proof));
      refuses(() => verifyConsistency({ size: old, root: naiveRoot(0, old + 1) }, head(size), proof));
      refuses(() => verifyConsistency(head(old), head(size), [...proof, EMPTY_ROOT]));
      if (proof.length > 0) refuses(() => verifyConsistency(head(old), head(size), proof.slice(0, -1)));
    }
  }
});

test('proofs work in a large tree, from as few tiles as there are levels', () => {
  for (const [index, size] of [[0, 70_000], [69_999, 70_000], [65_535, 65_537], [12_345, 66_000], [65_536, 69_888]] as const) {
    const plan = inclusionPlan(index, size);
    verifyInclusion(leaves[index] as Uint8Array, index, head(size), runPlan(plan, size, log.read));
    expect(tilesFor(plan.flat(), size).length).toBeLessThanOrEqual(6);
    if (index > 0) verifyConsistency(head(index), head(size), runPlan(consistencyPlan(index, size), size, log.read));
  }
});

test('consistency from an empty tree is refused unless the caller asks for it, and then only with an empty proof and root', () => {
  const empty = headOf(emptyEdge());
  refuses(() => verifyConsistency(empty, head(5), []));
  verifyConsistency(empty, head(5), [], { fromEmpty: true });
  verifyConsistency(empty, empty, [], { fromEmpty: true });
  refuses(() => verifyConsistency(empty, head(5), [EMPTY_ROOT], { fromEmpty: true }));
  refuses(() => verifyConsistency(head(0), { size: 0, root: naiveRoot(0, 1) }, [], { fromEmpty: true }));
  refuses(() => verifyConsistency({ size: 0, root: naiveRoot(0, 1) }, head(5), [], { fromEmpty: true }));
});

test('a tile that is too short is refused', () => {
  refuses(() => edgeFromTiles(300, () => new Uint8Array(43 * 32)));
  refuses(() => rootFromTiles(300, () => new Uint8Array(33)));
  refuses(() => rootFromTiles(300, () => new Uint8Array(257 * 32)));
});
