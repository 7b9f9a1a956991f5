import { sha3_512 } from '@noble/hashes/sha3.js';
import { expect, test } from 'vitest';
import { vectors } from '../../../.config/vectors';
import { fromHex, toHex } from '../bytes/hex';
import { fingerprint, matchesUdf, parseUdf, SHA_2_512, showUdf, spki, udfOf } from './udf';

interface Vectors {
  digest_and_mac_vectors: { kind: string; alg: string; content_type: string; data_hex?: string; precision_bits?: number; type_id: number; udf: string }[];
  published_key_fingerprints: { alg: string; hashed_der_hex: string; content_type_actually_hashed: string; udf: string }[];
  computed_spec_conformant_key_fingerprints: { public_key_hex: string; spki_rfc8410_der_hex: string; content_type: string; udf_by_bits: Record<string, string> }[];
}

const FILE = 'mesh/udf.json';
const data = vectors<Vectors>(FILE);
if (data === null) process.stderr.write(`skipped: ${FILE} is not below MNS_VECTORS\n`);

const ALGORITHMS: Record<string, typeof SHA_2_512> = { 'SHA-2-512': SHA_2_512, 'SHA-3-512': { typeIdentifier: 0x50, hash: sha3_512 } };
const ungrouped = (udf: string) => udf.replaceAll('-', '');

// All skipped only where the published vectors are absent.
test.skipIf(data === null)('every published content digest, compressed ones and SHA-3 too, is recomputed', () => {
  const digests = data?.digest_and_mac_vectors.filter(({ kind }) => kind === 'content-digest') ?? [];
  expect(digests.length).toBeGreaterThan(15);
  expect(new Set(digests.map(({ type_id }) => type_id))).toEqual(new Set([96, 80, 97, 81]));
  for (const { alg, content_type, data_hex, precision_bits, udf } of digests) {
    expect(fingerprint(content_type, fromHex(data_hex ?? ''), precision_bits ?? 140, ALGORITHMS[alg]), udf).toBe(ungrouped(udf));
  }
});

test.skipIf(data === null)('every published key fingerprint follows from what was hashed for it', () => {
  for (const { hashed_der_hex, content_type_actually_hashed, udf } of data?.published_key_fingerprints ?? []) {
    expect(fingerprint(content_type_actually_hashed, fromHex(hashed_der_hex), 140)).toBe(ungrouped(udf));
  }
});

test.skipIf(data === null)('key fingerprints as the specification words them are ours, at every length', () => {
  for (const { public_key_hex, spki_rfc8410_der_hex, content_type, udf_by_bits } of data?.computed_spec_conformant_key_fingerprints ?? []) {
    const publicKey = fromHex(public_key_hex);
    expect(toHex(spki(publicKey))).toBe(spki_rfc8410_der_hex);
    for (const [bits, udf] of Object.entries(udf_by_bits)) expect(fingerprint(content_type, spki(publicKey), Number(bits))).toBe(ungrouped(udf));
    expect(udfOf(publicKey)).toBe(ungrouped(udf_by_bits['260'] ?? ''));
    expect(showUdf(udfOf(publicKey))).toBe(udf_by_bits['140']);
    for (const bits of ['140', '260']) expect(matchesUdf(udfOf(publicKey), parseUdf(udf_by_bits[bits] ?? ''))).toBe(true);
  }
});
