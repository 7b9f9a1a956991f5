import { chmodSync, mkdtempSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { verifySignature } from '../core/keys/ed25519';
import { toSign } from '../core/keys/dsse';
import { KeyFileError, openRegistryKeys } from './registry-keys';

const fresh = () => join(mkdtempSync(join(tmpdir(), 'mns-keys-')), 'data', 'keys.json');
const quiet = () => {};

test('keys are made once, readable by their owner only, and stay the same', () => {
  const path = fresh();
  const lines: string[] = [];
  const first = openRegistryKeys(path, true, (line) => lines.push(line));
  const second = openRegistryKeys(path, true, (line) => lines.push(line));
  expect(lines).toEqual([`making the registry's keys: ${path}`]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(join(path, '..'))).toEqual(['keys.json']);
  expect(second.registrar.publicKey).toEqual(first.registrar.publicKey);
  expect([first.policy.length, first.arbiters.length]).toEqual([2, 3]);
});

test('a signature holds by the one rule', () => {
  const { registrar } = openRegistryKeys(fresh(), true, quiet);
  const what = toSign('receipt', { a: 1 });
  expect(verifySignature(registrar.publicKey, what.bytes, registrar.sign(what))).toBe(true);
});

test('a key refuses to sign another kind of thing', () => {
  const keys = openRegistryKeys(fresh(), true, quiet);
  expect(() => keys.names.sign(toSign('assertion', {}))).toThrow(KeyFileError);
  expect(() => keys.registrar.sign(toSign('signin', {}))).toThrow(KeyFileError);
});

test('a missing, open or spoilt key file is refused, and no error shows a key', () => {
  const path = fresh();
  expect(() => openRegistryKeys(path, false, quiet)).toThrow(/keys are not at/);
  openRegistryKeys(path, true, quiet);
  chmodSync(path, 0o644);
  expect(() => openRegistryKeys(path, false, quiet)).toThrow(/chmod 600/);
  chmodSync(path, 0o600);
  const file = JSON.parse(readFileSync(path, 'utf8')) as { names: string; proofs: string };
  writeFileSync(path, JSON.stringify({ ...file, names: file.proofs }));
  expect(() => openRegistryKeys(path, false, quiet)).toThrow(KeyFileError);
  writeFileSync(path, 'not json');
  expect(() => openRegistryKeys(path, false, quiet)).toThrow(KeyFileError);
});
