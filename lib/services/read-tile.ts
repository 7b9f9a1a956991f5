import { encodeBundle } from '../core/tlog/bundle';
import { parseTilePath, TILE_WIDTH, tileAt, type TilePath } from '../core/tlog/tile-path';
import { readEntries, readTile as readStoredTile, type LogName } from '../storage/log-store';
import type { AppContext } from './app-context';
import { ByteCache } from './byte-cache';
import { refuseService } from './service-refusal';

/** readTile gives a tile or bundle by its path below the log (`tile/0/000`), of any width that is sealed. Throws Refusal `bad-tile-path`, ServiceRefusal `not-found`. */
export async function readTile(ctx: AppContext, log: LogName, path: string): Promise<Uint8Array> {
  const tile = parseTilePath(path);
  const { size } = ctx.registry.head[log];
  const width = tileAt(tile.level === 'entries' ? 0 : tile.level, tile.index, size).width;
  if (tile.width > width) refuseService('not-found', `The ${log} log has no such tile at size ${size}.`);
  return tile.level === 'entries' ? readBundle(ctx, log, tile) : readHashes(ctx, log, tile.level, tile.index, tile.width);
}

/**
 * readHashes gives the first `width` hashes of a tile. What is not full yet comes from the edge in memory, which stands for the
 * newest seal; a full one from the database.
 */
async function readHashes(ctx: AppContext, log: LogName, level: number, index: number, width: number): Promise<Uint8Array> {
  const edge = ctx.registry.edges[log];
  if (index === Math.floor(edge.size / TILE_WIDTH ** (level + 1))) {
    const out = new Uint8Array(width * 32);
    for (const [i, hash] of (edge.levels[level] ?? []).slice(0, width).entries()) out.set(hash, i * 32);
    return out;
  }
  return (await fullTile(ctx, log, level, index)).subarray(0, width * 32);
}

/** Full tiles never change, and whoever follows the log asks for the newest ones. */
const TILE_CACHE_BYTES = 32 * 1024 * 1024;
const fullTiles = new WeakMap<AppContext, ByteCache<Uint8Array>>();

async function fullTile(ctx: AppContext, log: LogName, level: number, index: number): Promise<Uint8Array> {
  let cache = fullTiles.get(ctx);
  if (cache === undefined) {
    cache = new ByteCache(TILE_CACHE_BYTES);
    fullTiles.set(ctx, cache);
  }
  const key = `${log}/${level}/${index}`;
  const kept = cache.get(key);
  if (kept !== undefined) return kept;
  const stored = await readStoredTile(ctx.db, log, level, index);
  if (stored === null) return refuseService('not-found', 'There is no such tile.');
  cache.set(key, stored, stored.length);
  return stored;
}

async function readBundle(ctx: AppContext, log: LogName, { index, width }: TilePath): Promise<Uint8Array> {
  const entries = await readEntries(ctx.db, log, index * TILE_WIDTH, index * TILE_WIDTH + width);
  if (entries.length !== width) refuseService('not-found', 'There is no such bundle.');
  return encodeBundle(entries);
}
