import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { makeIdentity, makeRegister, makeRegistry } from '../../core/assertion/fixtures';
import { FixtureLog } from '../../core/registry/fixture-log';
import { OLD_COPY_SEC } from '../../core/resolution/warnings';
import { testIo } from '../io-for-tests';
import { copyOf } from '../messages/provider-for-tests';
import { holderOf } from './holder';

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
