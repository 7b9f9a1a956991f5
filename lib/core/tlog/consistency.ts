import { equalBytes } from '../bytes/bytes';
import { invariant, refuse } from '../refusal';
import type { TreeHead } from './edge';
import { EMPTY_ROOT, HASH_BYTES, nodeHash } from './hash';
import { type Plan, rangePlan, splitAt } from './nodes';

/** consistencyPlan lists what proves that a tree of `size` leaves begins with that of `oldSize` leaves, 0 < oldSize ≤ size (RFC 6962 §2.1.2). */
export function consistencyPlan(oldSize: number, size: number): Plan {
  invariant(Number.isSafeInteger(oldSize) && Number.isSafeInteger(size) && oldSize > 0 && oldSize <= size, `no consistency proof from size ${oldSize} to ${size}`);
  const plan: Plan = [];
  let first = 0;
  let end = size;
  while (end !== oldSize) {
    const middle = first + splitAt(end - first);
    if (oldSize <= middle) {
      plan.push(rangePlan(middle, end));
      end = middle;
    } else {
      plan.push(rangePlan(first, middle));
      first = middle;
    }
  }
  // If the old tree is itself a subtree of the new one, the verifier has its root already.
  if (first > 0) plan.push(rangePlan(first, end));
  return plan.reverse();
}

/** ConsistencyOptions: `fromEmpty` accepts an old head of size 0, with an empty proof, as the C2SP witness protocol does. */
export interface ConsistencyOptions {
  fromEmpty?: boolean;
}

/**
 * verifyConsistency checks that the tree `head` begins with the tree `old` (RFC 9162 §2.1.4.2). Refuses `bad-consistency`.
 * An old size of 0 is refused unless `fromEmpty` is set: it proves nothing, and a caller should have to say that this is fine.
 */
export function verifyConsistency(old: TreeHead, head: TreeHead, proof: readonly Uint8Array[], options: ConsistencyOptions = {}): void {
  if (!Number.isSafeInteger(old.size) || !Number.isSafeInteger(head.size) || old.size < 0 || old.size > head.size) {
    refuse('bad-consistency', 'The old tree is not smaller than the new one.');
  }
  if (old.size === 0) {
    if (options.fromEmpty !== true) refuse('bad-consistency', 'A proof from an empty tree proves nothing.');
    if (!equalBytes(old.root, EMPTY_ROOT)) refuse('bad-consistency', 'The old tree is empty, but its root is not that of an empty tree.');
  }
  if (old.size === 0 || old.size === head.size) {
    if (proof.length > 0) refuse('bad-consistency', 'There is nothing to prove, but the proof is not empty.');
    if (old.size === head.size && !equalBytes(old.root, head.root)) refuse('bad-consistency', 'Two trees of one size have different roots.');
    return;
  }
  // Without the tail of ones the two indexes name the subtree that both trees end the shared part with.
  let node = old.size - 1;
  let last = head.size - 1;
  while (node % 2 === 1) {
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  const hashes = node === 0 ? [old.root, ...proof] : proof;
  let oldRoot: Uint8Array | undefined;
  let newRoot: Uint8Array | undefined;
  for (const hash of hashes) {
    if (hash.length !== HASH_BYTES) refuse('bad-consistency', 'A hash of the proof does not have 32 bytes.');
    if (oldRoot === undefined || newRoot === undefined) {
      oldRoot = hash;
      newRoot = hash;
      continue;
    }
    if (last === 0) refuse('bad-consistency', 'The proof is longer than the tree is high.');
    if (node % 2 === 1 || node === last) {
      oldRoot = nodeHash(hash, oldRoot);
      newRoot = nodeHash(hash, newRoot);
      while (node % 2 === 0 && node !== 0) {
        node = node / 2;
        last = Math.floor(last / 2);
      }
    } else {
      newRoot = nodeHash(newRoot, hash);
    }
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  if (oldRoot === undefined || newRoot === undefined || last !== 0) return refuse('bad-consistency', 'The proof is too short.');
  if (!equalBytes(oldRoot, old.root)) refuse('bad-consistency', 'The proof leads to another old root.');
  if (!equalBytes(newRoot, head.root)) refuse('bad-consistency', 'The proof leads to another new root.');
}
