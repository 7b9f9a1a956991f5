import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeIdentity, makeRegister, makeRegistry } from '../core/assertion/fixtures';
import { FixtureLog } from '../core/registry/fixture-log';
import { provideFastCrypto } from '../native/fast-hash';
import { CopyReader } from './copy-reader';
import { CopyWriter } from './copy-writer';
import { Follower } from './follow';
import { serveSource } from './http-for-tests';
import { TestSource } from './source-for-tests';
import { StateIndex } from './state-index';

const CHILD = fileURLToPath(new URL('./follower-for-tests.ts', import.meta.url));
const KILLS = 10;
const dir = mkdtempSync(join(tmpdir(), 'mns-kill-'));
beforeAll(() => void provideFastCrypto());
afterAll(() => rmSync(dir, { force: true, recursive: true }));

/** The copy's head is a seal of the log, and everything up to it is there, entry for entry. */
function expectPrefix(log: FixtureLog): number {
  const reader = CopyReader.open(dir);
  const head = reader.head();
  if (head === null) return -1;
  const sealed = log.seals[head.seal];
  expect([head.names.size, head.proofs.size]).toEqual([sealed?.heads.names.size, sealed?.heads.proofs.size]);
  expect(Buffer.concat(reader.names.entries(0, head.names.size)).equals(Buffer.concat(log.names.slice(0, head.names.size)))).toBe(true);
  expect(Buffer.concat(reader.proofs.entries(0, head.proofs.size)).equals(Buffer.concat(log.proofs.slice(0, head.proofs.size)))).toBe(true);
  expect(StateIndex.open(reader).size).toBe(head.names.size);
  reader.close();
  return head.seal;
}

test('a follower killed at any moment leaves a copy that is whole up to a seal, and the next one goes on from there', async () => {
  const world = makeRegistry('killed');
  const log = new FixtureLog(world);
  for (let minute = 0; minute < 400; minute++) {
    log.seal(minute % 8 === 0 ? [makeRegister(world, makeIdentity(world.registry, `person ${minute}`), `person-${minute}-long`)] : []);
  }
  const source = new TestSource(log);
  source.show(log, 0);
  const served = await serveSource(source);
  let shown = 0;
  // Each look finds a seal more, so that the follower never stops writing.
  served.before = (path) => {
    if (path === '/tlog/proofs/checkpoint' && shown < log.seals.length - 30) source.show(log, ++shown);
    return false;
  };
  let seal = -1;
  for (let kill = 0; kill < KILLS; kill++) {
    const child = spawn(process.execPath, ['--import', 'tsx', CHILD, served.url, dir, world.registry], { stdio: ['ignore', 'pipe', 'inherit'] });
    const exit = once(child, 'exit');
    await once(child.stdout, 'data');
    await new Promise((resolve) => setTimeout(resolve, 20 + Math.random() * 350));
    expect(child.exitCode).toBeNull();
    child.kill('SIGKILL');
    await exit;
    const now = expectPrefix(log);
    expect(now).toBeGreaterThanOrEqual(seal);
    seal = now;
  }
  expect(seal).toBeGreaterThan(5);
  served.before = () => false;
  source.show(log);
  const writer = await CopyWriter.open(dir);
  const follower = new Follower({ clock: () => 2_000_000_000, registry: world.registry, source, stop: new AbortController().signal, writer });
  await follower.step();
  await follower.close();
  await writer.close();
  expect(expectPrefix(log)).toBe(log.seals.length - 1);
  await served.close();
});
