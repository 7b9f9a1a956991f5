import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { makeIdentity, makeRegister } from '../core/assertion/fixtures';
import { equalBytes } from '../core/bytes/bytes';
import { InvariantError } from '../core/refusal';
import { nameKey } from '../core/registry/state';
import { sequenceBatch } from '../services/sequence-batch';
import { startPostgres, type TestPostgres } from '../storage/postgres-for-tests';
import { accept, newDataDir, openTestApp, post, type TestApp } from './app-for-tests';

/** Long enough that nothing is sealed but by the test. */
const PERIOD_SEC = 3_600;

let postgres: TestPostgres;
let sealer: TestApp;
let follower: TestApp;

beforeAll(async () => {
  postgres = await startPostgres();
  const shared = { databaseUrl: await postgres.createDatabase(), dataDir: newDataDir(), periodSec: PERIOD_SEC };
  sealer = await openTestApp(shared);
  follower = await openTestApp(shared);
});
afterEach(() => vi.restoreAllMocks());
afterAll(async () => {
  await Promise.all([sealer.close(), follower.close()]);
  await postgres.stop();
});

const register = (name: string) => makeRegister(sealer.world, makeIdentity(sealer.world.registry, name), `@${name}`);

/** seals at once; a seal's time must be later than that of the one before */
async function sealNow(): Promise<void> {
  const { core } = sealer.app.ctx;
  await expect.poll(async () => (await sequenceBatch(core)).done, { timeout: 5_000 }).toBe('sealed');
}

test('an assertion that the rules stumble over is refused alone: the rest of its group is accepted', async () => {
  const { core } = sealer.app.ctx;
  const get = core.cache.get.bind(core.cache);
  const poison = nameKey('poisoned-name');
  vi.spyOn(core.cache, 'get').mockImplementation((key) => {
    if (equalBytes(key, poison)) throw new InvariantError('a bug');
    return get(key);
  });
  const before = core.acceptor.stats.groups;
  const answers = await Promise.all(['healthy-one', 'poisoned-name', 'healthy-two'].map((name) => post(sealer.url, register(name))));
  expect(answers.map(({ status }) => status)).toEqual([202, 503, 202]);
  expect(core.acceptor.stats.groups - before).toBeLessThan(3);
  expect(sealer.lines.join('\n')).toContain('a bug');
});

test('what a process has accepted and another one has sealed is not kept in its memory', async () => {
  for (let i = 0; i < 5; i++) await accept(follower.url, register(`kept-by-follower-${i}`));
  expect(follower.app.ctx.core.acceptor.keptCount).toBe(5);
  await sealNow();
  await expect.poll(() => follower.app.ctx.core.acceptor.keptCount, { timeout: 5_000 }).toBe(0);
  expect(sealer.app.ctx.core.acceptor.keptCount).toBe(0);
});

test('questions that need the accepted state do not queue without bound: beyond a limit they are refused, and groups and seals go on', async () => {
  const { acceptor } = sealer.app.ctx.core;
  let open = () => {};
  const blocked = acceptor.exclusive(() => new Promise<void>((resolve) => (open = resolve)));
  const questions = Array.from({ length: 2_010 }, (_, i) => acceptor.loadState([nameKey(`asked-${i}`)]));
  const rehearsed = acceptor.rehearse(register('rehearsed-late').bytes);
  await expect(rehearsed).rejects.toThrow('overloaded');
  const accepted = accept(sealer.url, register('accepted-meanwhile'));
  open();
  const outcomes = await Promise.allSettled(questions);
  expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBe(1_999);
  expect(String(outcomes.find((one) => one.status === 'rejected')?.reason)).toContain('overloaded');
  await Promise.all([blocked, accepted]);
});

test('stored assertions are checked in chunks, with turns for other work between them', async () => {
  const { acceptor } = sealer.app.ctx.core;
  const rows = Array.from({ length: 70 }, (_, i) => register(`checked-${i}`));
  let turns = 0;
  let counting = true;
  const count = () => {
    turns += 1;
    if (counting) setImmediate(count);
  };
  setImmediate(count);
  for (const { hash, bytes } of rows) await acceptor.takeVerified(hash, bytes);
  counting = false;
  expect(turns).toBeGreaterThanOrEqual(2);
});

test('rows beyond the head, which let no seal be written, are told of once', async () => {
  const at = await openTestApp({ databaseUrl: await postgres.createDatabase(), periodSec: PERIOD_SEC });
  const { core, db } = at.app.ctx;
  await db.sql.execute('INSERT INTO log_entry (log, idx, leaf, bytes) SELECT log, $1, leaf, bytes FROM log_entry WHERE log = $2 AND idx = 0', [core.live.head.names.size, 'names']);
  await expect.poll(async () => (await sequenceBatch(core)).done, { timeout: 5_000 }).toBe('moved');
  expect(await sequenceBatch(core)).toEqual({ done: 'moved' });
  expect(at.lines.filter((line) => line.startsWith('SEAL 1 CANNOT BE WRITTEN'))).toHaveLength(1);
  await at.close();
});

test('while seals are late nothing new is promised or sold, and after the next seal it is again', async () => {
  const { core } = sealer.app.ctx;
  const nowMs = Date.now();
  const at = vi.spyOn(Date, 'now').mockImplementation(() => nowMs + 2 * PERIOD_SEC * 1000);
  await accept(sealer.url, register('in-good-time'));
  at.mockImplementation(() => nowMs + (3 * PERIOD_SEC + 10) * 1000);
  const answer = await post(sealer.url, register('seals-are-late'));
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '30']);
  await expect(core.acceptor.rehearse(register('seals-are-late').bytes)).rejects.toThrow('overloaded');
  await sealNow();
  await accept(sealer.url, register('seals-are-late'));
});
