import { equalBytes } from '../core/bytes/bytes';
import { invariant } from '../core/refusal';
import { readSealedEntry } from '../core/registry/parse-entry';
import { keyText, stateValue, type StateItem, type StateKey, type StateReader, type StateWrite } from '../core/registry/state';

/** StoredState is a state entry as the database gives it. */
export interface StoredState {
  key: Uint8Array;
  nameIndex: number;
  bytes: Uint8Array;
}

/** BehindError says that the database holds another state than the map in memory: another process has sealed, or the database is damaged. */
export class BehindError extends Error {
  constructor() {
    super('the stored state is not the one this process knows');
    this.name = 'BehindError';
  }
}

interface Sources {
  /** value is the map's value of a key at the newest seal this process knows, or null. */
  value(key: StateKey): Uint8Array | null;
  read(keys: readonly StateKey[]): Promise<StoredState[]>;
}

const MAX_ITEMS = 100_000;

/**
 * StateCache is the sealed state, decoded, as far as it was asked for. `load` fetches what is missing and believes the
 * database only what the map in memory confirms; `get` then answers at once. What was not loaded of late is dropped between
 * two loads and never during one, so all of what one call loads, however much, stays until others have loaded `maxItems / 2`.
 */
export class StateCache implements StateReader {
  private young = new Map<string, StateItem | null>();
  private old = new Map<string, StateItem | null>();

  constructor(
    private readonly sources: Sources,
    private readonly maxItems: number = MAX_ITEMS,
  ) {}

  /** get gives a loaded key's item, or null if the state has none. A key that was not loaded is a bug. */
  get(key: StateKey): StateItem | null {
    const text = keyText(key);
    const item = this.young.get(text) ?? this.old.get(text);
    if (item !== undefined && item !== null) return item;
    invariant(this.young.has(text) || this.old.has(text), 'state is loaded before it is read');
    return null;
  }

  /** load makes `keys` readable. Throws BehindError. */
  async load(keys: Iterable<StateKey>): Promise<void> {
    this.makeRoom();
    const missing = new Map<string, StateKey>();
    for (const key of keys) {
      const text = keyText(key);
      if (this.young.has(text)) continue;
      const aged = this.old.get(text);
      if (aged !== undefined) {
        this.set(text, aged);
        continue;
      }
      if (this.sources.value(key) === null) this.set(text, null);
      else missing.set(text, key);
    }
    if (missing.size === 0) return;
    const rows = await this.sources.read([...missing.values()]);
    for (const row of rows) {
      const text = keyText(row.key);
      const key = missing.get(text);
      if (key === undefined) continue;
      // The map as it is now: a seal may have been taken in while the database answered with what was before it.
      if (!equalBytes(stateValue(row.bytes), this.sources.value(key) ?? new Uint8Array(0))) throw new BehindError();
      this.set(text, { entry: readSealedEntry(row.bytes), bytes: row.bytes, index: row.nameIndex });
      missing.delete(text);
    }
    if (missing.size > 0) throw new BehindError();
  }

  /** put takes in what a seal changed. */
  put(writes: readonly StateWrite[]): void {
    this.makeRoom();
    for (const { key, item } of writes) this.set(keyText(key), item);
  }

  private set(text: string, item: StateItem | null): void {
    this.old.delete(text);
    this.young.set(text, item);
  }

  private makeRoom(): void {
    if (this.young.size * 2 <= this.maxItems) return;
    this.old = this.young;
    this.young = new Map();
  }
}
