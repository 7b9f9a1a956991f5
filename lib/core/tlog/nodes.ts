import { invariant } from '../refusal';
import { checkTileBytes, hashAt } from './edge';
import { EMPTY_ROOT, foldRight, perfectRoot } from './hash';
import { TILE_WIDTH, tileAt, type TileRef } from './tile-path';

/*
 * Proofs are planned and run: a pure function says which nodes a proof needs, the caller fetches the tiles that hold them, a pure
 * function puts them together. So nothing here waits for anything (after golang.org/x/mod/sumdb/tlog).
 *
 * Sizes and indexes go up to 2^53 - 1, so they are never put through 32-bit operators.
 */

const TILE_HEIGHT = 8;

/** NodeRef names the perfect subtree over the 2^`level` leaves from leaf `index` · 2^`level` on. */
export interface NodeRef {
  level: number;
  index: number;
}

/** Plan lists, for each hash of a proof, the nodes it is folded from, left to right. */
export type Plan = NodeRef[][];

/** rangePlan lists the largest perfect subtrees that make up leaves [`first`, `end`), where `first` starts a subtree at least that wide. */
export function rangePlan(first: number, end: number): NodeRef[] {
  const nodes: NodeRef[] = [];
  let level = 0;
  for (let width = 1; width * 2 <= end - first; width *= 2) level++;
  for (let at = first; at < end; level--) {
    const width = 2 ** level;
    if (end - at < width) continue;
    nodes.push({ level, index: at / width });
    at += width;
  }
  return nodes;
}

/** rootPlan lists the perfect subtrees of a tree of `size` leaves, largest first. */
export function rootPlan(size: number): NodeRef[] {
  return rangePlan(0, size);
}

/** splitAt is the largest power of two below `leaves`, at least 2: where RFC 6962 §2.1 splits a tree. */
export function splitAt(leaves: number): number {
  let split = 1;
  while (split * 2 < leaves) split *= 2;
  return split;
}

/** holderOf is the tile in a log of `size` entries that holds a node, or the hashes it is made from: the highest tile level possible. */
export function holderOf(node: NodeRef, size: number): { tile: TileRef; from: number; count: number } {
  const level = Math.floor(node.level / TILE_HEIGHT);
  const count = 2 ** (node.level - level * TILE_HEIGHT);
  const first = node.index * count;
  const index = Math.floor(first / TILE_WIDTH);
  const from = first - index * TILE_WIDTH;
  const tile = tileAt(level, index, size);
  invariant(tile.width >= from + count, `node ${node.level}/${node.index} is not in a tree of size ${size}`);
  return { tile, from, count };
}

/** tilesFor lists the tiles of a log of `size` entries that hold `nodes`, each once. */
export function tilesFor(nodes: readonly NodeRef[], size: number): TileRef[] {
  const tiles = new Map<string, TileRef>();
  for (const node of nodes) {
    const { tile } = holderOf(node, size);
    tiles.set(`${tile.level}/${tile.index}`, tile);
  }
  return [...tiles.values()];
}

/**
 * readNodes computes the hashes of `nodes` from the tiles of a log of `size` entries. `tile` gives at least the `width` hashes asked
 * for and is asked once for each. Refuses `bad-tile` if there are fewer. The hashes are as good as the tiles: verify the proof made of them.
 */
export function readNodes(nodes: readonly NodeRef[], size: number, tile: (ref: TileRef) => Uint8Array): Uint8Array[] {
  const read = new Map<string, Uint8Array>();
  return nodes.map((node) => {
    const holder = holderOf(node, size);
    const key = `${holder.tile.level}/${holder.tile.index}`;
    let bytes = read.get(key);
    if (bytes === undefined) {
      bytes = tile(holder.tile);
      checkTileBytes(bytes, holder.tile);
      read.set(key, bytes);
    }
    const hashes: Uint8Array[] = [];
    for (let i = holder.from; i < holder.from + holder.count; i++) hashes.push(hashAt(bytes, i));
    return perfectRoot(hashes, 0, holder.count);
  });
}

/** runPlan makes the proof that `plan` describes from the tiles of a log of `size` entries; see `readNodes`. */
export function runPlan(plan: Plan, size: number, tile: (ref: TileRef) => Uint8Array): Uint8Array[] {
  const hashes = readNodes(plan.flat(), size, tile);
  let at = 0;
  return plan.map((nodes) => {
    const root = foldRight(hashes.slice(at, at + nodes.length));
    at += nodes.length;
    invariant(root !== null, 'every hash of a proof has nodes');
    return root;
  });
}

/** rootFromTiles is the root that the log had at `size`, from its tiles; see `readNodes`. */
export function rootFromTiles(size: number, tile: (ref: TileRef) => Uint8Array): Uint8Array {
  return size === 0 ? EMPTY_ROOT : (runPlan([rootPlan(size)], size, tile)[0] as Uint8Array);
}
