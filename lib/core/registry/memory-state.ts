import { parseStateEntry, readSealedEntry } from './parse-entry';
import { type StateItem, type StateKey, type StateReader, type StateWrite, keyText } from './state';

/** How many parsed entries are kept at hand, at the least those read or written last; the rest are parsed again when they are asked for. */
const PARSED_AT_HAND = 16_384;

/** Held is an entry as bytes; `own` ones were encoded here from a seal that was computed here, so that reading them needs no judging. */
interface Held {
  readonly bytes: Uint8Array;
  readonly index: number;
  readonly own: boolean;
}

/**
 * MemoryState holds a whole registry's state in memory, as bytes: the latest entry of each key. A million names take about
 * a gigabyte; whoever has the name log on disk can read entries from there instead, behind the same `StateReader`.
 */
export class MemoryState implements StateReader {
  readonly #entries = new Map<string, Held>();
  #parsed = new Map<string, StateItem>();
  /** Those kept before `#parsed` was full last time. */
  #earlier = new Map<string, StateItem>();

  /** The number of keys. */
  get size(): number {
    return this.#entries.size;
  }

  get(key: StateKey): StateItem | null {
    const at = keyText(key);
    const parsed = this.#parsed.get(at);
    if (parsed !== undefined) return parsed;
    const earlier = this.#earlier.get(at);
    if (earlier !== undefined) {
      this.#keep(at, earlier);
      return earlier;
    }
    const held = this.#entries.get(at);
    if (held === undefined) return null;
    const item = { bytes: held.bytes, entry: held.own ? readSealedEntry(held.bytes) : parseStateEntry(held.bytes), index: held.index };
    this.#keep(at, item);
    return item;
  }

  /** bytesOf is an entry's bytes and index without parsing it. */
  bytesOf(key: StateKey): { readonly bytes: Uint8Array; readonly index: number } | null {
    return this.#entries.get(keyText(key)) ?? null;
  }

  /** load puts an entry's bytes under a key without looking into them: for snapshots, whose map root is checked as a whole. */
  load(key: StateKey, bytes: Uint8Array, index: number): void {
    this.#entries.set(keyText(key), { bytes, index, own: false });
  }

  /** commit takes the writes of a seal. */
  commit(writes: readonly StateWrite[]): void {
    for (const { key, item } of writes) {
      const at = keyText(key);
      this.#entries.set(at, { bytes: item.bytes, index: item.index, own: true });
      this.#keep(at, item);
    }
  }

  #keep(at: string, item: StateItem): void {
    if (this.#parsed.size >= PARSED_AT_HAND) {
      this.#earlier = this.#parsed;
      this.#parsed = new Map();
    }
    this.#parsed.set(at, item);
  }
}
