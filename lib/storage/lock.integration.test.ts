import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commitSeal } from './commit-seal';
import { KINDS, sampleCommit, testDatabases, type TestDatabases } from './databases-for-tests';
import { followSeals } from './follow-seals';
import { readHead } from './heads';
import { campaign } from './lock';
import { openDatabase } from './open';

const CAMPAIGNER = fileURLToPath(new URL('./campaigner-for-tests.ts', import.meta.url));

async function until(what: string, condition: () => boolean): Promise<void> {
  for (let tries = 0; tries < 1_000; tries++) {
    if (condition()) return;
    await sleep(20);
  }
  throw new Error(`waited too long: ${what}`);
}

describe.each(KINDS)('on %s', (kind) => {
  let databases: TestDatabases;
  beforeAll(async () => {
    databases = await testDatabases(kind);
  });
  afterAll(() => databases.remove());

  test('a process on its own becomes the sealer', async () => {
    const db = await databases.open();
    const changes: boolean[] = [];
    const lock = await campaign(db, { onChange: (held) => changes.push(held) });
    await until('held', () => lock.held());
    await lock.stop();
    expect(changes[0]).toBe(true);
    expect(changes.at(-1)).toBe(kind === 'embedded');
  });

  test('followers hear of each seal, once and in order, whoever seals', async () => {
    const place = await databases.place();
    const sealer = await openDatabase(place);
    const other = kind === 'postgres' ? await openDatabase(place) : sealer;
    await commitSeal(sealer, sampleCommit(await readHead(sealer), 1));
    const heard: number[] = [];
    const follower = followSeals(other, 0, (seal) => void heard.push(seal), { pollMs: 60_000 });
    await sleep(300);
    expect(heard).toEqual([]);
    for (let seal = 1; seal <= 3; seal++) {
      await commitSeal(sealer, sampleCommit(await readHead(sealer), 1));
      await until(`heard of ${seal}`, () => heard.at(-1) === seal);
    }
    expect(heard).toEqual([1, 2, 3]);
    await follower.stop();
    await sealer.close();
    if (other !== sealer) await other.close();
  });

  test('a follower without its listening connection still hears by looking, and survives its own errors', async () => {
    const db = await databases.open();
    const deaf = { ...db, dedicated: () => Promise.reject(new Error('no connection')), signals: { onSeal: () => () => true, sealed: () => undefined } };
    const lines: string[] = [];
    const heard: number[] = [];
    const follower = followSeals(
      deaf,
      -1,
      (seal) => {
        heard.push(seal);
        if (heard.length === 1) throw new Error('busy');
      },
      { pollMs: 20, log: (line) => lines.push(line) },
    );
    await commitSeal(db, sampleCommit(await readHead(db), 1));
    await until('told again', () => heard.length === 2);
    expect(heard).toEqual([0, 0]);
    expect(lines).toEqual(['following seals: busy']);
    await follower.stop();
  });
});

describe('on one PostgreSQL server', () => {
  let databases: TestDatabases;
  beforeAll(async () => {
    databases = await testDatabases('postgres');
  });
  afterAll(() => databases.remove());

  test('of several processes one is the sealer; when it is killed another takes over', async () => {
    const place = await databases.place();
    const db = await openDatabase(place);
    const first = spawn(process.execPath, ['--import', 'tsx', CAMPAIGNER, place.databaseUrl ?? ''], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [said] = (await once(first.stdout, 'data')) as [Buffer];
    expect(said.toString().trim()).toBe('sealer');
    const second = await campaign(db, { retryMs: 50 });
    await sleep(400);
    expect(second.held()).toBe(false);
    first.kill('SIGKILL');
    await until('taken over', () => second.held());
    const third = await campaign(db, { retryMs: 50 });
    await second.stop();
    await until('handed over', () => third.held());
    expect(second.held()).toBe(false);
    await third.stop();
    await db.close();
  });

  test('a sealer whose connection is cut knows that it is none any more, and wins it back', async () => {
    const db = await databases.open();
    const changes: boolean[] = [];
    const lock = await campaign(db, { retryMs: 50, heartbeatMs: 60_000, onChange: (held) => changes.push(held) });
    await until('held', () => lock.held());
    await db.sql.query("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'", []);
    await until('held again', () => changes.length === 3);
    expect(changes).toEqual([true, false, true]);
    await lock.stop();
  });
});
