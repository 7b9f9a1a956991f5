import { equalBytes } from '../bytes/bytes';
import { invariant, refuse } from '../refusal';
import { bitOf, EMPTY_MAP_ROOT, firstDifference, KEY_BITS, mapInnerHash, mapLeafHash } from './hash';
import { type MapProof, mapProofRoot } from './proof';
import type { MapWrite, StagedMap } from './tree';

/** Shown is one key with what a map says of it, and the proof. */
export interface Shown {
  readonly key: Uint8Array;
  readonly value: Uint8Array | null;
  readonly proof: MapProof;
}

/** NotShown says that something is needed which the proofs at hand do not show. It is no Refusal: nobody may take it for one of the rules. */
export class NotShown extends Error {
  constructor() {
    super('a key is needed that is not shown');
    this.name = 'NotShown';
  }
}

type Node =
  | { readonly kind: 'leaf'; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly kind: 'inner'; readonly bit: number; readonly left: Node; readonly right: Node }
  | { readonly kind: 'hash'; readonly hash: Uint8Array };

/**
 * PartialMap is the part of a map that proofs show: enough to compute the root after writes to the keys shown, without the rest. It
 * stands in for a `MapTree` where a batch is judged by somebody who does not hold the whole state.
 */
export class PartialMap {
  readonly size: number;
  readonly #root: Uint8Array;
  readonly #top: Node | null;

  /** @throws Refusal `bad-map-proof` if a proof does not lead to `root`. `size` is taken at its word: the number of keys. */
  constructor(root: Uint8Array, size: number, shown: readonly Shown[]) {
    this.size = size;
    this.#root = root;
    let top: Node | null = null;
    for (const one of shown) {
      if (!equalBytes(mapProofRoot(one.key, one.value, one.proof), root)) refuse('bad-map-proof', 'The proof leads to another root.');
      top = merge(top, one);
    }
    invariant(top === null || equalBytes(hashOf(top), root), 'proofs of one map fit together');
    this.#top = top;
  }

  root(): Uint8Array {
    return this.#root;
  }

  /** stage computes the map after `writes`, as `MapTree.stage` does. @throws NotShown for a key that no proof shows. */
  stage(writes: readonly MapWrite[]): StagedMap {
    let top = this.#top;
    let size = this.size;
    if (top === null && !equalBytes(this.#root, EMPTY_MAP_ROOT) && writes.length > 0) notShown();
    for (const { key, value } of writes) {
      const before: Uint8Array | null = top === null ? null : closest(top, key);
      if (before === null || !equalBytes(before, key)) size += 1;
      top = put(top, key, value, before === null ? 0 : firstDifference(key, 0, before, 0));
    }
    const root = top === null ? this.#root : hashOf(top);
    const none = (): never => {
      throw new Error('a partial map proves nothing');
    };
    return { abort: () => undefined, commit: () => undefined, get: none, prove: none, root, size };
  }
}

function notShown(): never {
  throw new NotShown();
}

/** merge adds what one proof shows; the path goes from the leaf up. */
function merge(top: Node | null, { key, value, proof }: Shown): Node | null {
  const leaf = proof.other ?? (value === null ? null : { key, value });
  return leaf === null ? null : mergeAt(top, key, leaf, proof.path, proof.path.length - 1);
}

function mergeAt(node: Node | null, key: Uint8Array, leaf: { key: Uint8Array; value: Uint8Array }, path: MapProof['path'], at: number): Node {
  const step = path[at];
  if (step === undefined) return { kind: 'leaf', ...leaf };
  const known = node !== null && node.kind === 'inner' ? node : null;
  const isLeft = bitOf(key, step.bit) === 0;
  const other: Node = (isLeft ? known?.right : known?.left) ?? { hash: step.sibling, kind: 'hash' };
  const own = mergeAt((isLeft ? known?.left : known?.right) ?? null, key, leaf, path, at - 1);
  return isLeft ? { bit: step.bit, kind: 'inner', left: own, right: other } : { bit: step.bit, kind: 'inner', left: other, right: own };
}

/** closest is the key of the leaf to which the bits of `key` lead. */
function closest(node: Node, key: Uint8Array): Uint8Array {
  if (node.kind === 'leaf') return node.key;
  return node.kind === 'inner' ? closest(bitOf(key, node.bit) === 0 ? node.left : node.right, key) : notShown();
}

/** put sets a key; `difference` is the first bit in which it differs from the leaf its bits lead to. */
function put(node: Node | null, key: Uint8Array, value: Uint8Array, difference: number): Node {
  const leaf: Node = { key, kind: 'leaf', value };
  if (node === null || (node.kind === 'leaf' && difference === KEY_BITS)) return leaf;
  if (node.kind === 'inner' && node.bit < difference) {
    const { bit } = node;
    return bitOf(key, bit) === 0 ? { bit, kind: 'inner', left: put(node.left, key, value, difference), right: node.right } : { bit, kind: 'inner', left: node.left, right: put(node.right, key, value, difference) };
  }
  return bitOf(key, difference) === 0 ? { bit: difference, kind: 'inner', left: leaf, right: node } : { bit: difference, kind: 'inner', left: node, right: leaf };
}

function hashOf(node: Node): Uint8Array {
  if (node.kind === 'hash') return node.hash;
  return node.kind === 'leaf' ? mapLeafHash(node.key, node.value) : mapInnerHash(hashOf(node.left), hashOf(node.right), node.bit);
}
