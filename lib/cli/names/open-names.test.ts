import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { makeIdentity, makeRegister, makeRegistry, makeUpdate } from '../../core/assertion/fixtures';
import { toBase64 } from '../../core/bytes/base64';
import { FixtureLog } from '../../core/registry/fixture-log';
import { readRecord } from '../../core/registry/state';
import type { CopyHead } from '../../copy/copy-head';
import { CopyReader } from '../../copy/copy-reader';
import { CopyWriter } from '../../copy/copy-writer';
import { bundleStart } from '../../copy/layout';
import { SNAPSHOT_DIGEST, SNAPSHOT_ITEMS } from '../../copy/snapshot-state';
import { extendCopy } from './copy-for-tests';
import { Names } from './open-names';
import { tablePath } from './table-file';

const world = makeRegistry('open names');
const [alice, bob] = [makeIdentity(world.registry, 'alice'), makeIdentity(world.registry, 'bob')];
const folders: string[] = [];

afterAll(() => {
  for (const folder of folders) rmSync(folder, { force: true, recursive: true });
});

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'mns-names-'));
  folders.push(dir);
  return dir;
}

function grownLog(entries: number): FixtureLog {
  const log = new FixtureLog(world);
  log.seal([makeRegister(world, alice, '@alice-cooper')]);
  while (log.names.length < entries) log.seal([]);
  return log;
}

/** beginAtSnapshot writes a copy that holds the log's state now and nothing before. */
async function beginAtSnapshot(dir: string, log: FixtureLog): Promise<CopyHead> {
  const writer = await CopyWriter.open(dir);
  const size = { names: log.names.length, proofs: log.proofs.length };
  writer.begin(log.edges, { names: log.names.slice(bundleStart(size.names)), proofs: log.proofs.slice(bundleStart(size.proofs)) });
  const items: Uint8Array[] = [];
  log.map.each((key) => {
    const item = log.state.get(key);
    if (item === null) return;
    const numbers = Buffer.alloc(8);
    numbers.writeUIntBE(item.index, 0, 6);
    numbers.writeUInt16BE(item.bytes.length, 6);
    items.push(Uint8Array.from(key), numbers, item.bytes);
  });
  mkdirSync(dirname(join(dir, SNAPSHOT_ITEMS)), { recursive: true });
  writeFileSync(join(dir, SNAPSHOT_ITEMS), Buffer.concat(items));
  writeFileSync(join(dir, SNAPSHOT_DIGEST), createHash('sha256').update(Buffer.concat(items)).digest('hex'));
  const { heads } = log.seals.at(-1) ?? {};
  if (heads === undefined || log.last === null) throw new Error('nothing is sealed');
  const note = log.notes();
  const of = (one: 'names' | 'proofs') => ({ note: note[one], root: toBase64(heads[one].root), size: size[one] });
  const { number: seal, timeSec } = log.last;
  const head: CopyHead = {
    checked: 'followed', from: { proofsSize: size.proofs, seal, size: size.names, tokens: [] }, map: { root: toBase64(log.map.root()), size: log.map.size }, names: of('names'),
    origin: world.origin, proofs: of('proofs'), registry: world.registry, seal, timeSec, updatedSec: timeSec, url: 'http://registry.example',
  };
  await writer.commit(head);
  // the copy goes on from there
  const record = readRecord(log.state, 'alice-cooper')?.entry;
  if (record === undefined) throw new Error('no record');
  log.seal([makeUpdate(world, alice, record, { service: 'new.example' }), makeRegister(world, bob, 'bobby-tables')]);
  for (const one of ['names', 'proofs'] as const) writer.append(one, log[one].slice(size[one]), log.leaves[one].slice(size[one]));
  const next = log.seals.at(-1)?.heads;
  if (next === undefined || log.last === null) throw new Error('nothing is sealed');
  const grown = (one: 'names' | 'proofs') => ({ note: log.notes()[one], root: toBase64(next[one].root), size: next[one].size });
  await writer.commit({ ...head, map: { root: toBase64(log.map.root()), size: log.map.size }, names: grown('names'), proofs: grown('proofs'), seal: log.last.number, timeSec: log.last.timeSec });
  await writer.close();
  return head;
}

test.each([300, 512])('a copy that began at a snapshot of %i entries knows all names; how long ago a tenure began it does not, and says the snapshot or a little later', async (entries) => {
  const dir = folder();
  const log = grownLog(entries);
  const head = await beginAtSnapshot(dir, log);
  for (let start = 0; start < 2; start++) {
    const copy = CopyReader.open(dir);
    const names = await Names.open({ copy, seed: 1 });
    const table = names.table();
    expect(table?.asOf()).toMatchObject({ seal: log.last?.number, size: log.names.length });
    expect(table?.tenure('bobby-tables', 0)).toMatchObject({ sinceSec: log.last?.timeSec, udf: bob.udf });
    const known = table?.tenure('alice-cooper', null);
    expect(known).toMatchObject({ service: 'new.example', udf: alice.udf });
    expect(known?.sinceSec).toBeGreaterThanOrEqual(head.timeSec);
    expect(known?.sinceSec).toBeLessThanOrEqual(log.last?.timeSec ?? 0);
    await names.close();
    copy.close();
  }
  expect(statSync(tablePath(dir)).size).toBeGreaterThan(100);
});

test('a table of another registry, or of a log that went on otherwise, is not used', async () => {
  const [here, there] = [folder(), folder()];
  const [mine, other] = [grownLog(20), grownLog(20)];
  other.seal([makeRegister(world, bob, 'bobby-tables')]);
  mine.seal([]);
  mine.seal([]);
  for (const [dir, log] of [[here, mine], [there, other]] as const) {
    await extendCopy(dir, log);
    const copy = CopyReader.open(dir);
    await (await Names.open({ copy, seed: 1 })).close();
    copy.close();
  }
  rmSync(tablePath(here));
  mkdirSync(dirname(tablePath(here)), { recursive: true });
  writeFileSync(tablePath(here), readFileSync(tablePath(there)));
  const copy = CopyReader.open(here);
  const names = await Names.open({ copy, isOnce: true, seed: 1 });
  expect(names.table()?.tenure('bobby-tables', null)).toBeNull();
  expect(names.table()?.asOf()).toMatchObject({ seal: mine.last?.number });
  await names.close();
  copy.close();
});

test('two who serve one copy in turn and at once save the same table, and later rows are found before and after', async () => {
  const dir = folder();
  const log = grownLog(10);
  await extendCopy(dir, log);
  const copy = CopyReader.open(dir);
  const [one, two] = await Promise.all([Names.open({ copy, seed: 1 }), Names.open({ copy, seed: 2 })]);
  log.seal([makeRegister(world, bob, 'bobby-tables')]);
  await extendCopy(dir, log);
  await Promise.all([one.refresh(), two.refresh()]);
  for (const names of [one, two]) expect(names.table()?.heldBy(bob.udf)).toMatchObject([{ name: 'bobby-tables' }]);
  await Promise.all([one.close(), two.close()]);
  const three = await Names.open({ copy, seed: 3 });
  log.seal([makeRegister(world, bob, 'second-name')]);
  await extendCopy(dir, log);
  await three.refresh();
  expect(three.table()?.heldBy(bob.udf.slice(0, 28)).map(({ name }) => name)).toEqual(['bobby-tables', 'second-name']);
  expect(three.table()?.heldBy(alice.udf)).toMatchObject([{ name: 'alice-cooper' }]);
  await three.close();
  copy.close();
});
