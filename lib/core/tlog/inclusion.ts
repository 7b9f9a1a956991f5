import { equalBytes } from '../bytes/bytes';
import { invariant, refuse } from '../refusal';
import type { TreeHead } from './edge';
import { HASH_BYTES, nodeHash } from './hash';
import { type Plan, rangePlan, splitAt } from './nodes';

/** inclusionPlan lists what proves leaf `index` in a tree of `size` leaves, the leaf's sibling first (RFC 6962 §2.1.1). */
export function inclusionPlan(index: number, size: number): Plan {
  invariant(Number.isSafeInteger(index) && Number.isSafeInteger(size) && index >= 0 && index < size, `no leaf ${index} in a tree of size ${size}`);
  const plan: Plan = [];
  let first = 0;
  let end = size;
  while (end - first > 1) {
    const middle = first + splitAt(end - first);
    if (index < middle) {
      plan.push(rangePlan(middle, end));
      end = middle;
    } else {
      plan.push(rangePlan(first, middle));
      first = middle;
    }
  }
  return plan.reverse();
}

/** verifyInclusion checks that `leafHash` is leaf number `index` of the tree `head` (RFC 9162 §2.1.3.2). Refuses `bad-inclusion`. */
export function verifyInclusion(leafHash: Uint8Array, index: number, head: TreeHead, proof: readonly Uint8Array[]): void {
  if (!equalBytes(inclusionRoot(leafHash, index, head.size, proof), head.root)) refuse('bad-inclusion', 'The proof leads to another root.');
}

/**
 * inclusionRoot is the root of the tree of `size` leaves to which `proof` leads from `leafHash`, leaf number `index`: to compare
 * with a trusted one, and to show if it differs. Refuses `bad-inclusion` for a proof that fits no tree of that size.
 */
export function inclusionRoot(leafHash: Uint8Array, index: number, size: number, proof: readonly Uint8Array[]): Uint8Array {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) {
    refuse('bad-inclusion', 'The index lies outside of the tree.');
  }
  if (leafHash.length !== HASH_BYTES) refuse('bad-inclusion', 'A leaf hash has 32 bytes.');
  let node = index;
  let last = size - 1;
  let root = leafHash;
  for (const hash of proof) {
    if (last === 0) refuse('bad-inclusion', 'The proof is longer than the tree is high.');
    if (hash.length !== HASH_BYTES) refuse('bad-inclusion', 'A hash of the proof does not have 32 bytes.');
    if (node % 2 === 1 || node === last) {
      root = nodeHash(hash, root);
      // A last node without a sibling is its own parent.
      while (node % 2 === 0 && node !== 0) {
        node = node / 2;
        last = Math.floor(last / 2);
      }
    } else {
      root = nodeHash(root, hash);
    }
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  if (last !== 0) refuse('bad-inclusion', 'The proof is too short.');
  return root;
}
