import { toBase64 } from '../bytes/base64';
import { concat, equalBytes } from '../bytes/bytes';
import type { Json } from '../bytes/canonical-json';
import { boolean, bytes, nullable, object } from '../bytes/fields';
import { refuse } from '../refusal';
import { bitOf, EMPTY_MAP_ROOT, KEY_BITS, KEY_BYTES, mapInnerHash, mapLeafHash } from './hash';

const STEP_BYTES = 1 + KEY_BYTES;

/**
 * MapProof proves what a map says about a key. `path` goes from the leaf up: at each inner node its bit and the hash of the other
 * child. If the key is absent, `other` is the leaf that its bits lead to; in an empty map there is none, and no path.
 */
export interface MapProof {
  found: boolean;
  other: { key: Uint8Array; value: Uint8Array } | null;
  path: { bit: number; sibling: Uint8Array }[];
}

/**
 * verifyMapProof checks that in the map with this root `key` has `value`, or is absent if `value` is null. Refuses `bad-map-proof`.
 *
 * Why absence holds: the leaf shown lies below nodes at which it goes the way that the key would go (they agree in each of these
 * bits), so a search for the key ends at this leaf, and it is another key's.
 */
export function verifyMapProof(root: Uint8Array, key: Uint8Array, value: Uint8Array | null, proof: MapProof): void {
  if (root.length !== KEY_BYTES) refuse('bad-map-proof', 'A root has 32 bytes.');
  if (!equalBytes(mapProofRoot(key, value, proof), root)) refuse('bad-map-proof', 'The proof leads to another root.');
}

/** mapProofRoot is the root to which a proof leads: to compare with a trusted one, and to show if it differs. Refuses `bad-map-proof` for what no map could have made. */
export function mapProofRoot(key: Uint8Array, value: Uint8Array | null, proof: MapProof): Uint8Array {
  if (key.length !== KEY_BYTES) refuse('bad-map-proof', 'A key has 32 bytes.');
  if (proof.found !== (value !== null)) refuse('bad-map-proof', value === null ? 'The proof is of presence.' : 'The proof is of absence.');
  checkShape(proof);
  if (value === null && proof.other === null) return EMPTY_MAP_ROOT;
  const { other } = proof;
  if (other !== null) {
    if (equalBytes(other.key, key)) refuse('bad-map-proof', 'The leaf shown for absence has the key itself.');
    for (const { bit } of proof.path) {
      if (bitOf(other.key, bit) !== bitOf(key, bit)) refuse('bad-map-proof', 'A search for the key does not lead to the leaf shown.');
    }
  }
  const leaf = other ?? { key, value: value as Uint8Array };
  if (leaf.value.length !== KEY_BYTES) refuse('bad-map-proof', 'A value has 32 bytes.');
  let hash = mapLeafHash(leaf.key, leaf.value);
  for (const { bit, sibling } of proof.path) {
    hash = bitOf(key, bit) === 0 ? mapInnerHash(hash, sibling, bit) : mapInnerHash(sibling, hash, bit);
  }
  return hash;
}

/** checkShape refuses what no map could have made. */
function checkShape({ found, other, path }: MapProof): void {
  if (found && other !== null) refuse('bad-map-proof', 'A proof of presence shows no other leaf.');
  if (!found && other === null && path.length > 0) refuse('bad-map-proof', 'A proof for an empty map has no path.');
  if (other !== null && (other.key.length !== KEY_BYTES || other.value.length !== KEY_BYTES)) refuse('bad-map-proof', 'The other leaf is not 64 bytes.');
  let below = KEY_BITS;
  for (const { bit, sibling } of path) {
    if (!Number.isInteger(bit) || bit < 0 || bit >= below) refuse('bad-map-proof', 'The bits of the path do not go down from 255 to 0.');
    if (sibling.length !== KEY_BYTES) refuse('bad-map-proof', 'A hash of the path does not have 32 bytes.');
    below = bit;
  }
}

/** mapProofToJson is the wire form: `{found, other, path}`, `other` null or base64 of key ‖ value, `path` base64 of bit ‖ sibling, 33 bytes a step. */
export function mapProofToJson(proof: MapProof): { found: boolean; other: string | null; path: string } {
  const steps = proof.path.map(({ bit, sibling }) => concat(new Uint8Array([bit]), sibling));
  return {
    found: proof.found,
    other: proof.other === null ? null : toBase64(concat(proof.other.key, proof.other.value)),
    path: toBase64(concat(...steps)),
  };
}

/**
 * mapProofFromJson reads the wire form strictly; what it gives still has to be verified. Refuses `missing-field`, `unknown-field`,
 * `bad-field`, and `bad-map-proof` for what no map could have made.
 */
export function mapProofFromJson(json: Json): MapProof {
  const fields = object(json, ['found', 'other', 'path'], 'map');
  const other = nullable(fields.other, (value) => bytes(value, 'map.other', 2 * KEY_BYTES));
  const steps = bytes(fields.path, 'map.path');
  if (steps.length % STEP_BYTES !== 0 || steps.length > KEY_BITS * STEP_BYTES) refuse('bad-map-proof', 'The path is not 0 to 256 steps of 33 bytes.');
  const path: MapProof['path'] = [];
  for (let at = 0; at < steps.length; at += STEP_BYTES) {
    path.push({ bit: steps[at] as number, sibling: steps.slice(at + 1, at + STEP_BYTES) });
  }
  const proof = {
    found: boolean(fields.found, 'map.found'),
    other: other === null ? null : { key: other.slice(0, KEY_BYTES), value: other.slice(KEY_BYTES) },
    path,
  };
  checkShape(proof);
  return proof;
}
