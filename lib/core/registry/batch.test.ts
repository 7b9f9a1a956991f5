import { expect, test } from 'vitest';
import * as fixtures from '../assertion/fixtures';
import { checkSignatures } from '../assertion/verify';
import { toBase64 } from '../bytes/base64';
import { wholeTreeRoot } from '../map/whole';
import { Refusal } from '../refusal';
import { emptyEdge, appendLeaves, rootOf } from '../tlog/edge';
import { leafHash } from '../tlog/hash';
import { MapTree } from '../map/tree';
import { batch, BEFORE_GENESIS, sealTime } from './batch';
import { FixtureLog } from './fixture-log';
import { parseEntry, parseSeal } from './parse-entry';
import { EMPTY_STATE, encodeEntry, identityKey, nameKey, policyKey, readRecord, stateValue } from './state';

const world = fixtures.makeRegistry('batch');
const alice = fixtures.makeIdentity(world.registry, 'alice');
const bob = fixtures.makeIdentity(world.registry, 'bob');

test('seal 0 holds the genesis alone, and the registry id is the hash of its payload', () => {
  const log = new FixtureLog(world);
  const [policy, seal] = log.names.map(parseEntry);
  expect(policy).toMatchObject({ hash: world.registry, number: 0, registry: world.registry, type: 'policy' });
  expect(seal).toMatchObject({ covers: [0, 1], map: { size: 1 }, number: 0, prev: null, timeSec: fixtures.FIXTURE_TIME_SEC, type: 'seal' });
  const register = checkSignatures(fixtures.makeRegister(world, alice, 'alice-cooper'));
  expect(() => batch({ ...BEFORE_GENESIS, map: new MapTree(), pending: [register], state: EMPTY_STATE, timeSec: 1 })).toThrow('seal 0 holds the genesis alone');
});

test('in a seal each assertion is followed by the entries it makes, the seal comes last and commits to all of it', () => {
  const log = new FixtureLog(world);
  const sealed = log.seal([fixtures.makeRegister(world, alice, 'alice-cooper'), fixtures.makeRegister(world, bob, 'bob-cooper'), fixtures.makeReserve(world, 'mine')]);
  expect(sealed.names.entries.map((bytes) => parseEntry(bytes).type)).toEqual(['identity', 'record', 'identity', 'record', 'reserved', 'seal']);
  expect(sealed.accepted).toEqual([
    { hash: expect.any(String), names: [2, 4], proofIndex: 1 },
    { hash: expect.any(String), names: [4, 6], proofIndex: 2 },
    { hash: expect.any(String), names: [6, 7], proofIndex: 3 },
  ]);
  const seal = parseSeal(log.names.at(-1) as Uint8Array);
  expect(seal).toEqual(sealed.seal);
  expect(seal.covers).toEqual([1, 4]);
  expect(seal.prev).toBe(1);
  expect(seal.proofs).toEqual({ root: toBase64(rootOf(appendLeaves(emptyEdge(), log.proofs.map(leafHash)).edge)), size: 4 });
  const pairs = [
    [policyKey(), 0],
    [identityKey(alice.udf), 2],
    [nameKey('alice-cooper'), 3],
    [identityKey(bob.udf), 4],
    [nameKey('bob-cooper'), 5],
  ] as const;
  const values = pairs.map(([key, index]) => ({ key, value: stateValue(log.names[index] as Uint8Array) }));
  expect(wholeTreeRoot([...values, ...sealed.mapWrites.filter((write) => log.state.get(write.key)?.index === 6)])).toEqual(sealed.staged.root);
  expect(sealed.seal.map).toEqual({ root: toBase64(sealed.staged.root), size: 6 });
  expect(sealed.checkpoints.names.text).toBe(`registry.example/tlog/names\n8\n${toBase64(sealed.heads.names.root)}\n`);
  expect(sealed.checkpoints.proofs.text).toBe(`registry.example/tlog/proofs\n4\n${toBase64(sealed.heads.proofs.root)}\n`);
  expect(rootOf(appendLeaves(emptyEdge(), log.names.map(leafHash)).edge)).toEqual(sealed.heads.names.root);
});

test('a bad assertion is refused alone and never sinks its seal', () => {
  const log = new FixtureLog(world);
  const first = fixtures.makeRegister(world, alice, 'alice-cooper');
  const sealed = log.seal([first, fixtures.makeRegister(world, bob, 'alice-cooper'), first, fixtures.makeRegister(world, bob, 'bob-cooper', { notAfter: 1 }), fixtures.makeRegister(world, bob, 'bob-cooper')]);
  expect(sealed.refused.map((one) => one.code)).toEqual(['name-taken', 'name-taken', 'expired']);
  expect(sealed.accepted.map((one) => one.proofIndex)).toEqual([1, 2]);
  expect(readRecord(log.state, 'alice-cooper')?.entry.udf).toBe(alice.udf);
  expect(log.seal([first]).refused.map((one) => one.code)).toEqual(['name-taken']);
});

test('an idle minute is sealed too: the proof log and the map stay, the name log grows by its seal', () => {
  const log = new FixtureLog(world);
  const before = log.seals.at(-1);
  const sealed = log.seal([]);
  expect(sealed.seal).toMatchObject({ covers: [1, 1], map: before?.seal.map, proofs: before?.seal.proofs });
  expect(sealed.names.entries).toHaveLength(1);
});

test('time never goes back', () => {
  const log = new FixtureLog(world);
  const { due, edges, last, map, state } = log;
  const timeSec = last?.timeSec ?? 0;
  for (const wrong of [timeSec, timeSec - 1]) {
    expect(() => batch({ due, edges, last, map, pending: [], state, timeSec: wrong })).toThrow(Refusal);
  }
  expect(sealTime(last, timeSec - 500)).toBe(timeSec + 1);
  expect(sealTime(last, timeSec + 500)).toBe(timeSec + 500);
});

test('the same input gives the same seal, and an aborted one leaves no trace', () => {
  const log = new FixtureLog(world);
  const { due, edges, last, map, state } = log;
  const pending = [checkSignatures(fixtures.makeRegister(world, alice, 'alice-cooper'))];
  const rootBefore = map.root();
  const run = () => {
    const sealed = batch({ due, edges, last, map, pending, state, timeSec: fixtures.FIXTURE_TIME_SEC + 60 });
    sealed.staged.abort();
    return { checkpoints: sealed.checkpoints, heads: sealed.heads, names: sealed.names, proofs: sealed.proofs, seal: sealed.seal };
  };
  expect(run()).toEqual(run());
  expect(map.root()).toEqual(rootBefore);
  expect(log.state.size).toBe(1);
});

test('what an entry says survives parsing, byte for byte', () => {
  const log = new FixtureLog(world);
  const mark = { classes: [9, 42], number: '018', office: 'EUIPO', owner: 'Zoë' };
  const record = log.seal([fixtures.makeRegister(world, alice, 'Alice Cooper', { dns: ['192.0.2.1', '2001:db8::1'], service: null }), fixtures.makeMark(world, 'zoe', mark)]);
  const policy = fixtures.makePolicy(world, { ...world.policy, periodSec: 30 }, 1, world.registry);
  log.seal([policy]);
  expect(record.refused).toEqual([]);
  for (const bytes of log.names) expect(encodeEntry(parseEntry(bytes))).toEqual(bytes);
});
