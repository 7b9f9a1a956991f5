import { readSealedEntry } from '../core/registry/parse-entry';
import { type StateEntry, type StateItem, type StateKey, type StateReader, keyText } from '../core/registry/state';
import { isSealBytes } from '../core/validation/replay';
import type { CopyReader } from './copy-reader';
import { slotWrites } from './entry-slots';
import { FlatTable } from './flat-table';
import { SnapshotState, keptItems } from './snapshot-state';
import { readStateFile } from './state-file';

/** How many parsed entries are kept at hand. */
const PARSED_AT_HAND = 4_096;
const ENTRIES_AT_ONCE = 4_096;

/** StateIndex finds the newest entry under each key of the map, in memory: 35 to 53 bytes a key. It belongs to a reader and catches up when asked. */
export class StateIndex {
  readonly #reader: CopyReader;
  #table: FlatTable;
  #size: number;
  #snapshot: SnapshotState | null = null;

  private constructor(reader: CopyReader) {
    this.#reader = reader;
    this.#table = FlatTable.withRoom(0);
    this.#size = 0;
  }

  /** open loads the index that the copy's writer saved, or makes it from the log, and catches up. @throws CopyRefusal `no-copy`, `damaged-copy`. */
  static open(reader: CopyReader): StateIndex {
    const index = new StateIndex(reader);
    index.catchUp();
    return index;
  }

  /** The number of name-log entries that are in the index. */
  get size(): number {
    return this.#size;
  }

  /** The number of keys. */
  get count(): number {
    return this.#table.count;
  }

  /** catchUp takes in what was committed since. It is cheap when there is nothing. @throws CopyRefusal `no-copy`, `damaged-copy`. */
  catchUp(): void {
    const { names } = this.#reader.needHead();
    // A copy that was repaired is shorter for a while.
    if (this.#size === 0 || this.#size > names.size) this.#load();
    for (let at = this.#size; at < names.size; at += ENTRIES_AT_ONCE) {
      const end = Math.min(names.size, at + ENTRIES_AT_ONCE);
      putEntries(this.#table, this.#reader.names.entries(at, end), at);
      this.#size = end;
    }
  }

  /** indexOf is the name-log index of the newest entry under a key, or null. */
  indexOf(key: StateKey): number | null {
    return this.#table.indexOf(key);
  }

  /** bytesOf is the newest entry under a key, with its index, or null. @throws CopyRefusal `damaged-copy`. */
  bytesOf(key: StateKey): { readonly bytes: Uint8Array; readonly index: number } | null {
    const index = this.#table.indexOf(key);
    return index === null ? null : { bytes: entryAt(this.#reader, index, key, () => this.#items()), index };
  }

  /** stateReader gives parsed entries, those asked for lately from memory. */
  stateReader(): StateReader {
    return cachedReader((key) => this.bytesOf(key));
  }

  #items(): SnapshotState {
    return (this.#snapshot ??= SnapshotState.open(this.#reader.dir));
  }

  #load(): void {
    const saved = readStateFile(this.#reader, 'index');
    if (saved !== null) {
      this.#table = FlatTable.fromBytes(Buffer.from(saved.bytes), saved.count);
      this.#size = saved.size;
      return;
    }
    this.#table = FlatTable.withRoom(0);
    this.#size = loadSnapshot(this.#reader, (key, index, entry) => this.#table.set(key, index, tenureIn(entry)));
  }
}

/** loadSnapshot goes through the state that a copy began with and gives the name log's size there; 0 if it began at entry 0. */
export function loadSnapshot(reader: CopyReader, take: (key: Uint8Array, index: number, entry: StateEntry, bytes: Uint8Array) => void): number {
  const { from } = reader.needHead();
  if (from === null) return 0;
  for (const { bytes, index, key } of keptItems(reader.dir)) take(key, index, readSealedEntry(bytes), bytes);
  return from.size;
}

/** putEntries puts name-log entries from index `first` on into a table. */
export function putEntries(table: FlatTable, entries: readonly Uint8Array[], first: number): void {
  for (const [i, bytes] of entries.entries()) {
    if (isSealBytes(bytes)) continue;
    // The copy's writer has judged them, and each has its leaf hash.
    for (const { index, key, tenure } of slotWrites(readSealedEntry(bytes), first + i, table)) table.set(key, index, tenure);
  }
}

/** entryAt is a name-log entry that may lie before the copy's beginning. */
export function entryAt(reader: CopyReader, index: number, key: StateKey, snapshot: () => SnapshotState): Uint8Array {
  const { from } = reader.needHead();
  return from !== null && index < from.size ? snapshot().bytesOf(key) : reader.names.entry(index);
}

/** cachedReader is a StateReader that keeps some parsed entries. An entry is known again by its index. */
export function cachedReader(bytesOf: (key: StateKey) => { readonly bytes: Uint8Array; readonly index: number } | null): StateReader {
  const parsed = new Map<string, StateItem>();
  return {
    get(key) {
      const found = bytesOf(key);
      if (found === null) return null;
      const at = keyText(key);
      const known = parsed.get(at);
      if (known !== undefined && known.index === found.index) return known;
      const item: StateItem = { bytes: found.bytes, entry: readSealedEntry(found.bytes), index: found.index };
      if (parsed.size >= PARSED_AT_HAND) parsed.clear();
      parsed.set(at, item);
      return item;
    },
  };
}

/** tenureIn is the tenure of a record, and 0 for all else. */
export function tenureIn(entry: StateEntry): number {
  return entry.type === 'record' ? entry.tenure : 0;
}

