import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { certificateOf, udfOfWords } from '../../browser/certificate';
import { createWords, encryptSeedOf } from '../../browser/words';
import { assertionToSign } from '../../core/assertion/parse';
import { toBase64 } from '../../core/bytes/base64';
import { encodeJson, type Json, parseJson } from '../../core/bytes/canonical-json';
import { toHex } from '../../core/bytes/hex';
import { sha256 } from '../../core/bytes/sha256';
import { verifySignature } from '../../core/keys/ed25519';
import { publicKeyOf, sign } from '../../core/keys/sign';
import { codeOf } from '../code-for-tests';
import { createKeyFile, encodeKeyFile, type NewKeyFile, openKeyBytes, openKeyFile, showKeyFile } from './key-file';

const WORDS = createWords((sizeBytes) => new Uint8Array(sizeBytes).fill(7));
const REGISTRY = toBase64(new Uint8Array(32).fill(3));
const SEED = new Uint8Array(32).fill(9);
const QUICK = { cost: 2 ** 12, random: (count: number) => new Uint8Array(count).fill(5) };
const PASSPHRASE = 'correct horse';

async function made(): Promise<NewKeyFile> {
  const certificate = await certificateOf(WORDS, { number: 0, registry: REGISTRY }, { publicKey: publicKeyOf(SEED), sign: (what) => sign(what, SEED) });
  return { certificate, createdSec: 1_700_000_000, encryptSeeds: [encryptSeedOf(WORDS, 0)], registry: REGISTRY, signingSeed: SEED };
}

test('an opened key file signs as its identity, and shows without a passphrase whose it is', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'mns-key-')), 'alice.key');
  createKeyFile(path, await made(), PASSPHRASE, QUICK);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(showKeyFile(path)).toMatchObject({ registry: REGISTRY, udf: udfOfWords(WORDS) });
  const identity = openKeyFile(path, PASSPHRASE);
  const what = assertionToSign({ display: 'a', dns: [], name: 'a', notAfter: 1, prev: REGISTRY, registry: REGISTRY, service: null, tenure: 0, type: 'update' });
  expect(verifySignature(publicKeyOf(SEED), what.bytes, identity.sign(what))).toBe(true);
  expect(identity.encryptSeeds.map(toHex)).toEqual([toHex(encryptSeedOf(WORDS, 0))]);
  expect(codeOf(() => createKeyFile(path, { ...identity, certificate: identity.certificate.envelope, signingSeed: SEED }, PASSPHRASE, QUICK))).toBe('file-exists');
});

test('neither seed stands in the file, and a passphrase typed with other code points of the same letters opens it', async () => {
  const bytes = encodeKeyFile(await made(), 'grüne Wälder', QUICK);
  const text = Buffer.from(bytes).toString('latin1');
  for (const seed of [SEED, encryptSeedOf(WORDS, 0)]) expect(text).not.toContain(toBase64(seed));
  expect(openKeyBytes(bytes, 'grüne Wälder'.normalize('NFD')).udf).toBe(udfOfWords(WORDS));
});

test('a wrong passphrase, an edited file and what is no key file are told apart by name', async () => {
  const bytes = encodeKeyFile(await made(), PASSPHRASE, QUICK);
  expect(codeOf(() => openKeyBytes(bytes, 'another horse'))).toBe('wrong-passphrase');
  // Every byte of the file, one bit wrong: the passphrase is never blamed.
  const codes = new Set<string>();
  for (let at = 0; at < bytes.length; at += 1) {
    const edited = Uint8Array.from(bytes);
    edited[at] = (edited[at] ?? 0) ^ 1;
    codes.add(codeOf(() => openKeyBytes(edited, PASSPHRASE)));
  }
  expect([...codes].sort()).toEqual(['bad-key-file', 'key-file-edited']);
  expect(codeOf(() => openKeyBytes(new TextEncoder().encode('{}'), PASSPHRASE))).toBe('bad-key-file');
  expect(codeOf(() => openKeyFile('/nowhere/at/all', PASSPHRASE))).toBe('no-file');
});

test('who edits the public part and mends the sum is still found out, since the secret is sealed together with it', async () => {
  const json = parseJson(encodeKeyFile(await made(), PASSPHRASE, QUICK), 1e6) as { [field: string]: Json };
  const { sum: _sum, ...whole }: { [field: string]: Json } = { ...json, public: { ...(json['public'] as object), createdSec: 1 } };
  const bytes = encodeJson({ ...whole, sum: toBase64(sha256(encodeJson(whole))) });
  expect(codeOf(() => openKeyBytes(bytes, PASSPHRASE))).toBe('key-file-edited');
});

test('a key file is whole after any write: nothing half written keeps its name', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'mns-key-'));
  const path = join(folder, 'a.key');
  createKeyFile(path, await made(), PASSPHRASE, QUICK);
  expect(readFileSync(path)).toEqual(Buffer.from(encodeKeyFile(await made(), PASSPHRASE, QUICK)));
  writeFileSync(path, readFileSync(path).subarray(0, 100));
  expect(codeOf(() => openKeyFile(path, PASSPHRASE))).toBe('bad-key-file');
});
