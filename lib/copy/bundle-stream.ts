import { TILE_WIDTH } from '../core/tlog/tile-path';
import type { VerifiedBundle, VerifiedTiles } from './verified-tiles';

/** How many bundles of a log are on their way at once. */
const AT_ONCE = 8;

/** BundleStream reads a log's verified entries in their order while the next bundles are on their way. */
export class BundleStream {
  readonly #tiles: VerifiedTiles;
  readonly #coming: Promise<VerifiedBundle>[] = [];
  #next: number;
  #skip: number;
  #entries: Uint8Array[] = [];
  #leaves: Uint8Array[] = [];

  /** It begins at entry `from`. */
  constructor(tiles: VerifiedTiles, from: number) {
    this.#tiles = tiles;
    this.#next = Math.floor(from / TILE_WIDTH);
    this.#skip = from % TILE_WIDTH;
  }

  /** more waits for the next bundle; null at the end. @throws as `VerifiedTiles.bundle`. */
  async more(): Promise<VerifiedBundle | null> {
    while (this.#coming.length < AT_ONCE && this.#next * TILE_WIDTH + this.#skip < this.#tiles.head.size) {
      const bundle = this.#tiles.bundle(this.#next, this.#skip);
      // If an earlier one fails, nobody waits for this one.
      bundle.catch(() => undefined);
      this.#coming.push(bundle);
      this.#next += 1;
      this.#skip = 0;
    }
    const bundle = await this.#coming.shift();
    if (bundle === undefined) return null;
    this.#tiles.forget(Math.floor(bundle.first / TILE_WIDTH));
    return bundle;
  }

  /** take is exactly the next `count` entries with their leaf hashes; fewer only if the log ends. */
  async take(count: number): Promise<{ entries: Uint8Array[]; leaves: Uint8Array[] }> {
    while (this.#entries.length < count) {
      const bundle = await this.more();
      if (bundle === null) break;
      this.#entries.push(...bundle.entries);
      this.#leaves.push(...bundle.leaves);
    }
    const taken = { entries: this.#entries.slice(0, count), leaves: this.#leaves.slice(0, count) };
    this.#entries = this.#entries.slice(count);
    this.#leaves = this.#leaves.slice(count);
    return taken;
  }
}
