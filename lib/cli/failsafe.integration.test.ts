import { createSocket } from 'node:dgram';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { makeIdentity, makeRegister, makeUpdate } from '../core/assertion/fixtures';
import { readRecord } from '../core/registry/state';
import { CopyReader } from '../copy/copy-reader';
import { StateIndex } from '../copy/state-index';
import { provideFastCrypto } from '../native/fast-hash';
import type { RegistryInfo } from '../client/wire';
import { accept, getJson, openTestApp, sealed } from '../server/app-for-tests';
import { startServer, worldOf } from '../server/process-for-tests';
import { checkDatabase } from '../services/check-database';
import { heard, queryFor } from './dns/dns-for-tests';
import { testIo } from './io-for-tests';
import { startMns } from './mns-process-for-tests';
import { run } from './run';

const root = mkdtempSync(join(tmpdir(), 'mns-failsafe-'));
const closing: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const close of closing.reverse()) await close();
  rmSync(root, { force: true, recursive: true });
});

interface Resolved {
  service: string;
  dns: string[];
  ageSec: number;
  asOf: { seal: number };
}

function askUdp(port: number, query: Buffer): Promise<Buffer> {
  const socket = createSocket('udp4');
  return new Promise<Buffer>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('no answer by DNS')), 8_000);
    socket.once('message', (answer) => {
      clearTimeout(late);
      resolve(answer);
    });
    socket.send(query, port, '127.0.0.1');
  }).finally(() => socket.close());
}

async function until<Thing>(what: string, look: () => Promise<Thing | null>): Promise<Thing> {
  for (const untilMs = Date.now() + 30_000; Date.now() < untilMs; ) {
    const found = await look();
    if (found !== null) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${what} did not come`);
}

test('with the registry killed and its database deleted a provider goes on answering and says how old its copy is; a registry started from that copy continues the history', async () => {
  provideFastCrypto();
  const dataDir = join(root, 'registry');
  const registry = startServer({ dataDir, port: 42_371 });
  closing.push(() => registry.kill());
  await registry.ready;
  const info = await getJson<RegistryInfo>(`${registry.url}/api/v1/registry`);
  const world = worldOf(info, dataDir);
  const alice = makeIdentity(world.registry, 'alice');
  const register = makeRegister(world, alice, '@alice-cooper', { dns: ['192.0.2.1'] });
  await accept(registry.url, register);
  await sealed(registry.url, register);

  const copy = join(root, 'copy');
  const provider = startMns(['serve', '--data', copy, '--http', '127.0.0.1:0', '--dns', '127.0.0.1:0', '--follow', registry.url]);
  closing.push(() => provider.end('SIGTERM'));
  const [, http = ''] = await provider.heard(/HTTP on [^ ]*:(\d+)/);
  const [, dns = ''] = await provider.heard(/DNS on [^ ]*:(\d+)/);
  const resolve = async (port: string) => {
    const answer = await fetch(`http://127.0.0.1:${port}/resolve/@alice-cooper`);
    return answer.ok ? ((await answer.json()) as Resolved) : null;
  };
  const before = await until('the name', () => resolve(http));
  expect(before).toMatchObject({ dns: ['192.0.2.1'], service: 'provider.example' });

  await registry.kill();
  rmSync(dataDir, { force: true, recursive: true });
  await expect(fetch(`${registry.url}/healthz`)).rejects.toThrow();

  const after = await until('an answer that says it is older', async () => {
    const answer = await resolve(http);
    return answer !== null && answer.ageSec >= 2 ? answer : null;
  });
  expect(after).toMatchObject({ dns: ['192.0.2.1'], service: 'provider.example' });
  const health = await getJson<{ ok: boolean; ageSec: number; registry: string }>(`http://127.0.0.1:${http}/healthz`);
  expect(health).toMatchObject({ ok: true, registry: info.registry });
  expect(health.ageSec).toBeGreaterThanOrEqual(2);
  const delegated = heard(await askUdp(Number(dns), queryFor('alice-cooper.mm--', { type: 'NS' })));
  expect([delegated.rcode, delegated.additional.join()]).toEqual(['NOERROR', expect.stringContaining('192.0.2.1')]);

  // A new registry, under keys, an origin and an id of its own.
  const prepared = testIo();
  const out = join(root, 'new');
  expect(await run(['fork', '--data', copy, '--out', out, '--origin', info.origin], prepared)).toBe(2);
  expect(await run(['fork', '--data', copy, '--out', out, '--origin', 'localhost:41901'], prepared)).toBe(0);
  expect(readFileSync(join(out, 'registry.env'), 'utf8')).toContain(`MNS_FORK_FROM=${join(out, 'copy')}`);
  const fork = await openTestApp({ forkFrom: join(out, 'copy'), origin: 'localhost:41901' });
  closing.push(() => fork.close());
  expect(fork.lines.join('\n')).toContain(`goes on from ${info.registry}`);
  expect(fork.world.registry).not.toBe(info.registry);
  const reader = CopyReader.open(copy);
  const index = StateIndex.open(reader);
  const record = readRecord(index.stateReader(), 'alice-cooper')?.entry;
  reader.close();
  if (record === undefined) throw new Error('the copy has the name');
  const update = makeUpdate(fork.world, alice, record, { dns: ['192.0.2.2'], service: 'elsewhere.example' });
  await accept(fork.url, update);
  expect(await sealed(fork.url, update)).toMatchObject({ state: 'sealed' });
  // An assertion under the old id is nothing to the new registry.
  await expect(accept(fork.url, makeUpdate(world, alice, record, { service: 'other.example' }))).rejects.toThrow('other-registry');
  expect((await checkDatabase(fork.app.ctx.db)).findings).toEqual([]);

  // Who follows the old registry is told and refused; who accepts the new one by its id sees the update.
  const second = join(root, 'second');
  cpSync(copy, second, { filter: (path) => !path.endsWith('.lock'), recursive: true });
  const told = testIo();
  expect(await run(['follow', fork.url, '--data', second, '--once'], told)).toBe(1);
  expect(told.errLines.join('\n')).toContain('untrusted-note');
  expect(told.errLines.join('\n')).toContain(`now has the registry ${fork.world.registry}`);
  const accepted = testIo();
  expect(await run(['follow', fork.url, '--data', second, '--registry', fork.world.registry, '--once'], accepted)).toBe(0);
  expect(accepted.errLines.join('\n')).toContain(`continues ${info.registry}`);
  const moved = CopyReader.open(second);
  expect(moved.needHead().registry).toBe(fork.world.registry);
  expect(readRecord(StateIndex.open(moved).stateReader(), 'alice-cooper')?.entry).toMatchObject({ dns: ['192.0.2.2'], service: 'elsewhere.example' });
  moved.close();
  const checked = testIo();
  expect(await run(['fsck', second], checked)).toBe(0);
});
