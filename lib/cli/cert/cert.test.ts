import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { udfOfWords } from '../../browser/certificate';
import { createWords, rootSeedOf } from '../../browser/words';
import { toBase64 } from '../../core/bytes/base64';
import { verifySignature } from '../../core/keys/ed25519';
import { publicKeyOf } from '../../core/keys/sign';
import { testIo } from '../io-for-tests';
import { run } from '../run';
import { checkChain, type LoggedHolder } from './check-chain';
import { signedPart } from './der';
import { issueLeaf, makeAuthority, pemOf } from './make-certificates';

const WORDS = createWords((count) => new Uint8Array(count).fill(1));
const HOLDER: LoggedHolder = { ca: null, tenure: '@alice.0', udf: udfOfWords(WORDS) };
const folder = mkdtempSync(join(tmpdir(), 'mns-cert-'));
const at = (file: string) => join(folder, file);
const HOST = 'coffeepot.alice.mm--';
const NOW_MS = Date.now();
let chain = '';

async function mns(...argv: string[]): Promise<void> {
  const io = testIo({ env: { MNS_PASSPHRASE: 'a long enough passphrase' } });
  expect(await run(argv, io), io.errLines.join('\n')).toBe(0);
}

beforeAll(async () => {
  writeFileSync(at('words'), WORDS.join(' '));
  await mns('cert', 'root', '@Alice', '--out', folder, '--words-file', at('words'));
  await mns('cert', 'issue', 'coffeepot@alice', '@alice', '--out', folder);
  chain = readFileSync(at(`${HOST}.pem`), 'utf8');
});

/** openssl is part of every Debian and of most others; where it is missing, its word can't be had and the tests of it are skipped. */
const hasOpenssl = (() => {
  try {
    execFileSync('openssl', ['version']);
    return true;
  } catch {
    return false;
  }
})();

function openssl(...args: string[]): string {
  try {
    return execFileSync('openssl', args, { encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    const { stderr, stdout } = error as { stderr: string; stdout: string };
    return `failed: ${stdout}${stderr}`;
  }
}

const verify = (leaf: string, host: string, ca: readonly string[] = ['-CAfile', at('root.pem'), '-untrusted', at('authority.pem')]) => openssl('verify', '-x509_strict', ...ca, '-purpose', 'sslserver', '-verify_hostname', host, leaf);

test.skipIf(!hasOpenssl)('openssl verifies the chain from the identity’s key, or from the authority alone, for exactly the hosts it is for', () => {
  const leaf = at(`${HOST}.pem`);
  expect(verify(leaf, HOST)).toContain(': OK');
  expect(verify(leaf, 'alice.mm--')).toContain(': OK');
  expect(verify(leaf, HOST, ['-partial_chain', '-CAfile', at('authority.pem')])).toContain(': OK');
  expect(verify(leaf, 'teapot.alice.mm--')).toContain('hostname mismatch');
  expect(openssl('x509', '-in', at('authority.pem'), '-noout', '-text')).toMatch(/Name Constraints: critical\s+Permitted:\s+DNS:alice\.mm--\s+Excluded:\s+IP:0\.0\.0\.0/);
});

test.skipIf(!hasOpenssl)('a leaf outside the authority’s name fails, though the authority signed it', async () => {
  const world = { nowMs: NOW_MS, random: (count: number) => crypto.getRandomValues(new Uint8Array(count)) };
  const { authority, root } = await makeAuthority(rootSeedOf(WORDS), 'alice.mm--', world);
  writeFileSync(at('r.pem'), pemOf('CERTIFICATE', root));
  writeFileSync(at('a.pem'), pemOf('CERTIFICATE', authority.certificate));
  for (const host of ['coffeepot.bob.mm--', 'example.com', 'malice.mm--']) {
    writeFileSync(at('l.pem'), pemOf('CERTIFICATE', (await issueLeaf(authority, [host], 1, world)).certificate));
    expect(verify(at('l.pem'), host, ['-CAfile', at('r.pem'), '-untrusted', at('a.pem')]), host).toContain('permitted subtree violation');
  }
});

test('the command issues nothing outside its name, and never writes over an authority', async () => {
  const io = testIo({ env: { MNS_PASSPHRASE: 'a long enough passphrase' } });
  expect(await run(['cert', 'issue', 'coffeepot.bob.mm--', '--out', folder], io)).toBe(1);
  expect(await run(['cert', 'root', '@alice', '--out', folder, '--words-file', at('words')], io)).toBe(1);
  expect(io.errLines.map((line) => line.split(':')[1]?.trim())).toEqual(['bad-option', 'file-exists']);
});

test('the chain is tied to the logged holder, step by step', () => {
  const question = { holder: HOLDER, host: HOST, name: 'alice.mm--', nowMs: NOW_MS };
  const { ok, steps } = checkChain(chain, question);
  expect(steps.filter((step) => step.problem !== null)).toEqual([]);
  expect(ok).toBe(true);
  const failed = (pem: string, change: Partial<typeof question>) => checkChain(pem, { ...question, ...change }).steps.find((step) => step.state === 'failed')?.code;
  const others = createWords((count) => new Uint8Array(count).fill(2));
  expect(failed(chain, { holder: { ...HOLDER, udf: udfOfWords(others) } })).toBe('logged');
  expect(failed(chain, { holder: { ...HOLDER, ca: toBase64(new Uint8Array(32)) } })).toBe('logged');
  expect(failed(chain, { name: 'bob.mm--' })).toBe('authority');
  expect(failed(chain, { host: 'teapot.alice.mm--' })).toBe('host');
  expect(failed(chain, { nowMs: NOW_MS + 91 * 86_400_000 })).toBe('time');
  expect(failed(chain.split('-----END CERTIFICATE-----\n').slice(0, 2).join('-----END CERTIFICATE-----\n'), {})).toBe('form');
});

test('no flipped bit of a chain passes, and none is more than a failed step', () => {
  const ders = chain.split('-----BEGIN CERTIFICATE-----').slice(1).map((block) => Buffer.from(block.split('-----')[0] ?? '', 'base64'));
  expect(verifySignature(publicKeyOf(rootSeedOf(WORDS)), signedPart(ders[2] ?? Buffer.alloc(0)), new Uint8Array((ders[2] ?? Buffer.alloc(0)).subarray(-64)))).toBe(true);
  for (const [which, der] of ders.entries()) {
    for (let bit = 3; bit < der.length * 8; bit += 59) {
      const edited = ders.map((one) => Buffer.from(one));
      (edited[which] as Buffer)[bit >> 3] = (der[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(checkChain(pemOf('CERTIFICATE', ...edited), { holder: HOLDER, host: HOST, name: 'alice.mm--', nowMs: NOW_MS }).ok, `certificate ${which}, bit ${bit}`).toBe(false);
    }
  }
});
