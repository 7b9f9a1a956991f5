import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cosign, makeValidatorKey } from '../core/assertion/fixture-tokens';
import { makeIdentity, makeRegister, makeRegistry, makeUpdate } from '../core/assertion/fixtures';
import { toBase64 } from '../core/bytes/base64';
import { toHex } from '../core/bytes/hex';
import { sha256 } from '../core/bytes/sha256';
import { parseNote } from '../core/note/note';
import { FixtureLog } from '../core/registry/fixture-log';
import { nameKey, readRecord } from '../core/registry/state';
import { SNAPSHOT_FORMAT, SnapshotCutter, encodeSnapshotList } from '../core/validation/snapshot-file';
import type { TokenPolicy } from '../core/validation/token-policy';
import { provideFastCrypto } from '../native/fast-hash';
import { CopyReader } from './copy-reader';
import { CopyWriter } from './copy-writer';
import { QUICK_DISK } from './disks-for-tests';
import { Follower } from './follow';
import { findDamage } from './repair';
import { TestSource } from './source-for-tests';
import { startFromSnapshot } from './start-from-snapshot';
import { StateIndex } from './state-index';

const folders: string[] = [];
beforeAll(() => void provideFastCrypto());
afterAll(() => {
  for (const folder of folders) rmSync(folder, { force: true, recursive: true });
});

const world = makeRegistry('snapshot');
const validators = ['v1', 'v2', 'v3'].map(makeValidatorKey);
const policy: TokenPolicy = { maxAgeSec: 600, threshold: 2, validators: validators.map(({ vkey }) => ({ name: vkey.name, url: null, vkey })) };
const alice = makeIdentity(world.registry, 'alice');

/** A log whose size is not a multiple of a tile, and one whose size is. */
function grownLog(entries: number): FixtureLog {
  const log = new FixtureLog(world);
  log.seal([makeRegister(world, alice, '@alice-cooper')]);
  log.seal(Array.from({ length: 20 }, (_, i) => makeRegister(world, makeIdentity(world.registry, `p${i}`), `person-${i}-long`)));
  while (log.names.length < entries) log.seal([]);
  return log;
}

/** snapshotOf puts a snapshot of the log's newest seal, signed by some validators, into what a source serves. */
function snapshotOf(source: TestSource, log: FixtureLog, signers: number): void {
  const seal = log.seals.length - 1;
  const cutter = new SnapshotCutter(seal, 8_192);
  const parts = [];
  const keys: Uint8Array[] = [];
  log.map.each((key) => keys.push(key));
  for (const key of keys) {
    const item = log.state.bytesOf(key);
    if (item === null) throw new Error('the state has every key of the map');
    parts.push(cutter.push({ ...item, key }));
  }
  parts.push(cutter.finish());
  const cut = parts.filter((part) => part !== null);
  const { heads, seal: entry } = log.seals.at(-1) ?? {};
  if (heads === undefined || entry === undefined) throw new Error('something is sealed');
  const notes = log.notes();
  const head = (name: 'names' | 'proofs') => ({ note: notes[name], root: toBase64(heads[name].root), size: heads[name].size });
  source.files.set('snapshots/newest', encodeSnapshotList({ format: SNAPSHOT_FORMAT, map: entry.map, names: head('names'), parts: cut.map(({ part }) => part), proofs: head('proofs'), registry: world.registry, seal }));
  for (const { bytes, part } of cut) source.files.set(`snapshots/${part.path}`, bytes);
  const { text } = parseNote(notes.names);
  source.notesBySize.set(heads.names.size, notes.names + validators.slice(0, signers).map((one) => cosign(one, text, entry.timeSec + 5).line).join(''));
}

async function begin(source: TestSource, registry = world.registry) {
  const dir = mkdtempSync(join(tmpdir(), 'mns-snapshot-'));
  folders.push(dir);
  const writer = await CopyWriter.open(dir, { disk: QUICK_DISK });
  try {
    return { dir, ...(await startFromSnapshot({ clock: () => 2_000_000_000, onProgress: () => undefined, policy, registry, source, writer })) };
  } finally {
    await writer.close();
  }
}

