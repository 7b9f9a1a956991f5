import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { makeIdentity, makeRegister, makeRegistry } from '../../core/assertion/fixtures';
import { equalBytes } from '../../core/bytes/bytes';
import { FixtureLog } from '../../core/registry/fixture-log';
import { type Ended, nameKey, readRecord, type StateReader } from '../../core/registry/state';
import { OLD_COPY_SEC } from '../../core/resolution/warnings';
import { testIo } from '../io-for-tests';
import { copyOf } from '../messages/provider-for-tests';
import { holderIn, holderOf } from './holder';

const dir = mkdtempSync(join(tmpdir(), 'mns-holder-'));
afterAll(() => rmSync(dir, { force: true, recursive: true }));

test('who holds a name by a copy that is old is said with its age', async () => {
  const world = makeRegistry('holder');
  const log = new FixtureLog(world);
  const alice = makeIdentity(world.registry, 'alice');
  log.seal([makeRegister(world, alice, 'alice-has-this')]);
  const copied = await copyOf(dir, log);
  const sealedSec = log.last?.timeSec ?? 0;
  const ask = async (timeSec: number) => {
    const io = testIo({ timeSec });
    expect(await holderOf({ positionals: [], values: { data: dir } }, io, 'alice-has-this', null)).toMatchObject({ udf: alice.udf });
    return io.errLines.join();
  };
  expect(await ask(sealedSec + 30)).toBe('');
  expect(await ask(sealedSec + OLD_COPY_SEC)).toContain('old');
  await copied.close();
});

test('a tenure that was sold or not paid for has no holder any more whose certificates count; one that ended by reassignment has', () => {
  const world = makeRegistry('ended');
  const log = new FixtureLog(world);
  log.seal([makeRegister(world, makeIdentity(world.registry, 'alice'), 'alice-has-this')]);
  const found = readRecord(log.state, 'alice-has-this');
  if (found === null) throw new Error('the name is registered');
  const state = (ended: Ended): StateReader => ({
    get: (key) => (equalBytes(key, nameKey('alice-has-this')) ? { ...found, bytes: new Uint8Array(0), entry: { ...found.entry, ended } } : log.state.get(key)),
  });
  for (const ended of ['transfer', 'unpaid'] as const) expect(() => holderIn(state(ended), 'alice-has-this', null)).toThrow(/not-reachable/);
  for (const ended of ['reassignment', null] as const) expect(holderIn(state(ended), 'alice-has-this', null).udf).toBe(found.entry.udf);
});
