import { equalBytes } from '../bytes/bytes';
import { invariant } from '../refusal';
import { bitOf, EMPTY_MAP_ROOT, KEY_BITS, KEY_BYTES } from './hash';
import type { MapProof } from './proof';
import { NodeStore } from './store';
import { allSteps } from '../bytes/steps';

/** MapWrite sets the value of a key, both 32 bytes. Keys are never removed: names are for life. */
export interface MapWrite {
  key: Uint8Array;
  value: Uint8Array;
}

/** How much one step of staging does: about two milliseconds' worth. */
const STEP_PUTS = 1_000;
const STEP_HASHES = 1_000;

/** Version is one root in the store; `top` means nothing while `size` is 0. */
interface Version {
  top: number;
  size: number;
}

/**
 * StagedMap is the map as it will be after a batch. The tree itself stays as it was until `commit`; `abort` forgets the batch.
 * Exactly one of the two is called, once.
 */
export interface StagedMap {
  readonly root: Uint8Array;
  readonly size: number;
  get(key: Uint8Array): Uint8Array | null;
  prove(key: Uint8Array): MapProof;
  commit(): void;
  abort(): void;
}

/**
 * MapTree is the Merkle Patricia tree over the state (rsc.io/tmp/mpt, transparency-dev vindex). Its shape, and so its root, depends on
 * the keys and values alone, not on the order they came in. About 107 bytes a key, in flat arrays.
 */
export class MapTree {
  private readonly store: NodeStore;
  private current: Version;
  private staging = false;

  /** The constructor makes an empty map; `expectedKeys` is how many fit before its memory has to grow (it doubles). */
  constructor(expectedKeys: number = 0, built?: { store: NodeStore; top: number; size: number }) {
    this.store = built?.store ?? new NodeStore(expectedKeys);
    this.current = { top: built?.top ?? 0, size: built?.size ?? 0 };
  }

  /** size is the number of keys. */
  get size(): number {
    return this.current.size;
  }

  /** root is the root hash, 32 bytes; that of an empty map is SHA-256 of no bytes. */
  root(): Uint8Array {
    return rootOf(this.store, this.current);
  }

  /** get is the value of a key, or null. */
  get(key: Uint8Array): Uint8Array | null {
    return lookUp(this.store, this.current, key);
  }

  /** each gives every key and its value, in ascending order of key. The map must not change meanwhile. */
  each(take: (key: Uint8Array, value: Uint8Array) => void): void {
    const { store, current } = this;
    if (current.size === 0) return;
    const waiting = [current.top];
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      if (at < 0) take(store.keyOf(at), store.valueOf(at));
      else waiting.push(store.child(at, 1), store.child(at, 0));
    }
  }

  /** prove makes the proof that a key has its value, or that it is absent. */
  prove(key: Uint8Array): MapProof {
    return proofIn(this.store, this.current, key);
  }

  /**
   * stage computes the map after `writes` (of two writes of one key the later counts) by copying the paths to what changes; each new
   * node is hashed once. One batch at a time.
   */
  stage(writes: readonly MapWrite[]): StagedMap {
    return allSteps(this.stageSteps(writes));
  }

  /**
   * stageSteps is `stage` in steps of a few milliseconds, between which the tree may be read. Ending it early (`return`) forgets
   * the batch.
   */
  *stageSteps(writes: readonly MapWrite[]): Generator<void, StagedMap> {
    invariant(!this.staging, 'a batch is staged already');
    for (const { key, value } of writes) invariant(key.length === KEY_BYTES && value.length === KEY_BYTES, 'keys and values have 32 bytes');
    this.staging = true;
    const batch = new Batch(this.store, this.current);
    let complete = false;
    try {
      let puts = 0;
      for (const { key, value } of writes) {
        batch.put(key, value);
        if (++puts % STEP_PUTS === 0) yield;
      }
      yield* batch.hash(STEP_HASHES);
      complete = true;
    } finally {
      // Memory may run out, or nobody want the batch any more; the map itself must stay usable.
      if (!complete) {
        batch.settle(batch.created);
        this.staging = false;
      }
    }
    return this.hold(batch);
  }

  private hold(batch: Batch): StagedMap {
    const { store } = this;
    let open = true;
    const end = (): void => {
      invariant(open, 'this batch is committed or aborted already');
      open = false;
      this.staging = false;
    };
    return {
      root: rootOf(store, batch),
      size: batch.size,
      get: (key) => {
        invariant(open, 'this batch is committed or aborted already');
        return lookUp(store, batch, key);
      },
      prove: (key) => {
        invariant(open, 'this batch is committed or aborted already');
        return proofIn(store, batch, key);
      },
      commit: () => {
        end();
        this.current = { top: batch.top, size: batch.size };
        batch.settle(batch.replaced);
      },
      abort: () => {
        end();
        batch.settle(batch.created);
      },
    };
  }
}

