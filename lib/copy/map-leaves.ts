import { toBase64 } from '../core/bytes/base64';
import { MapBuilder, mapFromSorted } from '../core/map/build';
import type { MapTree } from '../core/map/tree';
import { parseSeal, readSealedEntry } from '../core/registry/parse-entry';
import { type StateEntry, stateValue } from '../core/registry/state';
import { isSealBytes } from '../core/validation/replay';
import { sortLeaves } from '../native/sort-leaves';
import type { CopyReader } from './copy-reader';
import { refuseCopy } from './copy-refusal';
import { slotWrites } from './entry-slots';
import { FlatTable } from './flat-table';
import { loadSnapshot, tenureIn } from './state-index';
import { readStateFile } from './state-file';

/** LoadedMap is the map and the index over the newest entries, at the name log's size `size`. */
export interface LoadedMap {
  readonly map: MapTree;
  readonly table: FlatTable;
  readonly size: number;
}

const LEAF_BYTES = 64;
const ENTRIES_AT_ONCE = 4_096;

/** loadMap loads what the writer saved last, if it is good: its map has the root that the seal there commits to. Else null. */
export function loadMap(reader: CopyReader): LoadedMap | null {
  const index = readStateFile(reader, 'index');
  const leaves = readStateFile(reader, 'map');
  if (index === null || leaves === null || index.size !== leaves.size || leaves.bytes.length !== leaves.count * LEAF_BYTES) return null;
  const map = mapOf(leaves.bytes, leaves.count);
  return isSealedMap(reader, index.size, map) ? { map, size: index.size, table: FlatTable.fromBytes(Buffer.from(index.bytes), index.count) } : null;
}

/** makeMap makes both from the whole copy. @throws CopyRefusal `damaged-copy` if the map is not the one that the last seal commits to. */
export function makeMap(reader: CopyReader): LoadedMap {
  const { names } = reader.needHead();
  const collected = new Leaves();
  const start = loadSnapshot(reader, (key, index, entry, bytes) => collected.put(key, index, tenureIn(entry), stateValue(bytes)));
  for (let at = start; at < names.size; at += ENTRIES_AT_ONCE) {
    for (const [i, bytes] of reader.names.entries(at, Math.min(names.size, at + ENTRIES_AT_ONCE)).entries()) {
      if (!isSealBytes(bytes)) collected.apply(readSealedEntry(bytes), at + i, stateValue(bytes));
    }
  }
  const map = collected.map();
  if (!isSealedMap(reader, names.size, map)) refuseCopy('damaged-copy', 'The entries of the name log don’t make the map that its last seal commits to.');
  return { map, size: names.size, table: collected.table };
}

/** The file holds the map's leaves in ascending order, as `MapTree.each` gave them. */
function mapOf(leaves: Buffer, count: number): MapTree {
  const builder = new MapBuilder(Math.ceil(count * 1.25));
  for (let at = 0; at < leaves.length; at += LEAF_BYTES) builder.add(leaves.subarray(at, at + LEAF_BYTES / 2), leaves.subarray(at + LEAF_BYTES / 2, at + LEAF_BYTES));
  return builder.finish();
}

function isSealedMap(reader: CopyReader, size: number, map: MapTree): boolean {
  const head = reader.needHead();
  const isRoot = (sealed: { readonly size: number; readonly root: string }) => sealed.size === map.size && sealed.root === toBase64(map.root());
  if (size === head.names.size) return isRoot(head.map);
  // The seal of the snapshot itself may stand before the first entry that is here; the file that was read holds its own hash.
  return size === head.from?.size || isRoot(parseSeal(reader.names.entry(size - 1)).map);
}

/** Leaves collects the newest value of each key. */
class Leaves {
  readonly table = FlatTable.withRoom(0);
  /** Where a key's leaf is. */
  readonly #places = FlatTable.withRoom(0);
  #bytes = Buffer.alloc(1_024 * LEAF_BYTES);

  put(key: Uint8Array, index: number, tenure: number, value: Uint8Array): void {
    this.table.set(key, index, tenure);
    let place = this.#places.indexOf(key);
    if (place === null) {
      place = this.#places.count;
      this.#places.set(key, place, 0);
      if ((place + 1) * LEAF_BYTES > this.#bytes.length) this.#bytes = Buffer.concat([this.#bytes, Buffer.alloc(this.#bytes.length)]);
      this.#bytes.set(key, place * LEAF_BYTES);
    }
    this.#bytes.set(value, place * LEAF_BYTES + LEAF_BYTES / 2);
  }

  apply(entry: StateEntry, index: number, value: Uint8Array): void {
    for (const write of slotWrites(entry, index, this.table)) {
      this.put(write.key, write.index, write.tenure, write.moved === null ? value : this.#valueOf(write.moved));
    }
  }

  map(): MapTree {
    const { keys, values } = sortLeaves(this.#bytes.subarray(0, this.#places.count * LEAF_BYTES));
    return mapFromSorted(keys, values);
  }

  #valueOf(key: Uint8Array): Uint8Array {
    const at = (this.#places.indexOf(key) ?? 0) * LEAF_BYTES + LEAF_BYTES / 2;
    return Uint8Array.from(this.#bytes.subarray(at, at + LEAF_BYTES / 2));
  }
}
