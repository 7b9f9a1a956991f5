import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as names from '../core/assertion/fixture-names';
import { makeIdentity, makeRegister, makeRotate, makeUpdate, nextIdentity } from '../core/assertion/fixtures';
import type { RecordEntry } from '../core/registry/state';
import { checkDatabase } from '../services/check-database';
import { startPostgres, type TestPostgres } from '../storage/postgres-for-tests';
import { accept, failures, openTestApp, post, proved, sealed, type TestApp } from './app-for-tests';

let postgres: TestPostgres;

beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

/** Delays of two seals: transfers, notices and cures pass while the test looks on. */
const DELAY_SEC = 2;

describe.each(['embedded', 'postgres'] as const)('%s', (kind) => {
  let served: TestApp;
  let databaseUrl: string | undefined;

  beforeAll(async () => {
    databaseUrl = kind === 'postgres' ? await postgres.createDatabase() : undefined;
    served = await openTestApp({ databaseUrl, testDelaySec: DELAY_SEC });
  });
  afterAll(() => served.close());

  const recordOf = async (name: string): Promise<RecordEntry> => {
    const state = await proved(served.url, `names/${name}`, served.world.registry);
    expect(failures(state)).toEqual([]);
    if (state.record === null) throw new Error(`@${name} has no record`);
    return state.record;
  };

  /** done sends an assertion and waits for its seal. */
  const done = async (make: (record: RecordEntry) => Parameters<typeof accept>[1], name: string): Promise<void> => {
    const parsed = make(await recordOf(name));
    await accept(served.url, parsed);
    expect(await sealed(served.url, parsed)).toMatchObject({ problem: null, state: 'sealed' });
  };

  /** until asks for a name until its record is as wanted. */
  const until = async (name: string, isIt: (record: RecordEntry) => boolean): Promise<RecordEntry> => {
    for (let tries = 0; tries < 100; tries++) {
      const record = await recordOf(name);
      if (isIt(record)) return record;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`@${name} did not change in time`);
  };

  test('names change hands over HTTP: sold after the delay, voided by a rotation, reassigned after the notice, ended unpaid; all proved, also after a restart', async () => {
    const { url, world } = served;
    const [alice, bob] = [makeIdentity(world.registry, 'alice'), makeIdentity(world.registry, 'bob')];
    const registrations = ['sold-name', 'kept-name', 'judged-name', 'bill'].map((name) => makeRegister(world, alice, name));
    await Promise.all(registrations.map((parsed) => accept(url, parsed)));
    for (const parsed of registrations) await sealed(url, parsed);

    // The lock of a payment of $20,000 is shown, and bars.
    const bill = await recordOf('bill');
    expect(bill.locks).toMatchObject([{ kind: 'payment' }]);
    const barred = await post(url, names.makeRootTransfer(world, alice, bob, bill));
    expect([barred.status, JSON.parse(barred.text)]).toMatchObject([409, { code: 'transfer-barred' }]);
    await done((record) => names.makePayment(world, record, 'payment-reversed'), 'bill');

    await done((record) => names.makeDispute(world, record, 'D2026-0001'), 'judged-name');
    const pending = await Promise.all(['sold-name', 'kept-name'].map(async (name) => names.makeTransfer(world, alice, bob, await recordOf(name))));
    const reassign = names.makeReassign(world, bob, await recordOf('judged-name'));
    await Promise.all([...pending, reassign].map((parsed) => accept(url, parsed)));
    expect(await sealed(url, reassign)).toMatchObject({ state: 'sealed' });
    await done((record) => names.makeCancel(world, record, alice.root), 'kept-name');

    // What waits is known again after a restart, from the rows that say so.
    await served.close();
    served = await openTestApp({ databaseUrl, dataDir: served.dataDir, testDelaySec: DELAY_SEC });
    const sold = await until('sold-name', ({ tenure }) => tenure === 1);
    expect(sold).toMatchObject({ allowance: 49, registration: 'transfer', udf: bob.udf });
    expect(await recordOf('sold-name.0')).toMatchObject({ ended: 'transfer', udf: alice.udf });
    const judged = await until('judged-name', ({ tenure }) => tenure === 1);
    expect(judged).toMatchObject({ registration: 'reassigned', udf: bob.udf });
    await until('bill', ({ ended }) => ended === 'unpaid');
    expect(await recordOf('kept-name')).toMatchObject({ tenure: 0, udf: alice.udf });

    await done((record) => names.makeTransfer(world, alice, bob, record), 'kept-name');
    await accept(served.url, makeRotate(world, alice, nextIdentity(alice)));
    await until('kept-name', (record) => record.pending.length === 0);
    const again = makeRegister(world, bob, 'bill', { tenure: 1 });
    await accept(served.url, again);
    expect(await sealed(served.url, again)).toMatchObject({ state: 'sealed' });
    const old = makeUpdate(world, nextIdentity(alice), await recordOf('judged-name.0'), { service: 'old.example' });
    await accept(served.url, old);
    expect(await sealed(served.url, old)).toMatchObject({ state: 'sealed' });
    expect((await recordOf('judged-name.0')).service).toBe('old.example');
    expect((await recordOf('kept-name')).udf).toBe(alice.udf);

    expect(await served.app.ctx.core.db.snapshot((tx) => checkDatabase(tx))).toMatchObject({ findings: [] });
    expect(served.app.ctx.core.live.due.size).toBe(0);
  }, 60_000);

  test('what is promised between the cut and the seal in which a name changes hands is judged by who holds it then', async () => {
    const { url, world } = served;
    const [carol, dave] = [makeIdentity(world.registry, 'carol'), makeIdentity(world.registry, 'dave')];
    const register = makeRegister(world, carol, 'busy-name');
    await accept(url, register);
    await sealed(url, register);
    await done((record) => names.makeTransfer(world, carol, dave, record), 'busy-name');
    // The giver goes on changing the name all the while: each change is either refused or logged, never promised and dropped.
    const broken: string[] = [];
    const untilMs = Date.now() + 10_000;
    for (let i = 0; Date.now() < untilMs; i++) {
      const record = await recordOf('busy-name');
      if (record.tenure === 1) break;
      const update = makeUpdate(world, carol, record, { service: `s${i}.example` });
      const answer = await post(url, update);
      if (answer.status === 202 && (await sealed(url, update)).state === 'refused') broken.push(answer.text);
    }
    expect([broken, (await recordOf('busy-name')).udf]).toEqual([[], dave.udf]);
  }, 30_000);
});

