import { expect, test } from 'vitest';
import * as fixtures from '../assertion/fixtures';
import { makeTokens, makeValidator, makeValidatorKey, sealTokens } from '../assertion/fixture-tokens';
import { parseAssertion, type ParsedAssertion } from '../assertion/parse';
import { DEFAULT_DELAYS } from '../assertion/policy-defaults';
import { describe } from '../assertion/sentence';
import { toBase64 } from '../bytes/base64';
import type { Json } from '../bytes/canonical-json';
import { FixtureLog } from '../registry/fixture-log';
import { readPolicy, readRecord, type RecordEntry } from '../registry/state';
import { fixtureProof } from './fixture-proof';
import { verifyStateProof } from './light-client';
import { Replayer } from './replay';

const world = fixtures.makeRegistry('before');
const alice = fixtures.makeIdentity(world.registry, 'alice');

/** begin is a registry that has died with one name registered. */
function begin(): FixtureLog {
  const log = new FixtureLog(world);
  log.seal([fixtures.makeRegister(world, alice, '@alice-goes-on', { service: 'one.example' })]);
  return log;
}

function recordOf(log: FixtureLog): RecordEntry {
  const record = readRecord(log.state, 'alice-goes-on')?.entry;
  if (record === undefined) throw new Error('alice has her name');
  return record;
}

function refusal(log: FixtureLog, ...assertions: ParsedAssertion[]): string | undefined {
  return log.seal(assertions).refused.at(-1)?.code;
}

function verify(log: FixtureLog, registry: string | null, seen: { size: number; root: string } | null = null) {
  const proof: object = fixtureProof(log, { kind: 'name', name: 'alice-goes-on', tenure: null });
  const state = verifyStateProof(proof as Json, { registry, seen: seen?.size === log.names.length ? seen : null });
  const failed = state.steps.find((step) => step.state === 'failed');
  return { code: failed?.problem?.code ?? null, facts: failed?.facts.map(({ value }) => value) ?? [], ok: state.ok, record: state.record, steps: state.steps };
}

test('a registry that goes on from another opens its seal: same logs, same state, its own id, keys and origin', () => {
  const log = begin();
  const { length } = log.names;
  expect(log.continueAs('after').refused).toEqual([]);
  const policy = readPolicy(log.state);
  expect(policy?.entry).toMatchObject({ number: 0, origin: 'after.example', registry: log.world.registry });
  expect(policy?.entry.prev).toBe(0);
  expect(policy?.index).toBe(length);
  expect(log.notes().names).toContain('after.example/tlog/names\n');
  expect(recordOf(log).service).toBe('one.example');
  expect(describe(log.world.genesis.payload)).toContain(`continues ${world.registry}`);
});

test('later entries are judged under the new id alone: holders go on with the certificates they have', () => {
  const log = begin();
  const old = fixtures.makeUpdate(world, alice, recordOf(log), { service: 'two.example' });
  log.continueAs('after');
  expect(refusal(log, old)).toBe('other-registry');
  expect(refusal(log, fixtures.makeUpdate(log.world, alice, recordOf(log), { service: 'three.example' }))).toBeUndefined();
  expect(refusal(log, fixtures.makeRegister(log.world, alice, '@alice-again'))).toBeUndefined();
  // A certificate of the old registry that was never logged there says nothing here.
  expect(refusal(log, fixtures.makeRegister(log.world, fixtures.makeIdentity(world.registry, 'bob'), '@bob-comes-late'))).toBe('other-registry');
  const later = fixtures.nextIdentity({ ...alice, certificate: { ...alice.certificate, registry: log.world.registry } });
  expect(refusal(log, fixtures.makeRotate(log.world, alice, later))).toBeUndefined();
  expect(() => fixtures.makeRotate(log.world, alice, fixtures.nextIdentity(alice))).toThrow('other-registry');
});

test('it goes on from the very seal before, as the first of its seal, and from nowhere else', () => {
  const log = begin();
  const last = log.seals.at(-1);
  const true_ = { map: last?.seal.map.root ?? '', registry: world.registry, root: toBase64(last?.heads.names.root ?? new Uint8Array(32)), size: log.names.length };
  const zero = toBase64(new Uint8Array(32));
  const genesis = (change: object, options: object = {}) => fixtures.makeRegistry('after', { continues: { ...true_, ...change }, origin: 'after.example', ...options }).genesis;
  const codes = [
    genesis({ size: true_.size - 1 }),
    genesis({ root: zero }),
    genesis({ map: zero }),
    genesis({ registry: zero }),
    genesis({}, { origin: 'registry.example' }),
    genesis({}, { registrar: [world.registrar.text] }),
    genesis({}, { floors: { ...DEFAULT_DELAYS, transferSec: 60 } }),
    fixtures.makeRegistry('after').genesis,
  ].map((one) => {
    const again = begin();
    return refusal(again, one);
  });
  expect(codes).toEqual(['unknown-checkpoint', 'unknown-checkpoint', 'unknown-checkpoint', 'other-registry', 'bad-policy', 'bad-policy', 'below-floor', 'already-genesis']);
  const busy = begin();
  expect(refusal(busy, fixtures.makeReserve(world, 'admin'), genesis({}))).toBe('chain-busy');
  const stale = begin();
  stale.seal([]);
  expect(refusal(stale, genesis({}))).toBe('unknown-checkpoint');
  expect(() => new FixtureLog(fixtures.makeRegistry('after', { continues: true_ }))).toThrow('unknown-policy');
});

