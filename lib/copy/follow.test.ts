import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeIdentity, makePolicy, makeRegister, makeRegistry, makeUpdate, pairOf } from '../core/assertion/fixtures';
import { toBase64 } from '../core/bytes/base64';
import { FixtureLog } from '../core/registry/fixture-log';
import { nameKey, policyKey, readPolicy, readRecord } from '../core/registry/state';
import { provideFastCrypto } from '../native/fast-hash';
import { CopyReader } from './copy-reader';
import { CopyWriter } from './copy-writer';
import { cutToCommon } from './cut-back';
import { Follower, type FollowOptions } from './follow';
import { signedNote } from './lies-for-tests';
import { repairCopy } from './repair';
import { TestSource } from './source-for-tests';
import { StateIndex } from './state-index';

const folders: string[] = [];
beforeAll(() => void provideFastCrypto());
afterAll(() => {
  for (const folder of folders) rmSync(folder, { force: true, recursive: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mns-follow-'));
  folders.push(folder);
  return folder;
}

const world = makeRegistry();

/** A registry with some minutes behind it: more than two tiles of names, an update, idle minutes, a policy that changes the log keys. */
function grownLog(): FixtureLog {
  const log = new FixtureLog(world);
  for (let minute = 0; minute < 8; minute++) {
    log.seal(Array.from({ length: 20 }, (_, i) => makeRegister(world, makeIdentity(world.registry, `person ${minute} ${i}`), `name-${minute}-${i}-long`)));
    log.seal([]);
  }
  const record = readRecord(log.state, 'name-0-0-long')?.entry;
  if (record === undefined) throw new Error('the name is registered');
  log.seal([makeUpdate(world, makeIdentity(world.registry, 'person 0 0'), record, { service: 'new.example' })]);
  return log;
}

const log = grownLog();

interface Following {
  writer: CopyWriter;
  follower: Follower;
  close(): Promise<void>;
}

async function following(dir: string, source: TestSource, more: Partial<FollowOptions> = {}): Promise<Following> {
  const writer = await CopyWriter.open(dir);
  const follower = new Follower({ clock: () => 2_000_000_000, registry: world.registry, source, stop: new AbortController().signal, writer, ...more });
  return {
    async close() {
      await follower.close();
      await writer.close();
    },
    follower,
    writer,
  };
}

function expectWhole(dir: string, expected: FixtureLog): void {
  const reader = CopyReader.open(dir);
  const head = reader.needHead();
  expect({ names: head.names.size, proofs: head.proofs.size, seal: head.seal }).toEqual({ names: expected.names.length, proofs: expected.proofs.length, seal: expected.seals.length - 1 });
  expect(reader.names.entries(0, head.names.size).map(toBase64)).toEqual(expected.names.map(toBase64));
  expect(reader.proofs.entries(0, head.proofs.size).map(toBase64)).toEqual(expected.proofs.map(toBase64));
  const index = StateIndex.open(reader);
  for (const key of [nameKey('name-0-0-long'), policyKey()]) expect(index.bytesOf(key)?.index).toBe(expected.state.bytesOf(key)?.index);
  expect(index.bytesOf(nameKey('nobody'))).toBeNull();
  expect(index.count).toBe(expected.map.size);
  reader.close();
}

test('a copy made from nothing holds both logs entry for entry, and the index finds the newest entry of each key', async () => {
  const dir = newFolder();
  const one = await following(dir, new TestSource(log));
  expect(await one.follower.step()).toBe(true);
  expect(await one.follower.step()).toBe(false);
  expect(one.follower.head?.names.note).toBe(log.notes().names);
  expect(one.follower.head?.proofs.note).toBe(log.notes().proofs);
  await one.close();
  expectWhole(dir, log);
});

test('a copy that follows seal by seal, stopped and opened again between, is the same as one made at once', async () => {
  const dir = newFolder();
  const source = new TestSource(log);
  for (let seal = 0; seal < log.seals.length; seal += 3) {
    const one = await following(dir, source);
    source.show(log, seal);
    await one.follower.step();
    source.show(log, Math.min(seal + 1, log.seals.length - 1));
    await one.follower.step();
    if (seal % 2 === 0) await one.close();
    else await one.writer.close();
  }
  const last = await following(dir, source);
  source.show(log);
  await last.follower.step();
  expect(toBase64(last.follower.state.map.root())).toBe(toBase64(log.map.root()));
  await last.close();
  expectWhole(dir, log);
});

test('a reader beside the writer sees each new head, and never what is not committed', async () => {
  const dir = newFolder();
  const source = new TestSource(log);
  source.show(log, 0);
  const reader = CopyReader.open(dir);
  expect(reader.head()).toBeNull();
  const one = await following(dir, source);
  await one.follower.step();
  expect(reader.head()?.seal).toBe(0);
  source.show(log);
  await one.follower.step();
  expect(reader.names.size).toBe(log.seals[0]?.heads.names.size);
  expect(reader.head()?.seal).toBe(log.seals.length - 1);
  reader.close();
  await one.close();
});

test('only one process writes: a second writer is refused, and the copy is free again after the first', async () => {
  const dir = newFolder();
  const first = await CopyWriter.open(dir);
  await expect(CopyWriter.open(dir)).rejects.toMatchObject({ code: 'copy-locked' });
  await first.close();
  await (await CopyWriter.open(dir)).close();
});

test('a change of the log keys is followed through the policy that announced it', async () => {
  const changing = makeRegistry('changing');
  const other = new FixtureLog(changing);
  const newKeys = makeRegistry('successor', { origin: changing.origin });
  const policy = readPolicy(other.state)?.entry;
  if (policy === undefined) throw new Error('there is a policy');
  const successor = { ...policy.policy, logs: newKeys.policy.logs };
  other.seal([makePolicy(changing, successor, 1, policy.hash)]);
  other.seal([], 60);
  // Its delay passes in seconds and in seals: half as many as the periods that fit into it.
  const delaySec = readPolicy(other.state)?.entry.pending[0]?.delaySec ?? 0;
  const seals = Math.ceil(delaySec / policy.policy.periodSec / 2);
  expect(seals).toBeGreaterThan(0);
  const dir = newFolder();
  const source = new TestSource(other);
  const one = await following(dir, source, { registry: changing.registry });
  await one.follower.step();
  expect(one.follower.policies.keys('names').map(({ publicKey }) => toBase64(publicKey))).toEqual([changing.logs.names.text, newKeys.logs.names.text]);
  await one.close();
  const stranger = new FixtureLog(makeRegistry('stranger', { origin: changing.origin }));
  source.logs.names.note = stranger.notes().names;
  const again = await following(dir, source, { registry: changing.registry });
  await expect(again.follower.step()).rejects.toMatchObject({ code: 'untrusted-note' });
  await again.close();
});

test('a source with another registry than the pinned one is refused, and nothing is copied', async () => {
  const dir = newFolder();
  const one = await following(dir, new TestSource(log), { registry: pairOf('somebody else').text });
  await expect(one.follower.step()).rejects.toMatchObject({ code: 'wrong-registry' });
  expect(one.follower.head).toBeNull();
  await one.close();
});

test('files that are cut short, changed or gone are found and named when the copy is opened or read', async () => {
  const dir = newFolder();
  const one = await following(dir, new TestSource(log));
  await one.follower.step();
  await one.close();
  const entries = join(dir, 'names', 'entries');
  const size = statSync(entries).size;
  truncateSync(entries, size - 1);
  await expect(CopyWriter.open(dir)).rejects.toMatchObject({ code: 'damaged-copy', detail: expect.stringContaining('names/entries') });
  const reader = CopyReader.open(dir);
  reader.needHead();
  expect(() => reader.names.entry(log.names.length - 1)).toThrow('names/entries');
  expect(toBase64(reader.names.entry(3))).toBe(toBase64(log.names[3] ?? new Uint8Array()));
  writeFileSync(join(dir, 'names', '0'), Buffer.alloc(log.names.length * 32));
  expect(() => reader.names.entry(3)).toThrow('leaf hash');
  expect(() => CopyReader.open(dir).head()).toThrow('root');
  reader.close();
});

test('a damaged copy goes back to the last seal before the damage and is fetched again from there, but only from the log it had seen', async () => {
  const dir = newFolder();
  const source = new TestSource(log);
  const one = await following(dir, source);
  await one.follower.step();
  await one.close();
  const entries = join(dir, 'names', 'entries');
  const bytes = readFileSync(entries);
  // Within the second bundle.
  const at = CopyReader.open(dir).names.startOf(270) + 40;
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(entries, bytes);
  const repair = await repairCopy(dir);
  expect(repair.found).toEqual([expect.stringContaining('names/entries: entry 270')]);
  expect(repair.seal).toBeGreaterThan(5);
  expect(repair.lost).toBeLessThan(log.names.length + log.proofs.length);
  // Another history that agrees with what is left, but not with what was there.
  const old = new TestSource(log);
  old.show(log, (repair.seal ?? 0) + 1);
  const rolled = await following(dir, old);
  await expect(rolled.follower.step()).rejects.toMatchObject({ code: 'rolled-back' });
  await rolled.close();
  const again = await following(dir, source);
  expect(await again.follower.step()).toBe(true);
  await again.close();
  expectWhole(dir, log);
  expect((await repairCopy(dir)).found).toEqual([]);
});

test('every file of a copy may be cut at any place: the repair finds it, and what is fetched again is the same copy', async () => {
  const dir = newFolder();
  const source = new TestSource(log);
  const first = await following(dir, source);
  await first.follower.step();
  await first.close();
  for (const file of ['names/entries', 'names/offsets', 'names/0', 'names/1', 'proofs/entries', 'proofs/offsets', 'proofs/0', 'head.json']) {
    const path = join(dir, file);
    truncateSync(path, Math.floor(statSync(path).size / 3));
    expect((await repairCopy(dir)).found.join()).toContain(file);
    const again = await following(dir, source);
    expect(await again.follower.step()).toBe(true);
    await again.close();
    expectWhole(dir, log);
  }
});

test('a long copy is committed on the way, each time at a signed seal; interrupted, it goes on from there', async () => {
  const dir = newFolder();
  const source = new TestSource(log);
  const stop = new AbortController();
  const heads: number[] = [];
  const reader = CopyReader.open(dir);
  const one = await following(dir, source, {
    commitBytes: 20_000,
    onProgress: () => {
      const seal = reader.head()?.seal;
      if (seal !== undefined && seal !== heads.at(-1)) heads.push(seal);
      if (heads.length === 3) stop.abort();
    },
    stop: stop.signal,
  });
  await expect(one.follower.step()).rejects.toMatchObject({ code: 'unreachable' });
  expect(heads).toHaveLength(3);
  const head = reader.needHead();
  expect(head.seal).toBe(heads[2]);
  expect(head.names.note).toBe(log.notes(log.seals[head.seal]).names);
  await one.close();
  const before = source.requests;
  const again = await following(dir, source, { commitBytes: 20_000 });
  await again.follower.step();
  expect(source.requests - before).toBeLessThan(20);
  await again.close();
  expectWhole(dir, log);
  reader.close();
});

test('a checkpoint on the way that is signed for another log than the one served is refused, with evidence', async () => {
  const source = new TestSource(log);
  for (const { heads } of log.seals.slice(1, -1)) source.notesBySize.set(heads.names.size, signedNote(world, 'names', log.names.slice(1, heads.names.size + 1)));
  const files: string[] = [];
  const one = await following(newFolder(), source, { commitBytes: 20_000, onEvidence: (file) => files.push(file) });
  await expect(one.follower.step()).rejects.toMatchObject({ code: 'forked-log' });
  expect(one.follower.head).toBeNull();
  expect(files).toEqual([expect.stringMatching(/^fork-/)]);
  await one.close();
});

test('a registry that continues the one followed is refused until its id is accepted; then the copy goes on, from its own history only', async () => {
  const forked = new FixtureLog(makeRegistry('dying'));
  const { registry } = forked.world;
  forked.seal([makeRegister(forked.world, makeIdentity(registry, 'alice'), '@alice-cooper')]);
  forked.seal([]);
  const dir = newFolder();
  const source = new TestSource(forked);
  const old = await following(dir, source, { registry });
  await old.follower.step();
  await old.close();
  forked.continueAs('successor');
  forked.seal([]);
  source.show(forked);
  source.registry = forked.world.registry;
  const pinned = await following(dir, source, { registry });
  await expect(pinned.follower.step()).rejects.toMatchObject({ code: 'untrusted-note' });
  await pinned.close();
  const accepted = await following(dir, source, { registry: forked.world.registry });
  expect(await accepted.follower.step()).toBe(true);
  expect(accepted.follower.head).toMatchObject({ origin: 'successor.example', registry: forked.world.registry });
  expect(await accepted.follower.step()).toBe(false);
  await accepted.close();
  // From nothing, by the new id alone; a source that doesn't even claim to have it is not read to its end.
  const fresh = await following(newFolder(), source, { registry: forked.world.registry });
  expect(await fresh.follower.step()).toBe(true);
  await fresh.close();
  source.registry = registry;
  const doubted = await following(newFolder(), source, { registry: forked.world.registry });
  await expect(doubted.follower.step()).rejects.toMatchObject({ code: 'wrong-registry' });
  await doubted.close();
});

test('where the new registry goes on from an older copy, only the seals that they share are kept', async () => {
  const make = (minutes: number) => {
    const one = new FixtureLog(makeRegistry('dying'));
    for (let i = 0; i < minutes; i++) one.seal([]);
    return one;
  };
  const dir = newFolder();
  const longer = make(6);
  const { registry } = longer.world;
  const one = await following(dir, new TestSource(longer), { registry });
  await one.follower.step();
  await one.close();
  const shorter = make(4);
  shorter.continueAs('successor');
  const source = new TestSource(shorter);
  source.registry = shorter.world.registry;
  const refused = await following(dir, source, { registry: shorter.world.registry });
  await expect(refused.follower.step()).rejects.toMatchObject({ code: expect.stringMatching(/rolled-back|forked-log/) });
  await refused.close();
  expect(await cutToCommon(dir, source)).toBe(2);
  const again = await following(dir, source, { registry: shorter.world.registry });
  expect(await again.follower.step()).toBe(true);
  expect(again.follower.head?.seal).toBe(5);
  await again.close();
  expect(await cutToCommon(dir, new TestSource(new FixtureLog(makeRegistry('stranger'))))).toBeNull();
});
