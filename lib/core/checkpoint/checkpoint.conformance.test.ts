import { expect, test } from 'vitest';
import { refusalCode } from '../../../.config/refused';
import { vectors } from '../../../.config/vectors';
import { toBase64 } from '../bytes/base64';
import { text, utf8 } from '../bytes/bytes';
import { parseAnyCheckpointBody } from './checkpoint';
import { formatTlogProof, parseTlogProof } from './tlog-proof';

interface BodyVectors {
  valid: { body: string; origin: string; size: string; hash_base64: string; rest: string }[];
  invalid: string[];
}

interface ProofVectors {
  valid: { index: string; hashes_base64: string[]; extra_utf8: string | null; checkpoint: string; encoded: string }[];
  invalid: string[];
}

const BODIES = 'checkpoint/checkpoint-body-parse.json';
const PROOFS = 'proof/tlog-proof-parse.json';
const bodies = vectors<BodyVectors>(BODIES);
const proofs = vectors<ProofVectors>(PROOFS);
if (bodies === null) process.stderr.write(`skipped: ${BODIES} is not below MNS_VECTORS\n`);
if (proofs === null) process.stderr.write(`skipped: ${PROOFS} is not below MNS_VECTORS\n`);

// All skipped only where the published vectors are absent.
test.skipIf(bodies === null)('published checkpoint bodies of any log are read', () => {
  for (const { body, origin, size, hash_base64, rest } of bodies?.valid ?? []) {
    const parsed = parseAnyCheckpointBody(body);
    expect({ ...parsed, root: toBase64(parsed.root) }).toEqual({ origin, size: Number(size), root: hash_base64, extensions: rest.split('\n').slice(0, -1) });
  }
});

test.skipIf(bodies === null)('published bad checkpoint bodies are refused', () => {
  expect(bodies?.invalid.length).toBeGreaterThan(5);
  for (const body of bodies?.invalid ?? []) expect(refusalCode(() => parseAnyCheckpointBody(body)), JSON.stringify(body)).toBe('bad-checkpoint');
});

test.skipIf(proofs === null)('published proof files are read and written byte for byte', () => {
  for (const { index, hashes_base64, extra_utf8, checkpoint, encoded } of proofs?.valid ?? []) {
    const parsed = parseTlogProof(utf8(encoded));
    expect(parsed.index).toBe(Number(index));
    expect(parsed.proof.map(toBase64)).toEqual(hashes_base64);
    expect(parsed.extra === null ? null : text(parsed.extra)).toBe(extra_utf8);
    expect(parsed.note).toBe(checkpoint);
    expect(text(formatTlogProof(parsed))).toBe(encoded);
  }
});

test.skipIf(proofs === null)('published bad proof files are refused', () => {
  expect(proofs?.invalid.length).toBeGreaterThan(5);
  for (const file of proofs?.invalid ?? []) expect(refusalCode(() => parseTlogProof(utf8(file))), file).toBe('bad-proof-file');
});
