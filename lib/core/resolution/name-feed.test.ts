import { expect, test } from 'vitest';
import { makeDispute, makeReassign, makeTransfer } from '../assertion/fixture-names';
import { makeIdentity, makeRegister, makeRegistry, makeUpdate } from '../assertion/fixtures';
import { DEFAULT_DELAYS } from '../assertion/policy-defaults';
import { FixtureLog } from '../registry/fixture-log';
import { type RecordEntry, readRecord } from '../registry/state';
import { parseAddress } from './address';
import { NameFeed } from './name-feed';
import { NameTable } from './name-table';
import { resolve } from './resolve';

const delays = { ...DEFAULT_DELAYS, curingSec: 240, noticeSec: 180, reversalSec: 600, transferSec: 120, quietSec: 3_600 };
const world = makeRegistry('name feed', { delays });
const [alice, bob, carol] = ['alice', 'bob', 'carol'].map((label) => makeIdentity(world.registry, label));
if (alice === undefined || bob === undefined || carol === undefined) throw new Error('no identities');

function recordIn(log: FixtureLog, name: string): RecordEntry {
  const found = readRecord(log.state, name);
  if (found === null) throw new Error(`${name} is not registered`);
  return found.entry;
}

test('the name log of a registry makes the table, a seal at a time', () => {
  const log = new FixtureLog(world);
  log.seal([makeRegister(world, alice, '@Alice Cooper')]);
  const record = recordIn(log, 'alicecooper');
  log.seal([makeUpdate(world, alice, record, { service: 'other.example', dns: ['192.0.2.53'] })]);

  const table = new NameTable(1);
  const feed = new NameFeed(table);
  const services: (string | null | undefined)[] = [];
  for (const bytes of log.names) if (feed.push(bytes)) services.push(table.tenure('alicecooper', null)?.service);
  expect(services).toEqual([undefined, record.service, 'other.example']);
  expect(table.asOf()).toEqual({ seal: 2, timeSec: log.last?.timeSec, size: log.names.length });
  expect(table.quietSec()).toBe(3_600);
  const nowSec = (log.last?.timeSec ?? 0) + 5;
  expect(resolve(parseAddress('@alice cooper'), table, { nowSec })).toMatchObject({ udf: alice.udf, host: 'other.example', dns: ['192.0.2.53'], sinceSec: (log.last?.timeSec ?? 0) - 60, ageSec: 5 });
});

test('sales, disputes and reassignments come through with their warnings and times', () => {
  const log = new FixtureLog(world);
  const table = new NameTable(1);
  const feed = new NameFeed(table);
  const follow = () => {
    for (const bytes of log.names.slice(feed.next)) feed.push(bytes);
  };
  const ask = (address: string, remembered: number | null = null) => {
    follow();
    const { warnings, tenure, udf, routes, sinceSec } = resolve(parseAddress(address), table, { nowSec: log.last?.timeSec ?? 0, remembered: () => remembered });
    return { tenure, udf, routes, sinceSec, warnings: warnings.map(({ code }) => code) };
  };
  const pass = (seals: number) => {
    for (let i = 0; i < seals; i++) log.seal([]);
  };
  log.seal([makeRegister(world, alice, 'first-name'), makeRegister(world, alice, 'other-name')]);
  const begunSec = log.last?.timeSec;
  log.seal([makeTransfer(world, alice, bob, recordIn(log, 'first-name')), makeDispute(world, recordIn(log, 'other-name'), 'D1')]);
  expect(ask('@first-name')).toMatchObject({ tenure: 0, udf: alice.udf, sinceSec: begunSec, warnings: ['pending-transfer'] });
  expect(ask('@other-name')).toMatchObject({ tenure: 0, udf: alice.udf, warnings: ['disputed'] });
  log.seal([makeReassign(world, carol, recordIn(log, 'other-name'))]);
  expect(ask('@other-name').warnings).toEqual(['disputed', 'pending-reassignment']);
  pass(4);
  expect(ask('@first-name')).toMatchObject({ tenure: 1, udf: bob.udf, warnings: ['sold'] });
  expect(ask('@first-name.0')).toMatchObject({ tenure: 0, routes: false, warnings: ['earlier-tenure', 'does-not-route'] });
  expect(ask('@other-name')).toMatchObject({ tenure: 1, udf: carol.udf });
  expect(ask('@other-name').warnings[0]).toBe('reassigned');
  expect(ask('@other-name', 0)).toMatchObject({ tenure: 0, udf: alice.udf, routes: true });
  expect(ask('@other-name', 0).warnings[0]).toBe('kept');
  expect(ask(alice.udf)).toMatchObject({ tenure: 0, routes: true });
  const since = ask('@other-name').sinceSec;
  pass(2);
  expect(ask('@other-name').sinceSec).toBe(since);
  expect(since).toBeGreaterThan((begunSec ?? 0) + delays.noticeSec - 1);
});

test('a table that begins at a snapshot takes the snapshot’s time for a tenure’s beginning', () => {
  const log = new FixtureLog(world);
  log.seal([makeRegister(world, alice, 'first-name')]);
  const table = new NameTable(1);
  const feed = new NameFeed(table);
  log.names.forEach((bytes, index) => feed.state(bytes, index, 1_900_000_000));
  feed.stateEnds(1, 1_900_000_000, log.names.length);
  expect(table.tenure('first-name', null)).toMatchObject({ sinceSec: 1_900_000_000, udf: alice.udf });
  expect(table.quietSec()).toBe(3_600);
  log.seal([makeUpdate(world, alice, recordIn(log, 'first-name'), { service: 'other.example' })]);
  for (const bytes of log.names.slice(feed.next)) feed.push(bytes);
  expect(table.tenure('first-name', null)).toMatchObject({ service: 'other.example' });
  expect(table.asOf().seal).toBe(2);
});
