import { equalBytes } from '../core/bytes/bytes';
import { edgeFromTiles, rootOf, type Edge, type TreeHead } from '../core/tlog/edge';
import { leafHash, perfectRoot } from '../core/tlog/hash';
import { TILE_WIDTH } from '../core/tlog/tile-path';
import type { Statements } from '../storage/database';
import { readEntries, readLeaves, readTile, readTiles, type LogName } from '../storage/log-store';

/** DamageError says that the database does not hold what was signed. Nothing may be signed on top of it. */
export class DamageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'DamageError';
  }
}

/**
 * loadEdge rebuilds a log's edge from the database, hashing everything the next root rests on: the entries of the last partial
 * tile, and every full tile whose root stands in the edge. Throws DamageError if the root is not the head's.
 */
export async function loadEdge(db: Statements, log: LogName, head: TreeHead): Promise<Edge> {
  const levels = new Map<number, Uint8Array>();
  for (let level = 0, hashes = head.size; hashes > 0; level++, hashes = Math.floor(hashes / TILE_WIDTH)) {
    const first = hashes - (hashes % TILE_WIDTH);
    levels.set(level, level === 0 ? await leavesOf(db, log, first, head.size) : await tileRoots(db, log, level - 1, first, hashes));
  }
  const edge = edgeFromTiles(head.size, ({ level }) => levels.get(level) ?? new Uint8Array(0));
  if (!equalBytes(rootOf(edge), head.root)) throw new DamageError(`the stored ${log} log does not have the root that was signed for size ${head.size}`);
  return edge;
}

/**
 * recheckEdge reads again what changes at an edge from seal to seal: the entries of the partial tile, and of every level above
 * the newest tile it rests on. Throws DamageError if the database disagrees with `edge`.
 */
export async function recheckEdge(db: Statements, log: LogName, edge: Edge): Promise<void> {
  const partial = edge.size % TILE_WIDTH;
  const leaves = await leavesOf(db, log, edge.size - partial, edge.size);
  if (!equalBytes(leaves, join(edge.levels[0] ?? []))) throw new DamageError(`the newest entries of the ${log} log in the database are not those that were signed`);
  for (let level = 1; level < edge.levels.length; level++) {
    const newest = edge.levels[level]?.at(-1);
    if (newest === undefined) continue;
    const index = Math.floor(edge.size / TILE_WIDTH ** level) - 1;
    if (!equalBytes(await tileRoots(db, log, level - 1, index, index + 1), newest)) throw new DamageError(`tile ${index} of level ${level - 1} of the ${log} log in the database is not the one that was signed`);
  }
}

async function leavesOf(db: Statements, log: LogName, first: number, end: number): Promise<Uint8Array> {
  if (first === end) return new Uint8Array(0);
  const entries = await readEntries(db, log, first, end);
  const hashed = join(entries.map(leafHash));
  if (entries.length !== end - first || !equalBytes(hashed, await readLeaves(db, log, first, end))) {
    throw new DamageError(`entries of the ${log} log between ${first} and ${end} are missing or not what their hashes say`);
  }
  return hashed;
}

/** tileRoots hashes the full tiles [first, end) of a level to their roots. */
async function tileRoots(db: Statements, log: LogName, level: number, first: number, end: number): Promise<Uint8Array> {
  const tiles = end - first === 1 ? [await readTile(db, log, level, first)] : await readTiles(db, log, level, first, end);
  const roots = tiles.map((tile, i) => {
    if (tile === null || tile.length !== TILE_WIDTH * 32) throw new DamageError(`tile ${first + i} of level ${level} of the ${log} log is missing`);
    const hashes: Uint8Array[] = [];
    for (let at = 0; at < tile.length; at += 32) hashes.push(tile.subarray(at, at + 32));
    return perfectRoot(hashes, 0, TILE_WIDTH);
  });
  if (roots.length !== end - first) throw new DamageError(`tiles of level ${level} of the ${log} log are missing`);
  return join(roots);
}

function join(hashes: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(hashes.length * 32);
  for (const [i, hash] of hashes.entries()) out.set(hash, i * 32);
  return out;
}
