import { sha256, sha256After } from '../bytes/sha256';

/** HASH_BYTES is the length of every hash here: SHA-256. */
export const HASH_BYTES = 32;

/** EMPTY_ROOT is the root of a tree of size 0: SHA-256 of no bytes (RFC 6962 §2.1). Never write to it. */
export const EMPTY_ROOT: Uint8Array = sha256(new Uint8Array(0));

// One scratch buffer for all inner nodes: hashing is synchronous, and an allocation a node would cost as much as the hash.
const scratch = new Uint8Array(1 + 2 * HASH_BYTES);
scratch[0] = 1;

const LEAF_PREFIX = Uint8Array.of(0);

/** leafHash is SHA-256(0x00 ‖ entry) (RFC 6962 §2.1). */
export function leafHash(entry: Uint8Array): Uint8Array {
  return sha256After(LEAF_PREFIX, entry);
}

/** nodeHash is SHA-256(0x01 ‖ left ‖ right) of two 32-byte hashes (RFC 6962 §2.1). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  scratch.set(left, 1);
  scratch.set(right, 1 + HASH_BYTES);
  return sha256(scratch);
}

/**
 * foldRight joins the roots of neighbouring perfect subtrees, given left to right from the largest to the smallest, into the
 * root over all of them. Null if there are none.
 */
export function foldRight(roots: readonly Uint8Array[]): Uint8Array | null {
  let root: Uint8Array | null = null;
  for (let i = roots.length - 1; i >= 0; i--) {
    const left = roots[i] as Uint8Array;
    root = root === null ? left : nodeHash(left, root);
  }
  return root;
}

/** perfectRoot is the root over `hashes[from, from + count)`, where `count` is a power of two. */
export function perfectRoot(hashes: readonly Uint8Array[], from: number, count: number): Uint8Array {
  if (count === 1) return hashes[from] as Uint8Array;
  let row: Uint8Array[] = [];
  for (let i = from; i < from + count; i += 2) row.push(nodeHash(hashes[i] as Uint8Array, hashes[i + 1] as Uint8Array));
  while (row.length > 1) {
    const above: Uint8Array[] = [];
    for (let i = 0; i < row.length; i += 2) above.push(nodeHash(row[i] as Uint8Array, row[i + 1] as Uint8Array));
    row = above;
  }
  return row[0] as Uint8Array;
}
