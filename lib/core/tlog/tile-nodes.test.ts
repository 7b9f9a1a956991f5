import { expect, test } from 'vitest';
import { refusalCode } from '../../../.config/refused';
import { utf8 } from '../bytes/bytes';
import { consistencyPlan } from './consistency';
import { appendLeaves, emptyEdge, partialTiles, type Tile } from './edge';
import { leafHash } from './hash';
import { inclusionPlan } from './inclusion';
import { runPlan } from './nodes';
import { runPlanOn, TileNodes } from './tile-nodes';
import type { TileRef } from './tile-path';

const SIZE = 66_300;
const leaves = Array.from({ length: SIZE }, (_, i) => leafHash(utf8(`entry ${i}`)));
const { edge, tiles } = appendLeaves(emptyEdge(), leaves);
const stored = new Map([...tiles, ...partialTiles(edge)].map((tile: Tile) => [`${tile.level}/${tile.index}`, tile.hashes]));
const nodes = new Map([...stored].map(([key, hashes]) => [key, new TileNodes(hashes)]));
const bytesOf = ({ level, index, width }: TileRef): Uint8Array => stored.get(`${level}/${index}`)?.subarray(0, width * 32) ?? new Uint8Array(0);
const nodesOf = ({ level, index }: TileRef): TileNodes => nodes.get(`${level}/${index}`) ?? new TileNodes(new Uint8Array(0));

test('proofs from kept inner nodes are the proofs from the hashes of the tiles, also of older sizes than the tiles’', () => {
  for (const size of [SIZE, SIZE - 1, 65_793, 65_792, 65_536, 65_535, 300, 257, 256, 255, 2, 1]) {
    for (const index of [0, 1, 127, 128, 255, 256, 1_000, 65_535, 65_536, 66_000, size - 1]) {
      if (index >= size) continue;
      expect(runPlanOn(inclusionPlan(index, size), size, nodesOf)).toEqual(runPlan(inclusionPlan(index, size), size, bytesOf));
      expect(runPlanOn(consistencyPlan(index + 1, size), size, nodesOf)).toEqual(runPlan(consistencyPlan(index + 1, size), size, bytesOf));
    }
  }
});

test('what is no tile, or one with too few hashes, is refused', () => {
  expect(refusalCode(() => new TileNodes(new Uint8Array(33)))).toBe('bad-tile');
  expect(refusalCode(() => new TileNodes(new Uint8Array(257 * 32)))).toBe('bad-tile');
  const three = new TileNodes(stored.get('0/0')?.slice(0, 3 * 32) ?? new Uint8Array(0));
  expect(three.node(0, 2)).toEqual(leaves[2]);
  expect(refusalCode(() => three.node(0, 3))).toBe('bad-tile');
  expect(refusalCode(() => three.node(1, 1))).toBe('bad-tile');
  expect(refusalCode(() => three.node(2, 0))).toBe('bad-tile');
});
