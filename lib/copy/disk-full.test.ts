import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeIdentity, makeRegister, makeRegistry } from '../core/assertion/fixtures';
import { FixtureLog } from '../core/registry/fixture-log';
import { provideFastCrypto } from '../native/fast-hash';
import { CopyReader } from './copy-reader';
import { CopyWriter } from './copy-writer';
import { isDiskTrouble } from './disk';
import { QUICK_DISK, fullDisk } from './disks-for-tests';
import { Follower } from './follow';
import { TestSource } from './source-for-tests';

const dir = mkdtempSync(join(tmpdir(), 'mns-full-'));
beforeAll(() => void provideFastCrypto());
afterAll(() => rmSync(dir, { force: true, recursive: true }));

test('a disk that runs full at any write leaves the last whole copy, and when there is room the follower, or the next one, goes on', async () => {
  const world = makeRegistry('full');
  const log = new FixtureLog(world);
  for (let minute = 0; minute < 60; minute++) {
    log.seal(minute % 3 === 0 ? [makeRegister(world, makeIdentity(world.registry, `person ${minute}`), `person-${minute}-long`)] : []);
  }
  let seed = 5;
  const random = (below: number) => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % below;
  };
  const source = new TestSource(log);
  const reader = CopyReader.open(dir);
  let failures = 0;
  let committed = -1;
  for (let seal = 0; seal < log.seals.length; seal += 1 + random(3)) {
    source.show(log, seal);
    let isFull = true;
    const writer = await CopyWriter.open(dir, { disk: seal % 5 === 0 ? QUICK_DISK : fullDisk(() => isFull && random(6) === 0) });
    const follower = new Follower({ clock: () => 2_000_000_000, registry: world.registry, source, stop: new AbortController().signal, writer });
    for (let attempt = 0; attempt < 3; attempt++) {
      // The same process tries again, at last with room.
      if (attempt === 2) isFull = false;
      try {
        await follower.step();
      } catch (error) {
        if (!isDiskTrouble(error)) throw error;
        failures += 1;
      }
      const head = reader.head();
      expect(head?.seal ?? -1).toBeGreaterThanOrEqual(committed);
      committed = head?.seal ?? -1;
      if (head !== null) expect(Buffer.concat(reader.names.entries(0, head.names.size)).equals(Buffer.concat(log.names.slice(0, head.names.size)))).toBe(true);
      // Now and then the process ends instead.
      if (random(4) === 0) break;
    }
    isFull = false;
    await follower.close();
    await writer.close();
  }
  expect(failures).toBeGreaterThan(10);
  source.show(log);
  const writer = await CopyWriter.open(dir, { disk: QUICK_DISK });
  const follower = new Follower({ clock: () => 2_000_000_000, registry: world.registry, source, stop: new AbortController().signal, writer });
  await follower.step();
  expect(reader.head()?.seal).toBe(log.seals.length - 1);
  await follower.close();
  await writer.close();
  reader.close();
});