test('a process that only followed knows what waits, and does it once it seals', async () => {
  const databaseUrl = await postgres.createDatabase();
  const first = await openTestApp({ databaseUrl, testDelaySec: DELAY_SEC });
  const second = await openTestApp({ databaseUrl, dataDir: first.dataDir });
  try {
    const { world } = first;
    const [erin, frank] = [makeIdentity(world.registry, 'erin'), makeIdentity(world.registry, 'frank')];
    const register = makeRegister(world, erin, 'handed-over');
    await accept(first.url, register);
    await sealed(first.url, register);
    const transfer = names.makeTransfer(world, erin, frank, (await proved(first.url, 'names/handed-over', world.registry)).record as RecordEntry);
    await accept(second.url, transfer);
    expect(await sealed(second.url, transfer)).toMatchObject({ state: 'sealed' });
    expect(second.app.ctx.core.live.due.givenBy(erin.udf)).toEqual(['handed-over']);
  } finally {
    await first.close();
  }
  try {
    for (let tries = 0; ; tries++) {
      const { record } = await proved(second.url, 'names/handed-over', first.world.registry);
      if (record?.tenure === 1) break;
      expect(tries).toBeLessThan(100);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(second.app.ctx.core.live.due.size).toBe(0);
  } finally {
    await second.close();
  }
}, 60_000);
