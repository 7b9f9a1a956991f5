import { compareBytes } from '../bytes/bytes';
import { invariant } from '../refusal';
import { bitOf, EMPTY_MAP_ROOT, firstDifference, KEY_BITS, mapInnerHash, mapLeafHash } from './hash';

/**
 * wholeTreeRoot is the definition of a map's root, straight from the keys and values (rsc.io/tmp/mpt DESIGN.md): what every other way
 * must agree with. For tests and `fsck`; it sorts a copy. Each key may occur once.
 */
export function wholeTreeRoot(pairs: Iterable<{ key: Uint8Array; value: Uint8Array }>): Uint8Array {
  const sorted = [...pairs].sort((a, b) => compareBytes(a.key, b.key));
  return sorted.length === 0 ? EMPTY_MAP_ROOT : rangeRoot(sorted, 0, sorted.length);
}

function rangeRoot(sorted: readonly { key: Uint8Array; value: Uint8Array }[], first: number, end: number): Uint8Array {
  const low = sorted[first];
  const high = sorted[end - 1];
  invariant(low !== undefined && high !== undefined, 'a subtree has a key');
  if (end - first === 1) return mapLeafHash(low.key, low.value);
  // In sorted order the first and the last key share exactly what all share.
  const bit = firstDifference(low.key, 0, high.key, 0);
  invariant(bit < KEY_BITS, 'a key occurs twice');
  let from = first;
  let to = end;
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    if (bitOf(sorted[middle]?.key ?? high.key, bit) === 0) from = middle + 1;
    else to = middle;
  }
  return mapInnerHash(rangeRoot(sorted, first, from), rangeRoot(sorted, from, end), bit);
}
