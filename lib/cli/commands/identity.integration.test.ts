import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ZERO } from '../../core/assertion/payloads';
import { openTestApp, proved, request, type TestApp } from '../../server/app-for-tests';
import { testIo, type TestIo } from '../io-for-tests';
import { showKeyFile } from '../keys/key-file';
import { run } from '../run';

let shop: TestApp;
const folder = mkdtempSync(join(tmpdir(), 'mns-cli-'));
const at = (file: string) => join(folder, file);
const env = { MNS_PASSPHRASE: 'a long enough passphrase' };

beforeAll(async () => {
  shop = await openTestApp();
});
afterAll(() => shop.close());

/** mns runs a command as the shell would, pays what it is asked to pay, and expects exit code 0. */
async function mns(...argv: string[]): Promise<TestIo> {
  const io: TestIo = testIo({
    env,
    out: (line) => {
      io.outLines.push(line);
      const pay = /^Pay here: (.*)$/.exec(line)?.[1];
      if (pay !== undefined) void request(`${shop.url}${new URL(pay).pathname}`, { body: new URLSearchParams({ card: '4242424242424242' }), method: 'POST', redirect: 'manual' });
    },
  });
  const code = await run(argv, io);
  expect(code, [...io.errLines, ...shop.lines.slice(-3)].join('\n')).toBe(0);
  return io;
}

const wordsOf = (io: TestIo): string => io.outLines.filter((line) => /^ ?\d+ [a-z]/.test(line)).join(' ');

test('from nothing to a name: identity, registration paid and sealed, its receipt verified; then it moves, and the words bring it back', async () => {
  const made = await mns('identity', 'new', '--key', at('alice.key'), '--url', shop.url);
  const words = wordsOf(made);
  expect(words.match(/[a-z]+/g)).toHaveLength(24);
  expect(readFileSync(at('alice.key'), 'utf8')).not.toContain(words.match(/[a-z]+/g)?.[0]);
  const { registry, udf } = showKeyFile(at('alice.key'));
  const bought = await mns('register', '@alice77', '--key', at('alice.key'), '--url', shop.url, '--service', 'one.example', '--dns', '192.0.2.1', '--out', at('alice.receipt'));
  expect(bought.outLines.at(-2)).toContain('@alice77.0 is yours');
  expect((await proved(shop.url, 'names/alice77', registry)).record).toMatchObject({ dns: ['192.0.2.1'], service: 'one.example', udf });

  await mns('update', '@alice77', '--key', at('alice.key'), '--url', shop.url, '--service', 'two.example');
  expect((await proved(shop.url, 'names/alice77', registry)).record).toMatchObject({ dns: ['192.0.2.1'], service: 'two.example' });

  writeFileSync(at('words'), words);
  await mns('cert', 'root', '@alice77', '--out', at('certificates'), '--words-file', at('words'));
  await mns('cert', 'issue', 'coffeepot@alice77', '--out', at('certificates'));
  const check = (...more: string[]) => ['cert', 'check', at('certificates/coffeepot.alice77.mm--.pem'), '--host', 'coffeepot.alice77.mm--', '--url', shop.url, ...more];
  expect((await mns(...check('--registry', registry))).errLines).toEqual([]);
  expect((await mns(...check())).errLines.join()).toContain('not pinned');
  await mns('identity', 'restore', '--key', at('again.key'), '--url', shop.url, '--words-file', at('words'), '--authority', at('certificates/authority.pem'));
  expect((await proved(shop.url, `identities/${udf}`, registry)).identity).toMatchObject({ ca: expect.stringMatching(/=$/) as string, number: 1, udf });
  // From now on another authority, though signed by the same words, is none.
  await mns(...check('--registry', registry));
  await mns('cert', 'root', '@alice77', '--out', at('others'), '--words-file', at('words'));
  await mns('cert', 'issue', 'coffeepot@alice77', '--out', at('others'));
  const other = testIo();
  expect(await run(check('--registry', registry).map((word) => word.replace('/certificates/', '/others/')), other)).toBe(1);
  expect(other.outLines.join()).toContain('names another authority');
  // The key before the rotation no longer counts; the new one does.
  const io = testIo({ env });
  expect(await run(['update', '@alice77', '--key', at('alice.key'), '--url', shop.url, '--service', 'evil.example'], io)).toBe(1);
  expect(io.errLines.at(-1)).toMatch(/^mns: refused-there: .*wrong-signers/);
  await mns('update', '@alice77', '--key', at('again.key'), '--url', shop.url, '--service', 'three.example');
});

test('a registry that is not the one the key file was made for gets no signature', async () => {
  await mns('identity', 'new', '--key', at('other.key'), '--registry', ZERO);
  const io = testIo({ env });
  expect(await run(['register', '@somebody', '--key', at('other.key'), '--url', shop.url], io)).toBe(1);
  expect(io.errLines.join('\n')).toContain('other-registry');
});
