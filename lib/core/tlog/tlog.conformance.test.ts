import { describe, expect, test } from 'vitest';
import { vectors } from '../../../.config/vectors';
import { fromBase64, toBase64 } from '../bytes/base64';
import { concat, utf8 } from '../bytes/bytes';
import { toHex } from '../bytes/hex';
import { sha256 } from '../bytes/sha256';
import { Refusal } from '../refusal';
import { verifyConsistency } from './consistency';
import { tilesForEdge } from './edge';
import { EMPTY_ROOT, leafHash } from './hash';
import { verifyInclusion } from './inclusion';
import { bundleAt, formatTilePath, parseTilePath, TILE_WIDTH, tileAt } from './tile-path';

interface Inclusion {
  leafIdx: number;
  treeSize: number;
  root: string;
  leafHash: string;
  proof: string[] | null;
  wantErr: boolean;
}

interface Consistency {
  size1: number;
  size2: number;
  root1: string;
  root2: string;
  proof: string[] | null;
  wantErr: boolean;
}

/** Subtrees (draft-ietf-plants-merkle-tree-certs) are not used by MNS, but where theirs are ordinary proofs they are checked too. */
interface Merkle {
  inclusion: Record<string, Inclusion>;
  consistency: Record<string, Consistency>;
  subtreeinclusion: Record<string, Omit<Inclusion, 'treeSize'> & { start: number; end: number }>;
  subtreeconsistency: Record<string, Omit<Consistency, 'size1' | 'size2'> & { start: number; end: number; size: number }>;
}

interface Constants {
  empty_tree_root: string;
  leaf: { data_utf8: string; hash?: string; hash_base64?: string }[];
  node: { left_utf8: string; right_utf8: string; hash: string }[];
}

interface Paths {
  entries_path_for_index: { index: string; size: string; path: string }[];
  tile_path: { level: number; index: string; partial: number; path: string }[];
  parse_ok: { level: string; index: string; n: string; partial: number }[];
  parse_bad: { level: string; index: string }[];
  spec_example: { size: number; level0_full: number; level0_partial: number; level1_full: number; level1_partial: number; level2_partial: number };
}

