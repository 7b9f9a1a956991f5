import { equalBytes } from '../core/bytes/bytes';
import { refuse } from '../core/refusal';
import { type Edge, type TreeHead, edgeFromTiles, hashAt, rootOf, tilesForEdge } from '../core/tlog/edge';
import { HASH_BYTES, leafHash, perfectRoot } from '../core/tlog/hash';
import { parseBundle } from '../core/tlog/bundle';
import { rootFromTiles, rootPlan, tilesFor } from '../core/tlog/nodes';
import { TILE_WIDTH, type TileRef, formatTilePath, tileAt } from '../core/tlog/tile-path';
import type { LogSource } from './log-source';
import type { LogName } from './layout';

/** VerifiedBundle is a stretch of entries that stand in the tree: their leaf hashes are those of its tiles. */
export interface VerifiedBundle {
  readonly first: number;
  readonly entries: readonly Uint8Array[];
  readonly leaves: readonly Uint8Array[];
}

/**
 * VerifiedTiles reads one tree, whose head is given, from a source that is not trusted: each tile is held against the hash in
 * the tile above, up to the root; each bundle against its tile. Tiles above the leaves are kept.
 */
export class VerifiedTiles {
  readonly head: TreeHead;
  readonly #source: LogSource;
  readonly #log: LogName;
  readonly #edge: Edge;
  readonly #kept = new Map<string, Promise<Uint8Array>>();

  private constructor(source: LogSource, log: LogName, head: TreeHead, edge: Edge) {
    this.#source = source;
    this.#log = log;
    this.head = head;
    this.#edge = edge;
  }

  /** open fetches the tree's edge and compares its root. @throws Refusal `bad-tile`, CopyRefusal of the source. */
  static async open(source: LogSource, log: LogName, head: TreeHead): Promise<VerifiedTiles> {
    const refs = tilesForEdge(head.size);
    const tiles = await Promise.all(refs.map((ref) => source.tile(log, ref)));
    const byLevel = new Map(refs.map((ref, i) => [ref.level, tiles[i] as Uint8Array]));
    const edge = edgeFromTiles(head.size, (ref) => byLevel.get(ref.level) as Uint8Array);
    if (!equalBytes(rootOf(edge), head.root)) refuse('bad-tile', `The newest tiles of the ${log} log don't give the root of its checkpoint of size ${head.size}.`);
    return new VerifiedTiles(source, log, head, edge);
  }

  /** The tree's edge. */
  get edge(): Edge {
    return this.#edge;
  }

  /** entry is one entry of the log. @throws as `bundle`. */
  async entry(index: number): Promise<Uint8Array> {
    const { entries } = await this.bundle(Math.floor(index / TILE_WIDTH), index % TILE_WIDTH);
    return entries[0] ?? refuse('bad-bundle', `Entry ${index} of the ${this.#log} log is missing.`);
  }

  /** tile is a tile as it is in this tree. @throws Refusal `bad-tile`, CopyRefusal of the source. */
  async tile(level: number, index: number): Promise<Uint8Array> {
    const { width } = tileAt(level, index, this.head.size);
    if (width < TILE_WIDTH) return Buffer.concat(this.#edge.levels[level] ?? []);
    const name = `${level}/${index}`;
    const known = this.#kept.get(name);
    if (known !== undefined) return known;
    const tile = this.#fetch({ index, level, width });
    // Those of level 0 are most of all, and each is needed once or twice in a row.
    this.#kept.set(name, tile);
    tile.catch(() => this.#kept.delete(name));
    return tile;
  }

  /** forget drops a tile of level 0 that is not needed any more. */
  forget(index: number): void {
    this.#kept.delete(`0/${index}`);
  }

  /** rootAt is the root that this tree had at an earlier size. */
  async rootAt(size: number): Promise<Uint8Array> {
    if (size === this.head.size) return this.head.root;
    return rootFromTiles(size, await this.reader(tilesFor(rootPlan(size), size)));
  }

  /** reader fetches tiles and gives a function that reads them. */
  async reader(refs: readonly TileRef[]): Promise<(ref: TileRef) => Uint8Array> {
    const tiles = new Map<string, Uint8Array>();
    await Promise.all(refs.map(async ({ index, level }) => tiles.set(`${level}/${index}`, await this.tile(level, index))));
    return ({ index, level }) => tiles.get(`${level}/${index}`) ?? refuse('bad-tile', 'A tile was not fetched.');
  }

  /** bundle is bundle number `index`, from its entry `skip` on. @throws Refusal `bad-bundle`, `bad-tile`, CopyRefusal of the source. */
  async bundle(index: number, skip = 0): Promise<VerifiedBundle> {
    const { width } = tileAt(0, index, this.head.size);
    const [bytes, tile] = await Promise.all([this.#source.tile(this.#log, { index, level: 'entries', width }), this.tile(0, index)]);
    const entries = parseBundle(bytes, width);
    const leaves = entries.map((entry, i) => {
      const leaf = leafHash(entry);
      if (!equalBytes(leaf, tile.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES))) refuse('bad-bundle', `Entry ${index * TILE_WIDTH + i} of the ${this.#log} log is not the one in its tile.`);
      return leaf;
    });
    return { entries: entries.slice(skip), first: index * TILE_WIDTH + skip, leaves: leaves.slice(skip) };
  }

  async #fetch(ref: TileRef): Promise<Uint8Array> {
    const [bytes, above] = await Promise.all([this.#source.tile(this.#log, ref), this.tile(ref.level + 1, Math.floor(ref.index / TILE_WIDTH))]);
    const hashes: Uint8Array[] = [];
    for (let i = 0; i < TILE_WIDTH; i++) hashes.push(bytes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES));
    const expected = hashAt(above, ref.index % TILE_WIDTH);
    if (!equalBytes(perfectRoot(hashes, 0, TILE_WIDTH), expected)) refuse('bad-tile', `${formatTilePath(ref)} of the ${this.#log} log does not have the hash in the tile above it.`);
    return bytes;
  }
}