/** Batch is a version under construction: nodes it made itself are marked fresh in the store and may be changed in place. */
class Batch implements Version {
  top: number;
  size: number;
  readonly created: number[] = [];
  readonly replaced: number[] = [];

  constructor(
    private readonly store: NodeStore,
    base: Version,
  ) {
    this.top = base.top;
    this.size = base.size;
  }

  put(key: Uint8Array, value: Uint8Array): void {
    const { store } = this;
    if (this.size === 0) {
      this.top = this.made(store.newLeaf(key, 0, value, 0));
      this.size = 1;
      return;
    }
    const nearest = store.leafFor(this.top, key);
    const differs = store.differenceFrom(nearest, key, 0);
    if (differs === KEY_BITS && equalBytes(store.valueOf(nearest), value)) return;
    let parent: number | null = null;
    let side = 0;
    let at = this.top;
    while (at >= 0 && store.bit(at) < differs) {
      at = this.own(at);
      this.link(parent, side, at);
      parent = at;
      side = bitOf(key, store.bit(at));
      at = store.child(at, side);
    }
    if (differs === KEY_BITS) {
      this.link(parent, side, this.withValue(at, key, value));
      return;
    }
    const leaf = this.made(store.newLeaf(key, 0, value, 0));
    const inner = bitOf(key, differs) === 0 ? store.newInner(differs, leaf, at) : store.newInner(differs, at, leaf);
    this.link(parent, side, this.made(inner));
    this.size++;
  }

  *hash(every: number): Generator<void, void> {
    if (this.size > 0) yield* this.store.hashFresh(this.top, every);
  }

  /** settle ends the batch: nothing is fresh any more, and the nodes of the version that lost are free. */
  settle(lost: readonly number[]): void {
    for (const ref of this.created) this.store.unmark(ref);
    for (const ref of lost) this.store.free(ref);
  }

  private made(ref: number): number {
    this.created.push(ref);
    return ref;
  }

  /** own is the node itself if this batch made it, else a copy that takes its place. */
  private own(ref: number): number {
    const { store } = this;
    if (store.isFresh(ref)) return ref;
    this.replaced.push(ref);
    return this.made(store.newInner(store.bit(ref), store.child(ref, 0), store.child(ref, 1)));
  }

  private withValue(leaf: number, key: Uint8Array, value: Uint8Array): number {
    if (this.store.isFresh(leaf)) {
      this.store.setValue(leaf, value);
      return leaf;
    }
    this.replaced.push(leaf);
    return this.made(this.store.newLeaf(key, 0, value, 0));
  }

  private link(parent: number | null, side: number, child: number): void {
    if (parent === null) this.top = child;
    else this.store.setChild(parent, side, child);
  }
}

function rootOf(store: NodeStore, version: Version): Uint8Array {
  return version.size === 0 ? EMPTY_MAP_ROOT : store.hashOf(version.top);
}

function lookUp(store: NodeStore, version: Version, key: Uint8Array): Uint8Array | null {
  invariant(key.length === KEY_BYTES, 'a key has 32 bytes');
  if (version.size === 0) return null;
  const leaf = store.leafFor(version.top, key);
  return store.differenceFrom(leaf, key, 0) === KEY_BITS ? store.valueOf(leaf) : null;
}

function proofIn(store: NodeStore, version: Version, key: Uint8Array): MapProof {
  invariant(key.length === KEY_BYTES, 'a key has 32 bytes');
  if (version.size === 0) return { found: false, other: null, path: [] };
  const path: MapProof['path'] = [];
  let at = version.top;
  while (at >= 0) {
    const bit = store.bit(at);
    const side = bitOf(key, bit);
    path.push({ bit, sibling: store.hashOf(store.child(at, 1 - side)) });
    at = store.child(at, side);
  }
  path.reverse();
  const found = store.differenceFrom(at, key, 0) === KEY_BITS;
  return { found, other: found ? null : { key: store.keyOf(at), value: store.valueOf(at) }, path };
}
