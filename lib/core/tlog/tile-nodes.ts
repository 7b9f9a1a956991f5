import { sha256Into } from '../bytes/sha256';
import { invariant, refuse } from '../refusal';
import { foldRight, HASH_BYTES } from './hash';
import { holderOf, type Plan } from './nodes';
import { TILE_WIDTH, type TileRef } from './tile-path';

const scratch = new Uint8Array(1 + 2 * HASH_BYTES);
scratch[0] = 1;

/**
 * TileNodes is a tile with the inner nodes that its hashes complete, hashed once and kept: proofs that go through the same
 * tile then only read. A full tile takes 16 KiB.
 */
export class TileNodes {
  readonly width: number;
  /** Row after row, the tile's own hashes first, each row half as long as the one before. */
  readonly #rows: Uint8Array;

  /** `hashes` is a tile's bytes; refuses `bad-tile` if they are none. */
  constructor(hashes: Uint8Array) {
    const width = hashes.length / HASH_BYTES;
    if (!Number.isInteger(width) || width > TILE_WIDTH) refuse('bad-tile', 'A tile is 1 to 256 hashes of 32 bytes.');
    this.width = width;
    let count = 0;
    for (let row = width; row > 0; row = Math.floor(row / 2)) count += row;
    const rows = new Uint8Array(count * HASH_BYTES);
    rows.set(hashes);
    let from = 0;
    let to = width * HASH_BYTES;
    for (let row = width; row > 1; row = Math.floor(row / 2)) {
      for (let i = 0; i + 1 < row; i += 2) {
        scratch.set(rows.subarray(from + i * HASH_BYTES, from + (i + 2) * HASH_BYTES), 1);
        sha256Into(scratch, rows, to);
        to += HASH_BYTES;
      }
      from += row * HASH_BYTES;
    }
    this.#rows = rows;
  }

  /** sizeBytes is what it keeps. */
  get sizeBytes(): number {
    return this.#rows.length;
  }

  /** node is the root over the 2^`height` hashes from number `at` · 2^`height` on: a view, never to be written to. Refuses `bad-tile` if the tile has fewer. */
  node(height: number, at: number): Uint8Array {
    let start = 0;
    let row = this.width;
    for (let h = 0; h < height; h++) {
      start += row;
      row = Math.floor(row / 2);
    }
    if (at >= row) refuse('bad-tile', `A tile of ${this.width} hashes does not complete its node ${at} of height ${height}.`);
    return this.#rows.subarray((start + at) * HASH_BYTES, (start + at + 1) * HASH_BYTES);
  }
}

/** runPlanOn is `runPlan` on tiles whose inner nodes are kept. `tile` gives at least the `width` hashes asked for. Refuses `bad-tile`. */
export function runPlanOn(plan: Plan, size: number, tile: (ref: TileRef) => TileNodes): Uint8Array[] {
  return plan.map((nodes) => {
    const hashes = nodes.map((node) => {
      const holder = holderOf(node, size);
      return tile(holder.tile).node(Math.log2(holder.count), holder.from / holder.count);
    });
    const root = foldRight(hashes);
    invariant(root !== null, 'every hash of a proof has nodes');
    return root;
  });
}
