import { sha256Into } from '../bytes/sha256';
import { bitOf, firstDifference, KEY_BYTES } from './hash';

const LEAF_BYTES = 2 * KEY_BYTES;
const HASH_WORDS = KEY_BYTES / 4;
const SCRATCH_BYTES = 2 * KEY_BYTES + 1;

/** FIRST_INNER is the first slot for an inner node: the hashes of the slots before it are the scratch space for hashing. */
const FIRST_INNER = 3;
const LEAST_CAPACITY = 64;

/**
 * NodeStore keeps the nodes of a map in flat arrays: 65 bytes a leaf (key, value, mark), 42 an inner node (bit, two children, hash, mark).
 * A `ref` names a node: an inner node by its slot, a leaf by the complement of its slot (so leaves are negative).
 * Leaf hashes are not kept: a leaf is hashed again when its parent is, which is one hash in twenty.
 */
export class NodeStore {
  private leaves: Uint8Array;
  private freshLeaves: Uint8Array;
  private bits: Uint8Array;
  private children: Int32Array;
  private freshInner: Uint8Array;
  private hashes: Uint8Array;
  private words: Int32Array;
  private scratch: Uint8Array;
  private nextLeaf = 0;
  private nextInner = FIRST_INNER;
  private readonly freeLeaves: number[] = [];
  private readonly freeInner: number[] = [];

  constructor(expectedLeaves: number) {
    const capacity = Math.max(LEAST_CAPACITY, expectedLeaves);
    this.leaves = new Uint8Array(capacity * LEAF_BYTES);
    this.freshLeaves = new Uint8Array(capacity);
    const slots = capacity + FIRST_INNER;
    this.bits = new Uint8Array(slots);
    this.children = new Int32Array(slots * 2);
    this.freshInner = new Uint8Array(slots);
    this.hashes = new Uint8Array(slots * KEY_BYTES);
    this.words = new Int32Array(this.hashes.buffer);
    this.scratch = this.hashes.subarray(0, SCRATCH_BYTES);
  }

  /** newLeaf stores a leaf, marked fresh, and gives its ref. */
  newLeaf(key: Uint8Array, value: Uint8Array): number {
    const slot = this.freeLeaves.pop() ?? this.nextLeaf++;
    if (slot >= this.freshLeaves.length) {
      this.leaves = grown(this.leaves);
      this.freshLeaves = grown(this.freshLeaves);
    }
    this.leaves.set(key, slot * LEAF_BYTES);
    this.leaves.set(value, slot * LEAF_BYTES + KEY_BYTES);
    this.freshLeaves[slot] = 1;
    return ~slot;
  }

  /** newInner stores an inner node without a hash yet, marked fresh, and gives its ref. */
  newInner(bit: number, left: number, right: number): number {
    const slot = this.freeInner.pop() ?? this.nextInner++;
    if (slot >= this.bits.length) this.growInner();
    this.bits[slot] = bit;
    this.children[slot * 2] = left;
    this.children[slot * 2 + 1] = right;
    this.freshInner[slot] = 1;
    return slot;
  }

  private growInner(): void {
    this.bits = grown(this.bits);
    this.freshInner = grown(this.freshInner);
    const children = new Int32Array(this.children.length * 2);
    children.set(this.children);
    this.children = children;
    this.hashes = grown(this.hashes);
    this.words = new Int32Array(this.hashes.buffer);
    this.scratch = this.hashes.subarray(0, SCRATCH_BYTES);
  }

  free(ref: number): void {
    if (ref < 0) this.freeLeaves.push(~ref);
    else this.freeInner.push(ref);
  }

  isFresh(ref: number): boolean {
    return (ref < 0 ? this.freshLeaves[~ref] : this.freshInner[ref]) === 1;
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

  /** differenceFrom is the first bit in which the leaf's key differs from `key`, `KEY_BITS` if it is the same. */
  differenceFrom(leaf: number, key: Uint8Array): number {
    return firstDifference(this.leaves, ~leaf * LEAF_BYTES, key, 0);
  }

  /** hashInner computes and keeps the hash of an inner node whose children are hashed. */
  hashInner(ref: number): void {
    this.place(this.child(ref, 0), 0);
    this.place(this.child(ref, 1), 1);
    this.scratch[2 * KEY_BYTES] = this.bits[ref] as number;
    sha256Into(this.scratch, this.hashes, ref * KEY_BYTES);
  }

  /** place puts the hash of a node into half `half` of the scratch space. */
  private place(ref: number, half: number): void {
    if (ref < 0) {
      const at = ~ref * LEAF_BYTES;
      sha256Into(this.leaves.subarray(at, at + LEAF_BYTES), this.hashes, half * KEY_BYTES);
      return;
    }
    const { words } = this;
    const to = half * HASH_WORDS;
    const from = ref * HASH_WORDS;
    for (let i = 0; i < HASH_WORDS; i++) words[to + i] = words[from + i] as number;
  }

  /** hashOf is the hash of a node, in memory of its own. */
  hashOf(ref: number): Uint8Array {
    this.place(ref, 0);
    return this.hashes.slice(0, KEY_BYTES);
  }

  /** hashFresh hashes the fresh inner nodes below and at `ref`, each once. Fresh nodes hang together at the top. */
  hashFresh(ref: number): void {
    if (ref < 0 || this.freshInner[ref] !== 1) return;
    this.hashFresh(this.child(ref, 0));
    this.hashFresh(this.child(ref, 1));
    this.hashInner(ref);
  }
}

function grown(array: Uint8Array): Uint8Array {
  const larger = new Uint8Array(array.length * 2);
  larger.set(array);
  return larger;
}
