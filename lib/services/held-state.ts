import { keyText, type StateItem, type StateKey, type StateReader } from '../core/registry/state';
import { Pace } from './pace';
import type { StateCache } from './state-cache';

/** How many keys are loaded at once: a query of a few milliseconds. */
const LOADED_AT_ONCE = 1_000;

/** HeldState is the state that one seal reads: loaded through the cache, and held until the seal is done, whatever others load meanwhile. */
export class HeldState implements StateReader {
  private readonly items = new Map<string, StateItem | null>();
  private readonly pace = new Pace();

  constructor(private readonly cache: StateCache) {}

  /** load makes `keys` readable. Throws BehindError. */
  async load(keys: readonly StateKey[]): Promise<void> {
    for (let from = 0; from < keys.length; from += LOADED_AT_ONCE) {
      const some = keys.slice(from, from + LOADED_AT_ONCE);
      await this.cache.load(some);
      for (const key of some) this.items.set(keyText(key), this.cache.get(key));
      await this.pace.breathe();
    }
  }

  get(key: StateKey): StateItem | null {
    return this.items.get(keyText(key)) ?? this.cacheOrNull(key);
  }

  private cacheOrNull(key: StateKey): StateItem | null {
    return this.items.has(keyText(key)) ? null : this.cache.get(key);
  }
}
