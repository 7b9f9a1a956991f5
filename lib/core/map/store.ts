import { sha256Into } from '../bytes/sha256';
import { bitOf, firstDifference, KEY_BYTES } from './hash';

const LEAF_BYTES = 2 * KEY_BYTES;
const HASH_WORDS = KEY_BYTES / 4;
const LEAF_WORDS = LEAF_BYTES / 4;
const INNER_BYTES = 2 * KEY_BYTES + 1;

/**
 * The hashes of the slots before FIRST_INNER are scratch space: what is hashed for an inner node lies in slots 0 to 2, for a leaf in
 * slots 3 and 4. In one array with the hashes everything is copied in words, and nothing is allocated.
 */
const LEAF_SLOT = 3;
const FIRST_INNER = 5;
const LEAST_CAPACITY = 64;

/** Marks of a node that the open batch has made; OPENED while its children are hashed before it. */
const FRESH = 1;
const OPENED = 2;

/**
 * NodeStore keeps the nodes of a map in flat arrays: 65 bytes a leaf (key, value, mark), 42 an inner node (bit, two children, hash, mark).
 * A `ref` names a node: an inner node by its slot, a leaf by the complement of its slot (so leaves are negative).
 * Leaf hashes are not kept: a leaf is hashed again when its parent is, which is one hash in twenty.
 */
export class NodeStore {
  private leaves: Uint8Array;
  private leafWords: Int32Array;
  private freshLeaves: Uint8Array;
  private bits: Uint8Array;
  private children: Int32Array;
  private freshInner: Uint8Array;
  private hashes: Uint8Array;
  private words: Int32Array;
  private innerInput: Uint8Array;
  private leafInput: Uint8Array;
  private nextLeaf = 0;
  private nextInner = FIRST_INNER;
  private readonly freeLeaves: number[] = [];
  private readonly freeInner: number[] = [];

  constructor(expectedLeaves: number) {
    const capacity = Math.max(LEAST_CAPACITY, expectedLeaves);
    this.leaves = new Uint8Array(capacity * LEAF_BYTES);
    this.leafWords = new Int32Array(this.leaves.buffer);
    this.freshLeaves = new Uint8Array(capacity);
    const slots = capacity + FIRST_INNER;
    this.bits = new Uint8Array(slots);
    this.children = new Int32Array(slots * 2);
    this.freshInner = new Uint8Array(slots);
    this.hashes = new Uint8Array(slots * KEY_BYTES);
    this.words = new Int32Array(this.hashes.buffer);
    this.innerInput = this.hashes.subarray(0, INNER_BYTES);
    this.leafInput = this.hashes.subarray(LEAF_SLOT * KEY_BYTES, LEAF_SLOT * KEY_BYTES + LEAF_BYTES);
  }

  /** newLeaf stores the key and the value found at these offsets, marked fresh, and gives the ref. */
  newLeaf(keys: Uint8Array, keyOffset: number, values: Uint8Array, valueOffset: number): number {
    const slot = this.freeLeaves.pop() ?? this.nextLeaf++;
    if (slot >= this.freshLeaves.length) this.growLeaves();
    const { leaves } = this;
    const at = slot * LEAF_BYTES;
    for (let i = 0; i < KEY_BYTES; i++) leaves[at + i] = keys[keyOffset + i] as number;
    for (let i = 0; i < KEY_BYTES; i++) leaves[at + KEY_BYTES + i] = values[valueOffset + i] as number;
    this.freshLeaves[slot] = FRESH;
    return ~slot;
  }

  /** newInner stores an inner node without a hash yet, marked fresh, and gives its ref. */
  newInner(bit: number, left: number, right: number): number {
    const slot = this.freeInner.pop() ?? this.nextInner++;
    if (slot >= this.bits.length) this.growInner();
    this.bits[slot] = bit;
    this.children[slot * 2] = left;
    this.children[slot * 2 + 1] = right;
    this.freshInner[slot] = FRESH;
    return slot;
  }

  private growLeaves(): void {
    this.leaves = grown(this.leaves);
    this.leafWords = new Int32Array(this.leaves.buffer);
    this.freshLeaves = grown(this.freshLeaves);
  }

  private growInner(): void {
    this.bits = grown(this.bits);
    this.freshInner = grown(this.freshInner);
    const children = new Int32Array(this.children.length * 2);
    children.set(this.children);
    this.children = children;
    this.hashes = grown(this.hashes);
    this.words = new Int32Array(this.hashes.buffer);
    this.innerInput = this.hashes.subarray(0, INNER_BYTES);
    this.leafInput = this.hashes.subarray(LEAF_SLOT * KEY_BYTES, LEAF_SLOT * KEY_BYTES + LEAF_BYTES);
  }

