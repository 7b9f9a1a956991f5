import { beforeAll, expect, test } from 'vitest';
import { makeTransfer } from '../assertion/fixture-names';
import * as fixtures from '../assertion/fixtures';
import { compareBytes } from '../bytes/bytes';
import { FixtureLog } from '../registry/fixture-log';
import { parseEntry } from '../registry/parse-entry';
import { encodeEntry, identityKey, nameKey, type RecordEntry, readRecord, stateValue } from '../registry/state';
import { type Finding, Fsck, type StoredPeriod } from './fsck';

const world = fixtures.makeRegistry('fsck');
const alice = fixtures.makeIdentity(world.registry, 'alice');
let log: FixtureLog;
let honest: StoredPeriod[];

beforeAll(() => {
  log = new FixtureLog(world);
  log.seal([fixtures.makeRegister(world, alice, 'alice-cooper'), fixtures.makeReserve(world, 'mine')]);
  // Enough idle minutes to complete a tile of the log of names.
  for (let i = 0; i < 255; i++) log.seal([]);
  honest = log.seals.map((sealed, i) => ({
    leaves: { names: sealed.names.leaves, proofs: sealed.proofs.leaves },
    names: sealed.names.entries,
    ...(i < 3 ? { notes: log.notes(sealed) } : {}),
    proofs: sealed.proofs.entries,
  }));
});

/** stored is the store as it should be; signed notes of the first seals only, since they cost time. */
function stored(): StoredPeriod[] {
  return honest.map((period) => ({ ...period }));
}

/** leaves are the map's stored leaves, in order of key. */
function leaves() {
  const writes = log.seals.flatMap((sealed) => sealed.writes).map(({ key, item }) => ({ index: item.index, key, value: stateValue(item.bytes) }));
  return writes.sort((a, b) => compareBytes(a.key, b.key));
}

interface Damage {
  readonly periods?: StoredPeriod[];
  readonly map?: ReturnType<typeof leaves>;
  readonly tile?: (hashes: Uint8Array) => Uint8Array | null;
  readonly registry?: string;
  readonly heads?: FixtureLog['seals'][number]['heads'];
}

function check({ periods = stored().slice(0, 3), map, tile, registry = world.registry, heads }: Damage): string[] {
  const fsck = new Fsck(registry);
  for (const period of periods) for (const grown of fsck.period(period)) fsck.tile(grown, tile === undefined ? grown.hashes : tile(grown.hashes));
  for (const { key, value, index } of map ?? []) fsck.mapLeaf(key, value, index);
  return fsck.finish({ hasMap: map !== undefined, ...(heads === undefined ? {} : { heads }) }).map(({ code, where }: Finding) => `${code} ${where}`);
}

test('an honest store has no findings', () => {
  expect(check({ heads: log.seals.at(-1)?.heads, map: leaves(), periods: stored() })).toEqual([]);
});

test('a rewritten record is found, and what could not be checked after it is said', () => {
  const periods = stored().slice(0, 3);
  const record = parseEntry(log.names[3] as Uint8Array) as RecordEntry;
  const names = [...(periods[1]?.names ?? [])];
  names[1] = encodeEntry({ ...record, service: 'thief.example' });
  periods[1] = { ...(periods[1] as StoredPeriod), names };
  expect(check({ map: leaves(), periods })).toEqual(['replay-mismatch names/3', 'wrong-leaf names/3', 'wrong-note names/checkpoint/6', 'wrong-note names/checkpoint/7', 'not-checked map']);
});

test('a leaf hash, a tile or a note that is not that of the entries is found', () => {
  const [first, second, third] = stored() as [StoredPeriod, StoredPeriod, StoredPeriod];
  const wrong = new Uint8Array(32);
  expect(check({ periods: [first, { ...second, leaves: { names: second.leaves?.names ?? [], proofs: [wrong, wrong] } }] })).toEqual(['wrong-leaf proofs/1', 'wrong-leaf proofs/2']);
  expect(check({ periods: [first, { ...second, notes: third.notes }] })).toEqual(['wrong-note names/checkpoint/6']);
  expect(check({ periods: [{ ...first, notes: new FixtureLog(fixtures.makeRegistry('other')).notes() }] })).toEqual(['wrong-note names/checkpoint/2', 'wrong-note proofs/checkpoint/1']);
  expect(check({ periods: stored(), tile: () => null })).toEqual(['missing-tile names/tile/0/000']);
  expect(check({ periods: stored(), tile: (hashes) => hashes.map((byte) => byte ^ 1) })).toEqual(['wrong-tile names/tile/0/000']);
});

test('a map that is not that of the logs is found', () => {
  const all = leaves();
  const [first] = all;
  if (first === undefined) throw new Error('the map is not empty');
  const where = `map/${Buffer.from(first.key).toString('hex')}`;
  expect(check({ map: all.slice(1) })).toEqual(['missing-map map']);
  expect(check({ map: [{ ...first, value: first.key }, ...all.slice(1)] })).toEqual([`wrong-map ${where}`]);
  expect(check({ map: [{ ...first, index: 100 }, ...all.slice(1)] })).toEqual([`wrong-map ${where}`]);
  expect(check({ map: [first, ...all] })).toEqual([`wrong-map ${where}`]);
  expect(check({ map: [{ ...first, key: new Uint8Array(32) }, ...all.slice(1)] })).toEqual([`wrong-map map/${'00'.repeat(32)}`]);
});

test('heads that are not those of the entries, and another registry, are found', () => {
  const heads = log.seals[1]?.heads;
  expect(check({ heads })).toEqual(['wrong-head names']);
  const proofs = { root: new Uint8Array(32), size: 3 };
  expect(check({ heads: { names: log.seals[2]?.heads.names ?? proofs, proofs } })).toEqual(['wrong-head proofs']);
  expect(check({ registry: alice.certificate.hash })).toEqual(['other-registry proofs/0']);
  const fsck = new Fsck(null);
  expect(fsck.finish({ open: 2 }).map((one) => one.code)).toEqual(['unsealed-entries']);
});

test('a store that does not say that something waits, or says it where nothing does, is found', () => {
  const name = new FixtureLog(world);
  const bob = fixtures.makeIdentity(world.registry, 'bob');
  name.seal([fixtures.makeRegister(world, alice, 'alice-cooper')]);
  name.seal([makeTransfer(world, alice, bob, readRecord(name.state, 'alice-cooper')?.entry as RecordEntry)]);
  const found = (...keys: Uint8Array[]) => {
    const fsck = new Fsck(world.registry);
    for (const { names, proofs } of name.seals) fsck.period({ names: names.entries, proofs: proofs.entries });
    fsck.waiting(keys);
    return fsck.finish().map(({ code, detail }) => `${code} ${detail}`);
  };
  expect(found(nameKey('alice-cooper'))).toEqual([]);
  expect(found()).toEqual(['missing-map It is not stored that something waits for @alice-cooper.']);
  expect(found(nameKey('alice-cooper'), identityKey(bob.udf))).toEqual(['wrong-map It is stored that something waits here, and nothing does.']);
});
