import { invariant } from '../refusal';
import { KEY_BITS, KEY_BYTES } from './hash';
import { NodeStore } from './store';
import { MapTree } from './tree';

/**
 * MapBuilder makes a map from keys in ascending order, in linear time: two hashes a key, no search, no copies. Give it pages of a
 * sorted query; between two pages the process may do other things.
 */
export class MapBuilder {
  private readonly store: NodeStore;
  /** The inner nodes from the top down to the last leaf, which still wait for their right child. */
  private readonly waiting: number[] = [];
  /** The last leaf. */
  private last = 0;
  private size = 0;

  /** `expectedKeys` is how many keys fit before memory has to grow; a quarter more than needed leaves room for the next batches. */
  constructor(expectedKeys: number) {
    this.store = new NodeStore(expectedKeys);
  }

  /** add takes the next key, greater than all before, and its value, both 32 bytes; both are copied. */
  add(key: Uint8Array, value: Uint8Array): void {
    invariant(key.length === KEY_BYTES && value.length === KEY_BYTES, 'keys and values have 32 bytes');
    this.append(key, 0, value, 0);
  }

  /** addFlat takes many keys and their values, 32 bytes each, one after another in two arrays. */
  addFlat(keys: Uint8Array, values: Uint8Array): void {
    invariant(keys.length === values.length && keys.length % KEY_BYTES === 0, 'as many keys as values, of 32 bytes each');
    for (let at = 0; at < keys.length; at += KEY_BYTES) this.append(keys, at, values, at);
  }

  private append(keys: Uint8Array, keyOffset: number, values: Uint8Array, valueOffset: number): void {
    const { store } = this;
    if (this.size > 0) {
      const differs = store.differenceFrom(this.last, keys, keyOffset);
      const above = differs < KEY_BITS && ((keys[keyOffset + (differs >> 3)] as number) >> (7 - (differs & 7))) % 2 === 1;
      invariant(above, 'the keys are not in ascending order');
      this.waiting.push(store.newInner(differs, this.closed(this.last, differs), 0));
    }
    this.last = store.newLeaf(keys, keyOffset, values, valueOffset);
    this.size++;
  }

  /** finish gives the map. The builder must not be used again. */
  finish(): MapTree {
    const top = this.size === 0 ? 0 : this.closed(this.last, -1);
    return new MapTree(0, { store: this.store, top, size: this.size });
  }

  /** closed joins `ref` as right child to all waiting nodes that lie below bit `bit`, and gives the highest of them, now complete. */
  private closed(ref: number, bit: number): number {
    const { store, waiting } = this;
    let top = ref;
    store.unmark(ref);
    for (let inner = waiting.at(-1); inner !== undefined && store.bit(inner) > bit; inner = waiting.at(-1)) {
      store.setChild(inner, 1, top);
      store.hashInner(inner);
      store.unmark(inner);
      top = inner;
      waiting.pop();
    }
    return top;
  }
}

/** mapFromSorted makes a map from keys in ascending order and their values; see `MapBuilder.addFlat`. */
export function mapFromSorted(keys: Uint8Array, values: Uint8Array): MapTree {
  const builder = new MapBuilder(Math.ceil((keys.length / KEY_BYTES) * 1.25));
  builder.addFlat(keys, values);
  return builder.finish();
}
