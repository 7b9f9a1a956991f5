import { expect, test } from 'vitest';
import { makeIdentity, makeRegister, makeRegistry, makeUpdate } from '../assertion/fixtures';
import { FixtureLog } from '../registry/fixture-log';
import { readRecord } from '../registry/state';
import { parseAddress } from './address';
import { NameFeed } from './name-feed';
import { NameTable } from './name-table';
import { resolve } from './resolve';

test('the name log of a registry makes the table, a seal at a time', () => {
  const world = makeRegistry();
  const alice = makeIdentity(world.registry, 'alice');
  const log = new FixtureLog(world);
  log.seal([makeRegister(world, alice, '@Alice Cooper')]);
  const record = readRecord(log.state, 'alicecooper')?.entry;
  if (record === undefined) throw new Error('not registered');
  log.seal([makeUpdate(world, alice, record, { service: 'other.example', dns: ['192.0.2.53'] })]);

  const table = new NameTable(1);
  const feed = new NameFeed(table);
  const services: (string | null | undefined)[] = [];
  for (const bytes of log.names) if (feed.push(bytes)) services.push(table.tenure('alicecooper', null)?.service);
  expect(services).toEqual([undefined, record.service, 'other.example']);
  expect(table.asOf()).toEqual({ seal: 2, timeSec: log.last?.timeSec, size: log.names.length });
  expect(table.quietSec()).toBe(world.policy.delays.quietSec);
  const nowSec = (log.last?.timeSec ?? 0) + 5;
  expect(resolve(parseAddress('@alice cooper'), table, { nowSec })).toMatchObject({ udf: alice.udf, host: 'other.example', dns: ['192.0.2.53'], sinceSec: (log.last?.timeSec ?? 0) - 60, ageSec: 5 });
});