test.each([300, 512])('a copy that began at a snapshot of %i entries follows on, answers every name, and holds what it says it holds', async (entries) => {
  const log = grownLog(entries);
  const source = new TestSource(log);
  snapshotOf(source, log, 2);
  const { dir, head, tokens } = await begin(source);
  const begun = CopyReader.open(dir);
  // Whoever replays on from here needs the seal it begins behind.
  expect(toBase64(begun.names.entry(entries - 1))).toBe(toBase64(log.names.at(-1) ?? new Uint8Array()));
  begun.close();
  expect(tokens.names).toEqual(['v1.example', 'v2.example']);
  expect(head.from).toMatchObject({ seal: log.seals.length - 1, size: log.names.length, tokens: tokens.names });
  const record = readRecord(log.state, 'alice-cooper')?.entry;
  if (record === undefined) throw new Error('the name is registered');
  for (let minute = 0; minute < 4; minute++) {
    log.seal(minute === 1 ? [makeUpdate(world, alice, record, { service: 'new.example' })] : []);
    source.show(log);
    // A new process each minute: what was saved must be found again.
    const writer = await CopyWriter.open(dir, { disk: QUICK_DISK });
    const follower = new Follower({ clock: () => 2_000_000_000, registry: world.registry, source, stop: new AbortController().signal, writer });
    expect(await follower.step()).toBe(true);
    expect(toBase64(follower.state.map.root())).toBe(toBase64(log.map.root()));
    await (minute % 2 === 0 ? follower.close() : Promise.resolve());
    await writer.close();
  }
  const reader = CopyReader.open(dir);
  const index = StateIndex.open(reader);
  expect(readRecord(index.stateReader(), 'alice-cooper')?.entry.service).toBe('new.example');
  expect(index.bytesOf(nameKey('person-7-long'))).toEqual({ bytes: Buffer.from(log.state.bytesOf(nameKey('person-7-long'))?.bytes ?? []), index: log.state.bytesOf(nameKey('person-7-long'))?.index });
  expect(() => reader.names.entry(0)).toThrow('not-in-copy');
  expect(toBase64(reader.names.entry(log.names.length - 1))).toBe(toBase64(log.names.at(-1) ?? new Uint8Array()));
  reader.close();
  const items = join(dir, 'snapshot', 'items');
  const bytes = readFileSync(items);
  writeFileSync(items, bytes.with(bytes.length - 20, (bytes.at(-20) ?? 0) ^ 1));
  const again = CopyReader.open(dir);
  expect(() => StateIndex.open(again).bytesOf(nameKey('person-7-long'))).toThrow('snapshot/items');
  again.close();
  expect(findDamage(dir)).toEqual([expect.stringContaining('snapshot/items')]);
});

test('too few tokens, another registry, a changed part, a missing part and a state that is not the sealed one are refused, and there is no copy', async () => {
  const log = grownLog(300);
  const fresh = (signers = 2) => {
    const source = new TestSource(log);
    snapshotOf(source, log, signers);
    return source;
  };
  await expect(begin(fresh(1))).rejects.toMatchObject({ code: 'too-few-tokens' });
  await expect(begin(fresh(), makeRegistry('another').registry)).rejects.toMatchObject({ code: 'wrong-registry' });
  await expect(begin(new TestSource(log))).rejects.toMatchObject({ code: 'bad-snapshot' });
  const changed = fresh();
  const [path = '', bytes = new Uint8Array()] = [...changed.files].find(([name]) => name.endsWith('/1')) ?? [];
  changed.files.set(path, bytes.with(100, (bytes[100] ?? 0) ^ 1));
  await expect(begin(changed)).rejects.toMatchObject({ code: 'bad-snapshot' });
  changed.files.delete(path);
  await expect(begin(changed)).rejects.toMatchObject({ code: 'bad-snapshot' });
  // Another state in parts that the list names rightly.
  const source = fresh();
  const list = JSON.parse(Buffer.from(source.files.get('snapshots/newest') ?? []).toString()) as { parts: { path: string; sha256: string }[] };
  const [part] = list.parts;
  if (part === undefined) throw new Error('there is a part');
  const text = Buffer.from(source.files.get(`snapshots/${part.path}`) ?? []).toString('latin1');
  const lie = Buffer.from(text.replace('provider.example', 'provider.exbmple'), 'latin1');
  source.files.set(`snapshots/${part.path}`, lie);
  part.sha256 = toHex(sha256(lie));
  source.files.set('snapshots/newest', Buffer.from(JSON.stringify(list)));
  await expect(begin(source)).rejects.toMatchObject({ code: 'wrong-map' });
});
