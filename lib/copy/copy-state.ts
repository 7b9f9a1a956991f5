import { toBase64 } from '../core/bytes/base64';
import { parseSeal, readSealedEntry } from '../core/registry/parse-entry';
import { isSealBytes } from '../core/validation/replay';
import { refuseCopy } from './copy-refusal';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { invariant } from '../core/refusal';
import { MapTree } from '../core/map/tree';
import type { NameLogEntry, StateItem, StateKey, StateReader, StateWrite } from '../core/registry/state';
import { keyText, stateValue } from '../core/registry/state';
import type { CopyWriter } from './copy-writer';
import type { CopyReader } from './copy-reader';
import { type SlotWrite, type Slots, slotWrites } from './entry-slots';
import { FlatTable } from './flat-table';
import { type LoadedMap, loadMap, makeMap } from './map-leaves';
import { SnapshotState } from './snapshot-state';
import { cachedReader, entryAt, tenureIn } from './state-index';
import { encodeStateFile, stateFilePath } from './state-file';
import { rootFromTiles } from '../core/tlog/nodes';

/** How many entries may come before the state is saved again: what a start must make up for. */
const SAVE_ENTRIES = 200_000;
const ENTRIES_AT_ONCE = 4_096;

/** StagedPeriod is the state as it will be after a period: `commit` it or `abort` it, once. */
export interface StagedPeriod {
  readonly root: Uint8Array;
  readonly size: number;
  commit(): void;
  abort(): void;
}

/**
 * CopyState is the state of the copy's writer: the whole map, and for each key the index of its newest entry. The entries
 * themselves stay on disk; those appended and not committed yet are kept here. About 150 bytes a key.
 */
export class CopyState implements StateReader {
  readonly map: MapTree;
  readonly #reader: CopyReader;
  readonly #table: FlatTable;
  readonly #recent = new Map<number, Uint8Array>();
  readonly #cached: StateReader;
  #size: number;
  #savedSize: number;
  #snapshot: SnapshotState | null = null;

  private constructor(reader: CopyReader, { map, size, table }: LoadedMap, savedSize: number) {
    this.#reader = reader;
    this.map = map;
    this.#table = table;
    this.#size = size;
    this.#savedSize = savedSize;
    this.#cached = cachedReader((key) => this.bytesOf(key));
  }

  /** open loads the state of a copy's head, or makes it from the copy. An empty copy has an empty one. @throws CopyRefusal `damaged-copy`. */
  static open(reader: CopyReader): CopyState {
    const head = reader.head();
    if (head === null) return new CopyState(reader, { map: new MapTree(), size: 0, table: FlatTable.withRoom(0) }, 0);
    const saved = loadMap(reader);
    // A little that is missing is made up for; much of it is quicker done from the beginning.
    if (saved === null || head.names.size - saved.size > SAVE_ENTRIES) return new CopyState(reader, makeMap(reader), 0);
    const state = new CopyState(reader, saved, saved.size);
    state.#catchUp(head.names.size);
    return state;
  }

  /** The number of name-log entries that are in the state. */
  get size(): number {
    return this.#size;
  }

  get(key: StateKey): StateItem | null {
    return this.#cached.get(key);
  }

  /** bytesOf is the newest entry under a key, with its index, or null. */
  bytesOf(key: StateKey): { readonly bytes: Uint8Array; readonly index: number } | null {
    const index = this.#table.indexOf(key);
    if (index === null) return null;
    const bytes = this.#recent.get(index) ?? entryAt(this.#reader, index, key, () => (this.#snapshot ??= SnapshotState.open(this.#reader.dir)));
    return { bytes, index };
  }

