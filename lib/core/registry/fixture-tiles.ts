import { TILE_WIDTH, type TileRef } from '../tlog/tile-path';
import { perfectRoot } from '../tlog/hash';

/** fixtureTiles reads the tiles of a log from its leaf hashes, as a server would serve them. */
export function fixtureTiles(leaves: readonly Uint8Array[]): (ref: TileRef) => Uint8Array {
  return ({ index, level, width }) => {
    const span = TILE_WIDTH ** level;
    const out = new Uint8Array(width * 32);
    for (let i = 0; i < width; i++) {
      const first = (index * TILE_WIDTH + i) * span;
      out.set(perfectRoot(leaves, first, span), i * 32);
    }
    return out;
  };
}
