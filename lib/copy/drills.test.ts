import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeIdentity, makeRegister, makeRegistry, makeUpdate } from '../core/assertion/fixtures';
import { toBase64 } from '../core/bytes/base64';
import { Refusal } from '../core/refusal';
import { FixtureLog } from '../core/registry/fixture-log';
import { readRecord } from '../core/registry/state';
import { TILE_WIDTH, type TilePath } from '../core/tlog/tile-path';
import { verifyEvidence } from '../core/validation/verify-evidence';
import { provideFastCrypto } from '../native/fast-hash';
import { CopyReader } from './copy-reader';
import { CopyRefusal } from './copy-refusal';
import { CopyWriter } from './copy-writer';
import { QUICK_DISK } from './disks-for-tests';
import { listEvidence, readEvidence } from './evidence-folder';
import { Follower } from './follow';
import type { LogName } from './layout';
import { showLogs, signedNote, tellLie } from './lies-for-tests';
import { Peers } from './peers';
import { TestSource } from './source-for-tests';

/* A registry that cheats, as a follower meets it. What only a replay can see is drilled with the validator. */

const folders: string[] = [];
beforeAll(() => void provideFastCrypto());
afterAll(() => {
  for (const folder of folders) rmSync(folder, { force: true, recursive: true });
});

const world = makeRegistry('drills');
const alice = makeIdentity(world.registry, 'alice');

function newLog(minutes = 3): FixtureLog {
  const log = new FixtureLog(world);
  log.seal([makeRegister(world, alice, '@alice-cooper')]);
  for (let minute = 1; minute < minutes; minute++) log.seal([]);
  return log;
}

function updated(log: FixtureLog, service: string): void {
  const record = readRecord(log.state, 'alice-cooper')?.entry;
  if (record === undefined) throw new Error('the name is registered');
  log.seal([makeUpdate(world, alice, record, { service })]);
}

interface Drill {
  dir: string;
  source: TestSource;
  follower: Follower;
  writer: CopyWriter;
  files: string[];
  close(): Promise<void>;
}

/** A follower with a good copy of `log`. */
async function drillWith(log: FixtureLog): Promise<Drill> {
  const dir = mkdtempSync(join(tmpdir(), 'mns-drill-'));
  folders.push(dir);
  const source = new TestSource(log);
  const files: string[] = [];
  const writer = await CopyWriter.open(dir, { disk: QUICK_DISK });
  const follower = new Follower({ clock: () => 2_000_000_000, onEvidence: (file) => files.push(file), registry: world.registry, source, stop: new AbortController().signal, writer });
  await follower.step();
  return { close: () => follower.close().then(() => writer.close()), dir, files, follower, source, writer };
}

/** The source's lie is refused with `code`; the good copy is served on as it was; `kind` of evidence, if any, convinces somebody who knows only the registry id. */
async function expectRefused(drill: Drill, log: FixtureLog, code: string, kind: string | null): Promise<void> {
  const { dir, files, follower } = drill;
  await expect(follower.step()).rejects.toMatchObject({ code });
  const reader = CopyReader.open(dir);
  expect(reader.needHead().seal).toBe(log.seals.length - 1);
  expect(reader.names.entries(0, log.names.length).map(toBase64)).toEqual(log.names.map(toBase64));
  reader.close();
  const file = files.at(-1);
  expect(file === undefined ? null : file.split('-')[0]).toBe(kind === null ? null : kind.split('-')[0]);
  if (file === undefined) return;
  const bytes = readEvidence(dir, file) ?? new Uint8Array(0);
  expect(verifyEvidence(bytes, { registry: world.registry })).toMatchObject({ kind, ok: true });
  expect(verifyEvidence(bytes, { registry: makeRegistry('another').registry }).ok).toBe(false);
  expect(listEvidence(dir).map(({ name }) => name)).toContain(file);
}

test('two views of one size: refused, with evidence of the two signed checkpoints', async () => {
  const [log, other] = [newLog(), newLog()];
  updated(log, 'one.example');
  updated(other, 'two.example');
  const drill = await drillWith(log);
  drill.source.show(other);
  await expectRefused(drill, log, 'forked-log', 'fork');
  // The honest view is taken again, and nothing was lost.
  updated(log, 'three.example');
  drill.source.show(log);
  expect(await drill.follower.step()).toBe(true);
  await drill.close();
});

test('a rewritten entry in a larger log: refused, with evidence that the two signed logs don’t fit', async () => {
  const [log, other] = [newLog(), newLog()];
  updated(log, 'one.example');
  updated(other, 'two.example');
  updated(other, 'more.example');
  const drill = await drillWith(log);
  drill.source.show(other);
  await expectRefused(drill, log, 'forked-log', 'fork');
  await drill.close();
});

