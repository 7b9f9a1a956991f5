import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { makeRegistry } from '../core/assertion/fixtures';
import { FixtureLog } from '../core/registry/fixture-log';
import { CopyReader } from './copy-reader';
import { CopyWriter } from './copy-writer';
import { Follower } from './follow';
import { TestSource } from './source-for-tests';

const dir = mkdtempSync(join(tmpdir(), 'mns-head-'));
afterAll(() => rmSync(dir, { force: true, recursive: true }));

/** A checkpoint under which somebody on the way has put a signature of nobody's, as long as he likes. */
function stuffed(note: Uint8Array, bytes: number): Uint8Array {
  return Buffer.concat([note, Buffer.from(`— stuffing.example ${Buffer.alloc(bytes, 1).toString('base64')}\n`)]);
}

test('a checkpoint with more under it than a head can hold is refused, and the copy stays readable', async () => {
  const world = makeRegistry();
  const log = new FixtureLog(world);
  log.seal([]);
  const source = new TestSource(log);
  const writer = await CopyWriter.open(dir);
  const follower = new Follower({ clock: () => 2_000_000_000, registry: world.registry, source, stop: new AbortController().signal, writer });
  await follower.step();
  log.seal([]);
  source.show(log);
  const honest = source.checkpoint.bind(source);
  source.checkpoint = async (which) => stuffed(await honest(which), 60_000);
  await expect(follower.step()).rejects.toMatchObject({ code: 'too-large' });
  expect(CopyReader.open(dir).head()?.seal).toBe(writer.head?.seal);
  source.checkpoint = async (which) => stuffed(await honest(which), 20_000);
  expect(await follower.step()).toBe(true);
  expect(CopyReader.open(dir).head()?.seal).toBe(writer.head?.seal);
  await follower.close();
  await writer.close();
});
