import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeIdentity, makeRegister, makeUpdate, type FixtureRegistry } from '../core/assertion/fixtures';
import type { RegistryInfo } from '../client/wire';
import { showEntry } from '../services/show-entry';
import { showName } from '../services/show-name';
import { startPostgres, type TestPostgres } from '../storage/postgres-for-tests';
import { accept, failures, getJson, newDataDir, openTestApp, post, proved, request, sealed } from './app-for-tests';
import { startServer, worldOf, type ServerProcess } from './process-for-tests';

const PORTS = [41_910, 41_911] as const;
/** Another process must seal within a couple of seconds after the sealing one is gone. */
const TAKEOVER_MS = 4_000;

let postgres: TestPostgres;
let world: FixtureRegistry;
const servers: ServerProcess[] = [];
let start: (i: 0 | 1) => Promise<ServerProcess>;

interface Health {
  ok: boolean;
  seal: number;
  seals: boolean;
}
const health = (i: 0 | 1) => getJson<Health>(`http://127.0.0.1:${PORTS[i]}/healthz`);
const url = (i: 0 | 1) => `http://127.0.0.1:${PORTS[i]}`;

beforeAll(async () => {
  postgres = await startPostgres();
  const databaseUrl = await postgres.createDatabase();
  const dataDir = newDataDir();
  start = async (i) => {
    const server = startServer({ port: PORTS[i], dataDir, databaseUrl });
    servers[i] = server;
    await server.ready;
    return server;
  };
  await Promise.all([start(0), start(1)]);
  world = worldOf(await getJson<RegistryInfo>(`${url(0)}/api/v1/registry`), dataDir);
}, 180_000);
afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  await postgres.stop();
});

async function until(check: () => Promise<boolean>, withinMs: number, what: string): Promise<number> {
  const fromMs = Date.now();
  for (;;) {
    if (await check().catch(() => false)) return Date.now() - fromMs;
    if (Date.now() - fromMs > withinMs) throw new Error(`${what}: not within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test('two processes started at once make one registry, and one of them seals', async () => {
  await until(async () => (await health(0)).seals !== (await health(1)).seals, 10_000, 'one leader');
  const [a, b] = await Promise.all(([0, 1] as const).map((i) => getJson<RegistryInfo>(`${url(i)}/api/v1/registry`)));
  expect(a?.registry).toBe(b?.registry);
});

test('both accept and both serve what either accepted, with the same proof', async () => {
  const people = Array.from({ length: 20 }, (_, i) => makeIdentity(world.registry, `both ${i}`));
  const registers = people.map((who, i) => makeRegister(world, who, `@both-people-${i}`));
  await Promise.all(registers.map((parsed, i) => accept(url((i % 2) as 0 | 1), parsed)));
  for (const parsed of registers) expect(await sealed(url(0), parsed)).toMatchObject({ state: 'sealed' });
  const size = (await getJson<RegistryInfo>(`${url(0)}/api/v1/registry`)).proofs.size;
  await until(async () => (await getJson<RegistryInfo>(`${url(1)}/api/v1/registry`)).proofs.size >= size, 5_000, 'the follower catches up');
  for (const i of [0, 1] as const) {
    const state = await proved(url(i), 'names/both-people-7', world.registry);
    expect([failures(state), state.present]).toEqual([[], true]);
  }
});

test('two people who want one name through two processes: one gets it, the other is told', async () => {
  for (let round = 0; round < 5; round++) {
    const rivals = [0, 1].map((i) => makeRegister(world, makeIdentity(world.registry, `rival ${round} ${i}`), `@wanted-name-${round}`));
    const answers = await Promise.all(rivals.map((parsed, i) => post(url(i as 0 | 1), parsed)));
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([202, 409]);
    expect(answers.find(({ status }) => status === 409)?.text).toContain('name-taken');
  }
});

test('one chain written through both processes in turn never forks', async () => {
  const who = makeIdentity(world.registry, 'in turn');
  const register = makeRegister(world, who, '@in-turn-name');
  await accept(url(0), register);
  await sealed(url(0), register);
  for (let i = 1; i <= 4; i++) {
    const { record } = await proved(url(0), 'names/in-turn-name', world.registry);
    if (record === null) throw new Error('no record');
    const update = makeUpdate(world, who, record, { service: `host${i}.example` });
    await accept(url((i % 2) as 0 | 1), update);
    expect(await sealed(url(0), update)).toMatchObject({ state: 'sealed' });
  }
});

test('while the sealing process hangs, with a seal overdue, another one starts and answers, and waits for its turn without spinning', async () => {
  const leader = (await health(0)).seals ? 0 : 1;
  const other = (1 - leader) as 0 | 1;
  const sealing = servers[leader]?.pid ?? 0;
  await servers[other]?.stop();
  process.kill(sealing, 'SIGSTOP');
  try {
    await start(other);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const usedMs = () => Number(/\) (.*)$/s.exec(readFileSync(`/proc/${servers[other]?.pid}/stat`, 'utf8'))?.[1]?.split(' ')[11]) * 10;
    const fromMs = process.platform === 'linux' ? usedMs() : 0;
    for (let i = 0; i < 5; i++) {
      expect(await health(other)).toMatchObject({ seals: false });
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    // A loop that looks again at once, and again, takes a whole core.
    if (process.platform === 'linux') expect(usedMs() - fromMs).toBeLessThan(300);
  } finally {
    process.kill(sealing, 'SIGCONT');
  }
  const { seal } = await health(other);
  await until(async () => (await health(other)).seal > seal, 10_000, 'seals go on');
});

test('SIGKILL of the sealing process moves the job, and nothing that was promised is lost', async () => {
  for (let round = 0; round < 3; round++) {
    const leader = (await health(0)).seals ? 0 : 1;
    const other = (1 - leader) as 0 | 1;
    const promised = Array.from({ length: 10 }, (_, i) => makeRegister(world, makeIdentity(world.registry, `killed ${round} ${i}`), `@killed-${round}-${i}-name`));
    await Promise.all(promised.map((parsed, i) => accept(url(i % 2 === 0 ? leader : other), parsed)));
    const before = (await health(other)).seal;
    await servers[leader]?.kill();
    const tookMs = await until(async () => (await health(other)).seals && (await health(other)).seal > before, TAKEOVER_MS, 'the other process seals');
    process.stdout.write(`takeover ${round}: sealed again after ${tookMs} ms\n`);
    for (const parsed of promised) expect(await sealed(url(other), parsed)).toMatchObject({ state: 'sealed' });
    await start(leader);
    expect((await request(`${url(leader)}/healthz`)).status).toBe(200);
  }
});

test('who has seen a seal of one process is never shown an older checkpoint by the other', async () => {
  const shared = { databaseUrl: await postgres.createDatabase(), dataDir: newDataDir() };
  const sealer = await openTestApp(shared);
  const other = await openTestApp(shared);
  for (let round = 0; round < 3; round++) {
    // Asked in the moment of the seal, before the database can have told the other one.
    const { size, shown } = await new Promise<{ size: number; shown: Promise<{ checkpoint: string } | null>[] }>((resolve) => {
      const end = sealer.app.ctx.registry.onSeal(({ names: { size } }) => {
        end();
        resolve({ size, shown: [showName(other.app.ctx, { name: 'nobody', tenure: null, fromSize: size }), showEntry(other.app.ctx, { log: 'names', index: size - 1, fromSize: size })] });
      });
    });
    for (const answer of await Promise.all(shown)) expect(Number(answer?.checkpoint.split('\n')[1])).toBeGreaterThanOrEqual(size);
  }
  await Promise.all([sealer.close(), other.close()]);
});