test('a rollback after a restore: refused while the log is shorter, and once it grows differently there is evidence', async () => {
  const [log, restored] = [newLog(5), newLog(3)];
  const drill = await drillWith(log);
  drill.source.show(restored);
  await expectRefused(drill, log, 'rolled-back', null);
  updated(restored, 'one.example');
  drill.source.show(restored);
  await expectRefused(drill, log, 'forked-log', 'fork');
  updated(restored, 'two.example');
  drill.source.show(restored);
  await expectRefused(drill, log, 'forked-log', 'fork');
  await drill.close();
});

test('a seal with a wrong map root is refused', async () => {
  const log = newLog();
  const drill = await drillWith(log);
  const next = newLog();
  updated(next, 'one.example');
  tellLie(drill.source, next, { seal: (seal) => ({ ...seal, map: { ...seal.map, root: toBase64(new Uint8Array(32)) } }) });
  await expectRefused(drill, log, 'wrong-map', null);
  await drill.close();
});

test('time that goes back is refused, with evidence of the two seals', async () => {
  const log = newLog();
  const drill = await drillWith(log);
  const next = newLog();
  updated(next, 'one.example');
  tellLie(drill.source, next, { seal: (seal) => ({ ...seal, timeSec: (log.last?.timeSec ?? 0) - 1 }) });
  await expectRefused(drill, log, 'time-goes-back', 'time');
  await drill.close();
});

test('a seal from the future is refused', async () => {
  const log = newLog();
  const drill = await drillWith(log);
  const next = newLog();
  updated(next, 'one.example');
  tellLie(drill.source, next, { seal: (seal) => ({ ...seal, timeSec: 2_000_000_121 }) });
  await expectRefused(drill, log, 'wrong-time', null);
  await drill.close();
});

test('a signed checkpoint behind which no seal stands is refused, with evidence', async () => {
  const log = newLog();
  const drill = await drillWith(log);
  const next = newLog();
  updated(next, 'one.example');
  showLogs(drill.source, world, next.names.slice(0, -1), next.proofs);
  await expectRefused(drill, log, 'wrong-seal', 'no-seal');
  await drill.close();
});

test('a signed proof log that is not the one its seal names is refused, with evidence', async () => {
  const [log, other] = [newLog(), newLog()];
  const drill = await drillWith(log);
  updated(log, 'one.example');
  updated(other, 'two.example');
  drill.source.show(log);
  drill.source.logs.proofs.note = signedNote(world, 'proofs', other.proofs);
  await expect(drill.follower.step()).rejects.toMatchObject({ code: 'forked-log' });
  expect(drill.files[0]).toMatch(/^no-seal-/);
  expect(verifyEvidence(readEvidence(drill.dir, drill.files[0] ?? '') ?? new Uint8Array(0), { registry: world.registry }).ok).toBe(true);
  await drill.close();
});

test('a seal that skips a number, covers other proofs, or follows from another seal is refused', async () => {
  const log = newLog();
  const drill = await drillWith(log);
  const next = newLog();
  updated(next, 'one.example');
  tellLie(drill.source, next, { seal: (seal) => ({ ...seal, number: seal.number + 1 }) });
  await expectRefused(drill, log, 'wrong-seal', null);
  tellLie(drill.source, next, { seal: (seal) => ({ ...seal, prev: 0 }) });
  await expectRefused(drill, log, 'wrong-seal', null);
  tellLie(drill.source, next, { seal: (seal) => ({ ...seal, covers: [0, seal.covers[1]] }) });
  await expectRefused(drill, log, 'wrong-seal', null);
  await drill.close();
});

test('a peer that was shown another log is noticed by both, at one size and at two, with evidence', async () => {
  const [log, other] = [newLog(), newLog()];
  updated(log, 'one.example');
  updated(other, 'two.example');
  const drill = await drillWith(log);
  const peers = new Peers();
  const { reader } = drill.writer;
  const same = peers.open('http://peer.example', log.notes().names, drill.follower.policies);
  expect(await peers.compare(same, reader, drill.follower.accused)).toMatchObject({ state: 'same' });
  const head = peers.open('http://peer.example', other.notes().names, drill.follower.policies);
  await expect(peers.compare(head, reader, drill.follower.accused)).rejects.toMatchObject({ code: 'forked-log', evidence: { kind: 'fork' } });
  // A peer that is ahead is compared when the copy is there.
  updated(other, 'more.example');
  const ahead = peers.open('http://peer.example', other.notes().names, drill.follower.policies);
  expect(await peers.compare(ahead, reader, drill.follower.accused)).toMatchObject({ state: 'ahead' });
  updated(log, 'later.example');
  drill.source.show(log);
  await drill.follower.step();
  const [waiting] = peers.waiting(reader);
  if (waiting === undefined) throw new Error('a head waits');
  await expect(peers.compare(waiting, reader, drill.follower.accused)).rejects.toMatchObject({ code: 'forked-log' });
  // What the registry has not signed is no evidence of anything.
  expect(() => peers.open('http://peer.example', new FixtureLog(makeRegistry('stranger')).notes().names, drill.follower.policies)).toThrow(Refusal);
  await drill.close();
});

