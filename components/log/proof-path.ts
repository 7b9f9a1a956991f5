import { toBase64 } from '../../lib/core/bytes/base64';
import { nodeHash } from '../../lib/core/tlog/hash';

/** PathStep is one step up a Merkle tree: the neighbour's hash, on which side it stands, and what both give together. */
export interface PathStep {
  side: 'left' | 'right';
  neighbour: string;
  result: string;
}

/** pathOf walks an inclusion proof up from its leaf, as RFC 9162 §2.1.3.2 does; `leaf` and `proof` are raw hashes. */
export function pathOf(leaf: Uint8Array, index: number, size: number, proof: readonly Uint8Array[]): PathStep[] {
  let node = index;
  let last = size - 1;
  let hash = leaf;
  return proof.map((neighbour) => {
    const left = node % 2 === 1 || node === last;
    hash = left ? nodeHash(neighbour, hash) : nodeHash(hash, neighbour);
    if (left) {
      // A last node without a sibling is its own parent.
      while (node % 2 === 0 && node !== 0) {
        node /= 2;
        last = Math.floor(last / 2);
      }
    }
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
    return { side: left ? 'left' : 'right', neighbour: toBase64(neighbour), result: toBase64(hash) };
  });
}
