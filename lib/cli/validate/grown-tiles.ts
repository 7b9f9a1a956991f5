import { concat } from '../../core/bytes/bytes';
import { invariant } from '../../core/refusal';
import { hashAt } from '../../core/tlog/edge';
import { perfectRoot } from '../../core/tlog/hash';
import { TILE_WIDTH, type TileRef } from '../../core/tlog/tile-path';

/** ReadTile gives a tile's hashes. */
type ReadTile = (ref: TileRef) => Uint8Array;

/**
 * grownTiles reads the tiles of a log that has grown by some leaves since it was stored: `stored` gives the hash tiles up to `size`,
 * `leaves` are the leaf hashes behind it.
 */
export function grownTiles(stored: ReadTile, size: number, leaves: readonly Uint8Array[]): ReadTile {
  const hash = (level: number, index: number): Uint8Array => {
    if ((index + 1) * TILE_WIDTH ** level <= size) {
      const at = index % TILE_WIDTH;
      return hashAt(stored({ index: Math.floor(index / TILE_WIDTH), level, width: at + 1 }), at);
    }
    if (level > 0) return perfectRoot(Array.from({ length: TILE_WIDTH }, (_, i) => hash(level - 1, index * TILE_WIDTH + i)), 0, TILE_WIDTH);
    const leaf = leaves[index - size];
    invariant(leaf !== undefined, 'the log reaches as far as its tiles are asked for');
    return leaf;
  };
  return ({ index, level, width }) => concat(...Array.from({ length: width }, (_, i) => hash(level, index * TILE_WIDTH + i)));
}