  /** stage computes the state after a period's entries (the seal among them). */
  stage(entries: readonly NameLogEntry[], bytes: readonly Uint8Array[]): StagedPeriod {
    const first = this.#size;
    const over = new StagedSlots(this.#table);
    const mapWrites: { key: Uint8Array; value: Uint8Array }[] = [];
    const values = new Map<string, Uint8Array>();
    for (const [i, entry] of entries.entries()) {
      if (entry.type === 'seal') continue;
      for (const write of slotWrites(entry, first + i, over)) {
        const value = write.moved === null ? stateValue(bytes[i] as Uint8Array) : (values.get(keyText(write.moved)) ?? this.map.get(write.moved));
        invariant(value !== null, 'an entry that moves has a value');
        over.put(write);
        values.set(keyText(write.key), value);
        mapWrites.push({ key: write.key, value });
      }
    }
    const staged = this.map.stage(mapWrites);
    return {
      abort: () => staged.abort(),
      commit: () => {
        staged.commit();
        for (const { index, key, tenure } of over.writes()) this.#table.set(key, index, tenure);
        this.#keep(bytes, first);
      },
      root: staged.root,
      size: staged.size,
    };
  }

  /** commit takes the writes of a seal that was replayed over this state and this map, and the seal's name-log entries. */
  commit(writes: readonly StateWrite[], names: readonly Uint8Array[]): void {
    for (const { item, key } of writes) this.#table.set(key, item.index, tenureIn(item.entry));
    this.#keep(names, this.#size);
  }

  /** settled is called when the copy has committed all entries up to `size`: they can be read from there. */
  settled(size: number): void {
    invariant(size === this.#size, 'the copy and its state have the same size');
    this.#recent.clear();
  }

  /** mayBeSaved tells whether so much has come that a start would take long. */
  get isSaveDue(): boolean {
    return this.#size - this.#savedSize > SAVE_ENTRIES;
  }

  /** save writes the state beside the copy, which must have committed the same size. A state that is not saved is made again. */
  async save(writer: CopyWriter): Promise<void> {
    if (this.#size === 0 || this.#size === this.#savedSize) return;
    const size = this.#size;
    const root = rootFromTiles(size, (ref) => writer.reader.names.tile(ref));
    const leaves = Buffer.alloc(this.map.size * 64);
    let at = 0;
    this.map.each((key, value) => {
      leaves.set(key, at);
      leaves.set(value, at + 32);
      at += 64;
    });
    const index = encodeStateFile('index', size, root, this.#table.count, this.#table.bytes);
    await mkdir(join(writer.dir, 'state'), { recursive: true });
    await writer.replace(stateFilePath('index'), index);
    await writer.replace(stateFilePath('map'), encodeStateFile('map', size, root, this.map.size, leaves));
    this.#savedSize = size;
  }

  close(): void {
    this.#snapshot?.close();
  }

  #catchUp(size: number): void {
    for (let at = this.#size; at < size; at += ENTRIES_AT_ONCE) {
      const bytes = this.#reader.names.entries(at, Math.min(size, at + ENTRIES_AT_ONCE));
      const entries = bytes.map((one) => (isSealBytes(one) ? parseSeal(one) : readSealedEntry(one)));
      this.stage(entries, bytes).commit();
      this.#recent.clear();
    }
    const { map } = this.#reader.needHead();
    if (this.map.size !== map.size || toBase64(this.map.root()) !== map.root) refuseCopy('damaged-copy', 'The entries of the name log don’t make the map in head.json.');
  }

  #keep(names: readonly Uint8Array[], first: number): void {
    for (const [i, bytes] of names.entries()) this.#recent.set(first + i, bytes);
    this.#size = first + names.length;
  }
}

/** StagedSlots reads through to the table and collects writes. */
class StagedSlots implements Slots {
  readonly #base: Slots;
  readonly #written = new Map<string, SlotWrite>();

  constructor(base: Slots) {
    this.#base = base;
  }

  indexOf(key: Uint8Array): number | null {
    return this.#written.get(keyText(key))?.index ?? this.#base.indexOf(key);
  }

  tenureOf(key: Uint8Array): number {
    return this.#written.get(keyText(key))?.tenure ?? this.#base.tenureOf(key);
  }

  put(write: SlotWrite): void {
    this.#written.set(keyText(write.key), write);
  }

  writes(): SlotWrite[] {
    return [...this.#written.values()];
  }
}