  free(ref: number): void {
    if (ref < 0) this.freeLeaves.push(~ref);
    else this.freeInner.push(ref);
  }

  isFresh(ref: number): boolean {
    return (ref < 0 ? this.freshLeaves[~ref] : this.freshInner[ref]) === FRESH;
  }

  unmark(ref: number): void {
    if (ref < 0) this.freshLeaves[~ref] = 0;
    else this.freshInner[ref] = 0;
  }

  /** bit is how many leading bits all keys below an inner node share. */
  bit(ref: number): number {
    return this.bits[ref] as number;
  }

  /** child is the left (side 0) or right (side 1) child of an inner node. */
  child(ref: number, side: number): number {
    return this.children[ref * 2 + side] as number;
  }

  setChild(ref: number, side: number, child: number): void {
    this.children[ref * 2 + side] = child;
  }

  setValue(leaf: number, value: Uint8Array): void {
    this.leaves.set(value, ~leaf * LEAF_BYTES + KEY_BYTES);
  }

  keyOf(leaf: number): Uint8Array {
    const at = ~leaf * LEAF_BYTES;
    return this.leaves.slice(at, at + KEY_BYTES);
  }

  valueOf(leaf: number): Uint8Array {
    const at = ~leaf * LEAF_BYTES;
    return this.leaves.slice(at + KEY_BYTES, at + LEAF_BYTES);
  }

  /** leafFor follows the bits of `key` down from `ref` to the only leaf that can have this key. */
  leafFor(ref: number, key: Uint8Array): number {
    let at = ref;
    while (at >= 0) at = this.children[at * 2 + bitOf(key, this.bits[at] as number)] as number;
    return at;
  }

  /** differenceFrom is the first bit in which the leaf's key differs from the key at `offset`, `KEY_BITS` if it is the same. */
  differenceFrom(leaf: number, keys: Uint8Array, offset: number): number {
    return firstDifference(this.leaves, ~leaf * LEAF_BYTES, keys, offset);
  }

  /** hashInner computes and keeps the hash of an inner node whose children are hashed. */
  hashInner(ref: number): void {
    this.place(this.child(ref, 0), 0);
    this.place(this.child(ref, 1), 1);
    this.innerInput[2 * KEY_BYTES] = this.bits[ref] as number;
    sha256Into(this.innerInput, this.hashes, ref * KEY_BYTES);
  }

  /** place puts the hash of a node into half `half` of what is hashed for an inner node. */
  private place(ref: number, half: number): void {
    const { words } = this;
    if (ref < 0) {
      const { leafWords } = this;
      const from = ~ref * LEAF_WORDS;
      for (let i = 0; i < LEAF_WORDS; i++) words[LEAF_SLOT * HASH_WORDS + i] = leafWords[from + i] as number;
      sha256Into(this.leafInput, this.hashes, half * KEY_BYTES);
      return;
    }
    const to = half * HASH_WORDS;
    const from = ref * HASH_WORDS;
    for (let i = 0; i < HASH_WORDS; i++) words[to + i] = words[from + i] as number;
  }

  /** hashOf is the hash of a node, in memory of its own. */
  hashOf(ref: number): Uint8Array {
    this.place(ref, 0);
    return this.hashes.slice(0, KEY_BYTES);
  }

  /**
   * hashFresh hashes the fresh inner nodes below and at `ref`, each once, and pauses after every `every` of them. Fresh nodes
   * hang together at the top. They count as fresh until `unmark`.
   */
  *hashFresh(ref: number, every: number): Generator<void, void> {
    const { freshInner } = this;
    const waiting = [ref];
    let hashed = 0;
    for (let at = waiting.at(-1); at !== undefined; at = waiting.at(-1)) {
      if (at >= 0 && freshInner[at] === FRESH) {
        freshInner[at] = OPENED;
        waiting.push(this.child(at, 1), this.child(at, 0));
        continue;
      }
      waiting.pop();
      if (at < 0 || freshInner[at] !== OPENED) continue;
      this.hashInner(at);
      if (++hashed % every === 0) yield;
    }
  }
}

function grown(array: Uint8Array): Uint8Array {
  const larger = new Uint8Array(array.length * 2);
  larger.set(array);
  return larger;
}
