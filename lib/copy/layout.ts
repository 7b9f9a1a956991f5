import { join } from 'node:path';
import { TILE_WIDTH } from '../core/tlog/tile-path';

/*
 * A copy's folder (sizes are numbers of entries, `first` where the copy begins: 0, or where a snapshot's last tile begins):
 *
 *   head.json           what is copied and verified: the commit point, written last and replaced as a whole
 *   registry.json       which registry this copy is pinned to
 *   lock                held by the one process that writes
 *   names/entries       every entry of the name log from `first` on, each behind its length as u16 big-endian: a bundle is a range of bytes
 *   names/offsets       for each of these entries where it starts in `entries`, 8 bytes little-endian
 *   names/0, names/1 …  the hashes of each tile level one after another, 32 bytes each: a tile is a range of bytes
 *   proofs/…            the same of the proof log
 *   snapshot/           where a snapshot was the beginning: the state at its seal
 *   state/              the map and the index over the newest entries at some seal; made again from the logs when it is not good
 *   evidence/           what proves that the registry cheated
 *
 * The files only grow. What stands in them behind the sizes of head.json was being written when the process ended; it is cut
 * off, or written over, by the next one that writes.
 */

/** LogName is which of the two logs. */
export type LogName = 'names' | 'proofs';

/** LOGS are both logs, in the order in which they are written about. */
export const LOGS: readonly LogName[] = ['names', 'proofs'];

/** OFFSET_BYTES is the width of one number in `offsets`. */
export const OFFSET_BYTES = 8;

/**
 * BEFORE_FILE, beside `entries`, holds the leaf hash and the bytes of the entry before the first one, where a copy began at a snapshot
 * whose seal closed a tile: whoever goes on from there needs that seal.
 */
export const BEFORE_FILE = 'before';

/** headPath is the commit point. */
export function headPath(dir: string): string {
  return join(dir, 'head.json');
}

/** levelBase is the index of the first hash of a tile level that a copy from `first` holds: where the level's last tile began then. */
export function levelBase(level: number, first: number): number {
  return Math.floor(first / TILE_WIDTH ** (level + 1)) * TILE_WIDTH;
}

/** levelCount is how many hashes of a tile level a copy from `first` holds at `size`. */
export function levelCount(level: number, first: number, size: number): number {
  return Math.floor(size / TILE_WIDTH ** level) - levelBase(level, first);
}

/** levelsAt is the number of tile levels of a log of `size` entries. */
export function levelsAt(size: number): number {
  let levels = 0;
  for (let rest = size; rest > 0; rest = Math.floor(rest / TILE_WIDTH)) levels++;
  return levels;
}

/** bundleStart is where the bundle of an entry begins. */
export function bundleStart(index: number): number {
  return Math.floor(index / TILE_WIDTH) * TILE_WIDTH;
}
