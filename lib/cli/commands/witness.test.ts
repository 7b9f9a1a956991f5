import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseNote, verifyNote } from '../../core/note/note';
import { parseVkey } from '../../core/note/vkey';
import { testIo, type TestIo } from '../io-for-tests';
import { run } from '../run';
import { TestLog } from '../witness/log-for-tests';
import { hashOf } from '../witness/witness';

const LOG = new TestLog('log.example/http');

async function started(data: string): Promise<{ io: TestIo; url: string; vkey: string; done: Promise<number> }> {
  let heard: (line: string) => void = () => {};
  const first = new Promise<string>((resolve) => (heard = resolve));
  const io = testIo({ out: (line) => heard(line) });
  const done = run(['witness', '--listen', '0', '--data', data, '--name', 'w.example', '--log', LOG.text], io);
  const [, vkey = '', url = ''] = /^mns: witness (\S+) on (\S+)$/.exec(await Promise.race([first, done.then(() => io.errLines.join())])) ?? [];
  return { done, io, url, vkey };
}

test('over HTTP, two requests from one old size at once get one cosignature; the folder is locked; a restart goes on where it was', async () => {
  const data = mkdtempSync(join(tmpdir(), 'mns-witness-'));
  const one = await started(data);
  const post = (url: string, body: Uint8Array) => fetch(`${url}/add-checkpoint`, { body: Buffer.from(body), method: 'POST' });
  expect((await post(one.url, LOG.request(0, 5))).status).toBe(200);
  const both = await Promise.all([post(one.url, LOG.request(5, 12)), post(one.url, LOG.request(5, 11))]);
  expect(both.map((answer) => answer.status).sort((a, b) => a - b)).toEqual([200, 409]);
  const rival = testIo();
  expect(await run(['witness', '--listen', '0', '--data', data, '--log', LOG.text], rival)).toBe(1);
  expect(rival.errLines[0]).toMatch(/^mns: in-use: /);
  one.io.stopNow();
  expect(await one.done).toBe(0);

  const two = await started(data);
  expect(two.vkey).toBe(one.vkey);
  const conflict = await post(two.url, LOG.request(0, 5));
  expect([conflict.status, conflict.headers.get('content-type')]).toEqual([409, 'text/x.tlog.size']);
  const shown = await fetch(`${two.url}/${hashOf(LOG.origin)}/checkpoint`);
  expect(verifyNote(parseNote(await shown.text()), [LOG.vkey, parseVkey(two.vkey)]).verified).toHaveLength(2);
  expect((await fetch(`${two.url}/add-checkpoint`)).status).toBe(405);
  expect((await fetch(`${two.url}/add-checkpoint`, { body: 'x'.repeat(200_000), method: 'POST' }).then((answer) => answer.status, () => 400))).toBe(400);
  two.io.stopNow();
  expect(await two.done).toBe(0);
});

test('a key whose memory is gone cosigns nothing, lest it cosign a second history', async () => {
  const data = mkdtempSync(join(tmpdir(), 'mns-witness-'));
  const one = await started(data);
  one.io.stopNow();
  expect(await one.done).toBe(0);
  rmSync(join(data, 'cosigned'), { recursive: true });
  const io = testIo();
  expect(await run(['witness', '--listen', '0', '--data', data, '--log', LOG.text], io)).toBe(1);
  expect(io.errLines[0]).toMatch(/^mns: no-file: .*cosigned.* is not\./);
});