test('replay follows it from genesis and from a snapshot at the seal before, and the tokens of before and after stay apart', () => {
  const log = begin();
  const north = makeValidatorKey('north');
  log.seal([makeValidator(world, north, alice, recordOf(log))]);
  const sealed = log.seals.at(-1);
  if (sealed === undefined) throw new Error('sealed');
  const old = makeTokens(log, [sealTokens(log, sealed, [north])]);
  log.continueAs('after');
  expect(refusal(log, old)).toBe('other-registry');
  const newest = log.seals.at(-1);
  if (newest === undefined) throw new Error('sealed');
  expect(refusal(log, makeTokens(log, [sealTokens(log, newest, [north])]))).toBeUndefined();
  const replayer = Replayer.fromGenesis();
  for (const { names, proofs } of log.seals) replayer.replayPeriod({ names: names.entries, proofs: proofs.entries });
  expect(replayer.heads().names.root).toEqual(log.seals.at(-1)?.heads.names.root);
  const items = [...sealed.writes, ...log.seals.slice(0, 2).flatMap(({ writes }) => writes)];
  const latest = new Map(items.map(({ key }) => [String(key), key]));
  const at = begin();
  at.seal([makeValidator(world, north, alice, recordOf(at))]);
  const snapshot = [...latest.values()].toSorted((a, b) => Buffer.compare(a, b)).map((key) => ({ bytes: at.state.get(key)?.bytes ?? new Uint8Array(0), index: at.state.get(key)?.index ?? 0, key }));
  const from = Replayer.fromSnapshot({ edges: sealed.edges, items: snapshot, seal: { bytes: log.names[sealed.last.index] ?? new Uint8Array(0), index: sealed.last.index } });
  for (const { names, proofs } of log.seals.slice(3)) from.replayPeriod({ names: names.entries, proofs: proofs.entries });
  expect(from.heads()).toEqual(replayer.heads());
});

test('a reader who trusts the old registry is told that another goes on from it, and is never moved to it', () => {
  const log = begin();
  const before = { root: toBase64(log.seals.at(-1)?.heads.names.root ?? new Uint8Array(0)), size: log.names.length };
  expect(verify(log, world.registry)).toMatchObject({ code: null, ok: true });
  log.continueAs('after');
  const told = verify(log, world.registry, before);
  expect(told).toMatchObject({ code: 'registry-continued', ok: false, record: null });
  expect(told.facts).toEqual([world.registry, log.world.registry, 'after.example', String(before.size)]);
  expect(verify(log, fixtures.makeRegistry('another').registry)).toMatchObject({ code: 'wrong-registry', ok: false });
  const chosen = verify(log, log.world.registry);
  expect(chosen).toMatchObject({ code: null, ok: true, record: { service: 'one.example' } });
  expect(chosen.steps.find(({ code }) => code === 'policies')?.facts.map(({ value }) => value)).toContain(world.registry);
  // And so after the next change, which the new registry's own keys and the old certificate make.
  log.seal([fixtures.makeUpdate(log.world, alice, recordOf(log), { service: 'four.example' })]);
  expect(verify(log, log.world.registry)).toMatchObject({ code: null, ok: true, record: { service: 'four.example' } });
});

test('the chain of policies may be broken nowhere: not without the old genesis, not in another order', () => {
  const log = begin();
  log.continueAs('after');
  log.seal([fixtures.makePolicy(log.world, { ...log.world.policy, periodSec: 30 }, 1, log.world.registry)]);
  expect(verify(log, log.world.registry)).toMatchObject({ code: null, ok: true });
  const proof = fixtureProof(log, { kind: 'name', name: 'alice-goes-on', tenure: null });
  const [first, second, third] = proof.policies;
  if (first === undefined || second === undefined || third === undefined) throw new Error('three of them');
  for (const policies of [[second, third], [second, first, third], [first, third], [first, third, second]]) {
    const json: object = { ...proof, policies };
    expect(verifyStateProof(json as Json, { registry: log.world.registry }).ok).toBe(false);
  }
  expect(parseAssertion(log.proofs[2] ?? new Uint8Array(0)).payload.type).toBe('genesis');
});
