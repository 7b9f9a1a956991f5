import { refuse } from '../refusal';

/** TILE_WIDTH is how many hashes a full tile holds, and how many entries a full bundle (C2SP tlog-tiles). */
export const TILE_WIDTH = 256;

const MAX_LEVEL = 63;
const PATH = /^tile\/(entries|0|[1-9][0-9]?)\/((?:x[0-9]{3}\/)*[0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/;

/** TileRef names a hash tile: its level, its index in that level, and its width, 1 to 256 hashes (256 is a full tile). */
export interface TileRef {
  level: number;
  index: number;
  width: number;
}

/** TilePath names a hash tile, or with level `'entries'` a bundle of entries. */
export interface TilePath {
  level: number | 'entries';
  index: number;
  width: number;
}

/** tileAt is the tile number `index` of `level` in a log of `size` entries, as wide as it is there; width 0 if there is none yet. */
export function tileAt(level: number, index: number, size: number): TileRef {
  const present = Math.floor(size / TILE_WIDTH ** level) - index * TILE_WIDTH;
  return { level, index, width: Math.max(0, Math.min(TILE_WIDTH, present)) };
}

/** bundleAt is the bundle that holds entry `entryIndex` in a log of `size` entries, `entryIndex < size`. */
export function bundleAt(entryIndex: number, size: number): TilePath {
  const { index, width } = tileAt(0, Math.floor(entryIndex / TILE_WIDTH), size);
  return { level: 'entries', index, width };
}

/** formatTilePath is the path below a log's prefix, `tile/<L>/<N>[.p/<W>]` (C2SP tlog-tiles). */
export function formatTilePath(tile: TilePath): string {
  let groups = threeDigits(tile.index % 1000);
  for (let rest = Math.floor(tile.index / 1000); rest > 0; rest = Math.floor(rest / 1000)) groups = `x${threeDigits(rest % 1000)}/${groups}`;
  const partial = tile.width === TILE_WIDTH ? '' : `.p/${tile.width}`;
  return `tile/${tile.level}/${groups}${partial}`;
}

function threeDigits(value: number): string {
  return String(value).padStart(3, '0');
}

/**
 * parseTilePath reads what `formatTilePath` writes and nothing else. Refuses `bad-tile-path`: other text, levels over 63, widths
 * outside 1 to 255, groups of zeros in front, indexes from 2^53.
 */
export function parseTilePath(path: string): TilePath {
  const match = PATH.exec(path);
  if (match === null) return refuse('bad-tile-path', 'This is not the path of a tile.');
  const level = match[1] === 'entries' ? 'entries' : Number(match[1]);
  const index = Number((match[2] as string).replaceAll('x', '').replaceAll('/', ''));
  const width = match[3] === undefined ? TILE_WIDTH : Number(match[3]);
  if (level !== 'entries' && level > MAX_LEVEL) refuse('bad-tile-path', `Tile levels end at ${MAX_LEVEL}.`);
  if (match[3] !== undefined && width >= TILE_WIDTH) refuse('bad-tile-path', 'A partial tile has at most 255 hashes.');
  if (!Number.isSafeInteger(index)) refuse('bad-tile-path', 'The index of the tile is too large.');
  const tile = { level, index, width } as const;
  if (formatTilePath(tile) !== path) refuse('bad-tile-path', 'The index of the tile has needless zeros.');
  return tile;
}
