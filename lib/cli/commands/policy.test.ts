import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { pairOf } from '../../core/assertion/fixtures';
import { COSIGNATURE, formatVkey, makeVkey } from '../../core/note/vkey';
import { testIo } from '../io-for-tests';
import { peersOf, readTokenPolicy } from '../policy/provider-policy';
import { run } from '../run';

const dir = mkdtempSync(join(tmpdir(), 'mns-policy-'));
afterAll(() => rmSync(dir, { force: true, recursive: true }));

function key(name: string): string {
  return formatVkey(makeVkey(name, COSIGNATURE, pairOf(name).publicKey));
}

async function policy(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const io = testIo();
  const code = await run(['policy', ...args, '--data', dir], io);
  return { code, err: io.errLines.join('\n'), out: io.outLines.join('\n') };
}

test('validators are added and removed, k stays more than half, and peers are those with an address and those named', async () => {
  expect((await policy()).out).toContain('nobody');
  await policy('add', key('a.example'), 'https://a.example/');
  await policy('add', key('b.example'));
  const three = await policy('add', key('c.example'));
  expect(three.out).toContain('2 of 3 asked for');
  expect(readTokenPolicy(dir)).toMatchObject({ maxAgeSec: 600, threshold: 2 });
  expect((await policy('show', '-k', '3', '--max-age', '60')).out).toContain('3 of 3 asked for, not older than 60 s');
  expect(await policy('show', '-k', '1')).toMatchObject({ code: 1, err: expect.stringContaining('bad-token-policy') });
  expect(readTokenPolicy(dir)?.threshold).toBe(3);
  await policy('peer', 'http://peer.example:8053/');
  expect(peersOf(dir)).toEqual(['http://peer.example:8053', 'https://a.example']);
  await policy('unpeer', 'http://peer.example:8053');
  await policy('remove', 'c.example');
  expect(readTokenPolicy(dir)?.threshold).toBe(2);
  expect(await policy('remove', 'c.example')).toMatchObject({ code: 1, err: expect.stringContaining('bad-option') });
  await policy('remove', 'a.example');
  await policy('remove', 'b.example');
  expect(readFileSync(join(dir, 'policy.txt'), 'utf8')).toBe('');
  expect(peersOf(dir)).toEqual([]);
});

test('a key that signs no tokens, an address that is none and a verb that is unknown are refused', async () => {
  expect(await policy('add', 'nonsense')).toMatchObject({ code: 1, err: expect.stringContaining('bad-vkey') });
  expect(await policy('peer', 'peer.example')).toMatchObject({ code: 1, err: expect.stringContaining('bad-option') });
  expect(await policy('trust')).toMatchObject({ code: 2 });
});