/** A source that changes what it serves, somewhere, somehow. */
class Noisy extends TestSource {
  noise: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes;

  override async checkpoint(log: LogName): Promise<Uint8Array> {
    return this.noise(await super.checkpoint(log));
  }

  override async tile(log: LogName, tile: TilePath): Promise<Uint8Array> {
    return this.noise(await super.tile(log, tile));
  }
}

test('whatever bytes come over the network are taken as they should be or refused by name, and the copy stays whole', async () => {
  const log = new FixtureLog(world);
  log.seal(Array.from({ length: 40 }, (_, i) => makeRegister(world, makeIdentity(world.registry, `p${i}`), `person-${i}-long`)));
  for (let i = 0; i < TILE_WIDTH; i++) log.seal([]);
  let seed = 11;
  const random = (below: number) => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % below;
  };
  const codes = new Set<string>();
  for (let round = 0; round < 32; round++) {
    const dir = mkdtempSync(join(tmpdir(), 'mns-noise-'));
    folders.push(dir);
    const source = new Noisy(log);
    const at = random(12);
    let answers = 0;
    source.noise = (bytes) => {
      if (answers++ !== at) return bytes;
      const kind = random(4);
      if (kind === 0) return bytes.subarray(0, random(bytes.length));
      if (kind === 1) return Buffer.concat([bytes, Buffer.from([random(256)])]);
      if (kind === 2) return Buffer.from('<html>not found</html>');
      const changed = Uint8Array.from(bytes);
      changed[random(changed.length)] = random(256);
      return changed;
    };
    const writer = await CopyWriter.open(dir, { disk: QUICK_DISK });
    const follower = new Follower({ clock: () => 2_000_000_000, registry: world.registry, source, stop: new AbortController().signal, writer });
    await follower.step().catch((error: unknown) => {
      if (!(error instanceof Refusal) && !(error instanceof CopyRefusal)) throw error;
      codes.add(error.code);
      return null;
    });
    source.noise = (bytes) => bytes;
    await follower.step();
    expect(follower.head).toMatchObject({ names: { note: log.notes().names }, seal: log.seals.length - 1 });
    await follower.close();
    await writer.close();
    expect(readFileSync(join(dir, 'names', 'entries')).length).toBe(log.names.reduce((sum, entry) => sum + 2 + entry.length, 0));
  }
  expect(codes.size).toBeGreaterThan(3);
  // What broke on the way is never taken for what the registry signed.
  expect([...codes].filter((code) => ['forked-log', 'wrong-seal', 'wrong-map', 'time-goes-back'].includes(code))).toEqual([]);
});

test('a changed byte of an entry, or of a hash, is told from a lie of the registry: the bundle, or the tile, is not the one that was signed for', async () => {
  const log = new FixtureLog(world);
  log.seal(Array.from({ length: 20 }, (_, i) => makeRegister(world, makeIdentity(world.registry, `q${i}`), `person-${i}-long`)));
  for (let i = 0; i < TILE_WIDTH; i++) log.seal([]);
  const change = (bytes: Uint8Array) => bytes.with(Math.floor(bytes.length / 2), (bytes[Math.floor(bytes.length / 2)] ?? 0) ^ 1);
  const cases: [name: LogName, level: TilePath['level'], index: number, code: string][] = [
    ['proofs', 'entries', 0, 'bad-bundle'],
    ['names', 'entries', 0, 'bad-bundle'],
    ['names', 0, 0, 'bad-tile'],
    ['names', 0, 1, 'bad-tile'],
    ['proofs', 0, 0, 'bad-tile'],
  ];
  for (const [name, level, index, code] of cases) {
    const dir = mkdtempSync(join(tmpdir(), 'mns-changed-'));
    folders.push(dir);
    const source = new TestSource(log);
    const honest = source.tile.bind(source);
    source.tile = async (asked, tile) => {
      const bytes = await honest(asked, tile);
      return asked === name && tile.level === level && tile.index === index ? change(bytes) : bytes;
    };
    const writer = await CopyWriter.open(dir, { disk: QUICK_DISK });
    const follower = new Follower({ clock: () => 2_000_000_000, registry: world.registry, source, stop: new AbortController().signal, writer });
    await expect(follower.step(), `${name} ${level} ${index}`).rejects.toMatchObject({ code });
    await follower.close();
    await writer.close();
  }
});