function accepts(check: () => void): boolean {
  try {
    check();
    return true;
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
}

const hashes = (proof: string[] | null) => (proof ?? []).map((text) => fromBase64(text));

const merkle = vectors<Merkle>('merkle/all.json');
describe.skipIf(merkle === null)('transparency-dev/merkle: proofs', () => {
  for (const [name, v] of Object.entries(merkle?.inclusion ?? {})) {
    test(`inclusion ${name} is ${v.wantErr ? 'refused' : 'accepted'}`, () => {
      const head = { size: v.treeSize, root: fromBase64(v.root) };
      expect(accepts(() => verifyInclusion(fromBase64(v.leafHash), v.leafIdx, head, hashes(v.proof)))).toBe(!v.wantErr);
    });
  }

  for (const [name, v] of Object.entries(merkle?.consistency ?? {})) {
    test(`consistency ${name} is ${v.wantErr ? 'refused' : 'accepted'}`, () => {
      const [old, head] = [
        { size: v.size1, root: fromBase64(v.root1) },
        { size: v.size2, root: fromBase64(v.root2) },
      ];
      expect(accepts(() => verifyConsistency(old, head, hashes(v.proof)))).toBe(!v.wantErr);
    });
  }

  for (const [name, v] of Object.entries(merkle?.subtreeinclusion ?? {})) {
    test(`inclusion in a subtree, ${name}, is ${v.wantErr ? 'refused' : 'accepted'}`, () => {
      const head = { size: v.end - v.start, root: fromBase64(v.root) };
      let width = 1;
      while (width < head.size) width *= 2;
      const isSubtree = head.size > 0 && v.start % width === 0;
      expect(isSubtree && accepts(() => verifyInclusion(fromBase64(v.leafHash), v.leafIdx - v.start, head, hashes(v.proof)))).toBe(!v.wantErr);
    });
  }

  for (const [name, v] of Object.entries(merkle?.subtreeconsistency ?? {})) {
    if (v.start !== 0 || v.end === 0) continue;
    test(`consistency of a subtree from leaf 0, ${name}, is ${v.wantErr ? 'refused' : 'accepted'}`, () => {
      const [old, head] = [
        { size: v.end, root: fromBase64(v.root1) },
        { size: v.size, root: fromBase64(v.root2) },
      ];
      expect(accepts(() => verifyConsistency(old, head, hashes(v.proof)))).toBe(!v.wantErr);
    });
  }

  test('numbers that a JavaScript number cannot hold are in the set, and refused', () => {
    const unsafe = Object.values(merkle?.inclusion ?? {}).filter((v) => !Number.isSafeInteger(v.leafIdx) || !Number.isSafeInteger(v.treeSize));
    expect(unsafe.length).toBeGreaterThan(0);
    for (const v of unsafe) {
      expect(accepts(() => verifyInclusion(fromBase64(v.leafHash), v.leafIdx, { size: v.treeSize, root: fromBase64(v.root) }, hashes(v.proof)))).toBe(false);
    }
  });
});

const constants = vectors<Constants>('rfc6962/hash-constants.json');
test.skipIf(constants === null)('RFC 6962 hashing gives the published hashes', () => {
  expect(toHex(EMPTY_ROOT)).toBe(constants?.empty_tree_root);
  for (const leaf of constants?.leaf ?? []) {
    const hash = leafHash(utf8(leaf.data_utf8));
    expect(leaf.hash === undefined ? toBase64(hash) : toHex(hash)).toBe(leaf.hash ?? leaf.hash_base64);
  }
  for (const node of constants?.node ?? []) expect(toHex(sha256(concat(new Uint8Array([1]), utf8(node.left_utf8), utf8(node.right_utf8))))).toBe(node.hash);
});

const paths = vectors<Paths>('tiles/paths.json');
describe.skipIf(paths === null)('tessera: tile paths', () => {
  test('entry bundles of an index', () => {
    for (const v of paths?.entries_path_for_index ?? []) expect(formatTilePath(bundleAt(Number(v.index), Number(v.size)))).toBe(v.path);
  });

  test('paths of tiles, both ways', () => {
    for (const v of paths?.tile_path ?? []) {
      const tile = { level: v.level, index: Number(v.index), width: v.partial === 0 ? TILE_WIDTH : v.partial };
      expect(formatTilePath(tile)).toBe(v.path);
      expect(parseTilePath(v.path)).toEqual(tile);
    }
  });

  test('good paths are read, except for an index that a JavaScript number cannot hold', () => {
    for (const v of paths?.parse_ok ?? []) {
      const path = `tile/${v.level}/${v.index}`;
      if (Number.isSafeInteger(Number(v.n))) {
        const width = v.partial === 0 ? TILE_WIDTH : v.partial;
        // Tessera reads needless zeros in front, which name a tile twice; the specification does not allow them.
        if (path === formatTilePath({ level: Number(v.level), index: Number(v.n), width })) {
          expect(parseTilePath(path)).toEqual({ level: Number(v.level), index: Number(v.n), width });
          continue;
        }
      }
      expect(() => parseTilePath(path)).toThrow(Refusal);
    }
  });

  test('bad paths are refused', () => {
    for (const v of paths?.parse_bad ?? []) expect(() => parseTilePath(`tile/${v.level}/${v.index}`)).toThrow(Refusal);
  });

  test('the example of the specification', () => {
    const example = paths?.spec_example;
    if (example === undefined) throw new Error('no example');
    expect(tilesForEdge(example.size).map(({ width }) => width)).toEqual([example.level0_partial, example.level1_partial, example.level2_partial]);
    expect(tileAt(0, example.level0_full - 1, example.size).width).toBe(TILE_WIDTH);
    expect(tileAt(0, example.level0_full, example.size).width).toBe(example.level0_partial);
    expect(tileAt(1, example.level1_full, example.size).width).toBe(example.level1_partial);
  });
});
