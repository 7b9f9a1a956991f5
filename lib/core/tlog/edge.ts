import { invariant, refuse } from '../refusal';
import { EMPTY_ROOT, foldRight, HASH_BYTES, perfectRoot } from './hash';
import { TILE_WIDTH, type TileRef } from './tile-path';

/** TreeHead is the size of a log and its root, 32 bytes. */
export interface TreeHead {
  size: number;
  root: Uint8Array;
}

/**
 * Edge is all that a log needs to grow: for each tile level, lowest first, the hashes of that level's last, partial tile (0 to 255).
 * An edge is never changed in place.
 */
export interface Edge {
  readonly size: number;
  readonly levels: readonly (readonly Uint8Array[])[];
}

/** Tile is a full tile: 256 hashes of 32 bytes in a row. */
export interface Tile {
  level: number;
  index: number;
  hashes: Uint8Array;
}

/** emptyEdge is the edge of a log without entries. */
export function emptyEdge(): Edge {
  return { size: 0, levels: [] };
}

/**
 * appendLeaves adds leaf hashes to a log and gives the new edge and the tiles that became full, in an order in which a tile follows
 * those below it. The cost follows the batch, not the log.
 */
export function appendLeaves(edge: Edge, leafHashes: readonly Uint8Array[]): { edge: Edge; tiles: Tile[] } {
  const size = edge.size + leafHashes.length;
  invariant(Number.isSafeInteger(size), 'a log holds at most 2^53 - 1 entries');
  const levels = edge.levels.map((hashes) => [...hashes]);
  const tiles: Tile[] = [];
  let index = Math.floor(edge.size / TILE_WIDTH);
  const lowest = levels[0] ?? (levels[0] = []);
  for (const leaf of leafHashes) {
    lowest.push(leaf);
    if (lowest.length === TILE_WIDTH) completeTiles(levels, index++, tiles);
  }
  if (size === 0) levels.pop();
  return { edge: { size, levels }, tiles };
}

/** completeTiles empties the full tile number `index` of level 0 into the level above, and so on for as long as that fills one too. */
function completeTiles(levels: Uint8Array[][], index: number, tiles: Tile[]): void {
  for (let level = 0; levels[level]?.length === TILE_WIDTH; level++) {
    const full = levels[level] as Uint8Array[];
    tiles.push({ level, index, hashes: join(full) });
    const above = levels[level + 1] ?? (levels[level + 1] = []);
    above.push(perfectRoot(full, 0, TILE_WIDTH));
    full.length = 0;
    index = Math.floor(index / TILE_WIDTH);
  }
}

function join(hashes: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(hashes.length * HASH_BYTES);
  for (let i = 0; i < hashes.length; i++) out.set(hashes[i] as Uint8Array, i * HASH_BYTES);
  return out;
}

/** rootOf is the root of the log (RFC 6962 §2.1): at most 255 hashes for each tile level. */
export function rootOf(edge: Edge): Uint8Array {
  const roots: Uint8Array[] = [];
  for (let level = edge.levels.length - 1; level >= 0; level--) {
    const hashes = edge.levels[level] as readonly Uint8Array[];
    let from = 0;
    for (let count = TILE_WIDTH / 2; count >= 1; count /= 2) {
      if (hashes.length - from < count) continue;
      roots.push(perfectRoot(hashes, from, count));
      from += count;
    }
  }
  return foldRight(roots) ?? EMPTY_ROOT;
}

/** headOf is the size and root of the log. */
export function headOf(edge: Edge): TreeHead {
  return { size: edge.size, root: rootOf(edge) };
}

/** partialTiles are the partial tiles that a log of this edge serves: every non-empty level, lowest first. */
export function partialTiles(edge: Edge): Tile[] {
  return tilesForEdge(edge.size).map(({ level, index }) => ({ level, index, hashes: join(edge.levels[level] as readonly Uint8Array[]) }));
}

/** tilesForEdge are the partial tiles, lowest level first, that together make the edge of a log of `size` entries. */
export function tilesForEdge(size: number): TileRef[] {
  const tiles: TileRef[] = [];
  let hashes = size;
  for (let level = 0; hashes > 0; level++) {
    const index = Math.floor(hashes / TILE_WIDTH);
    const width = hashes - index * TILE_WIDTH;
    if (width > 0) tiles.push({ level, index, width });
    hashes = index;
  }
  return tiles;
}

/**
 * edgeFromTiles rebuilds an edge from stored tiles; `tile` gives at least `width` hashes of each that `tilesForEdge` names.
 * Nothing is proved by it: compare `rootOf` with a trusted head. Refuses `bad-tile` if a tile is too short.
 */
export function edgeFromTiles(size: number, tile: (ref: TileRef) => Uint8Array): Edge {
  const levels: Uint8Array[][] = [];
  for (let rest = size; rest > 0; rest = Math.floor(rest / TILE_WIDTH)) levels.push([]);
  for (const ref of tilesForEdge(size)) {
    const hashes = tile(ref);
    checkTileBytes(hashes, ref);
    const level = levels[ref.level] as Uint8Array[];
    for (let i = 0; i < ref.width; i++) level.push(hashAt(hashes, i));
  }
  return { size, levels };
}

/** hashAt copies hash number `i` out of a tile. */
export function hashAt(hashes: Uint8Array, i: number): Uint8Array {
  return new Uint8Array(hashes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES));
}

/** checkTileBytes refuses (`bad-tile`) anything that cannot be the tile asked for; more hashes than asked for are fine. */
export function checkTileBytes(hashes: Uint8Array, ref: TileRef): void {
  if (hashes.length % HASH_BYTES !== 0 || hashes.length > TILE_WIDTH * HASH_BYTES) refuse('bad-tile', 'A tile is 1 to 256 hashes of 32 bytes.');
  if (hashes.length < ref.width * HASH_BYTES) refuse('bad-tile', `Tile ${ref.index} of level ${ref.level} has fewer than ${ref.width} hashes.`);
}
