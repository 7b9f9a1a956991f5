import { beforeAll, expect, test } from 'vitest';
import * as fixtures from '../assertion/fixtures';
import { fromBase64, toBase64 } from '../bytes/base64';
import type { Json } from '../bytes/canonical-json';
import { FixtureLog } from '../registry/fixture-log';
import { parseEntry } from '../registry/parse-entry';
import { encodeEntry, type RecordEntry } from '../registry/state';
import { fixtureProof } from './fixture-proof';
import { verifyStateProof, type VerifiedState } from './light-client';
import type { StateProof, Subject } from './state-proof';

const world = fixtures.makeRegistry('light');
const alice = fixtures.makeIdentity(world.registry, 'alice');
const bob = fixtures.makeIdentity(world.registry, 'bob');
const trust = { registry: world.registry };
let log: FixtureLog;

beforeAll(() => {
  log = new FixtureLog(world);
  log.seal([fixtures.makeRegister(world, alice, 'alice-cooper'), fixtures.makeRegister(world, bob, 'bob-cooper', { dns: ['192.0.2.1'] })]);
  log.seal([]);
});

const name = (text: string, tenure: number | null = null): Subject => ({ kind: 'name', name: text, tenure });

/** asJson sends a proof over the wire. */
function asJson(proof: StateProof): Json {
  return JSON.parse(JSON.stringify(proof)) as Json;
}

function verify(proof: StateProof, more: object = {}): VerifiedState {
  return verifyStateProof(asJson(proof), { ...trust, ...more });
}

/** failure is the step that failed and the code. */
function failure(state: VerifiedState): string {
  const failed = state.steps.filter((step) => step.state === 'failed');
  expect(state.ok).toBe(failed.length === 0);
  return failed.map((step) => `${step.code}: ${step.problem?.code}`).join();
}

/** stepOf gives a flat list of a verification's steps. */
function stepsOf(state: VerifiedState): string[] {
  return state.steps.map((step) => `${step.code} ${step.state}`);
}

test('a record verifies, step by step, from the pinned registry down to the signatures', () => {
  const state = verify(fixtureProof(log, name('alice-cooper')));
  expect(stepsOf(state)).toEqual([
    'form ok', 'registry ok', 'policies ok', 'checkpoint ok', 'tokens skipped', 'consistency skipped', 'seal ok', 'policy ok', 'state ok', 'entry ok', 'identity ok', 'assertion ok', 'signatures ok',
  ]);
  expect(state).toMatchObject({ ok: true, present: true, record: { name: 'alice-cooper', udf: alice.udf }, seal: { number: 2 } });
  expect(state.identity?.udf).toBe(alice.udf);
});

test('an identity verifies', () => {
  const state = verify(fixtureProof(log, { kind: 'identity', udf: bob.udf }));
  expect(failure(state)).toBe('');
  expect(state).toMatchObject({ identity: { number: 0, udf: bob.udf }, ok: true, present: true, record: null });
});

test('an identity proof that shows an identity besides is refused: nobody would check it', () => {
  const { identity } = fixtureProof(log, name('alice-cooper'));
  expect(failure(verify({ ...fixtureProof(log, { kind: 'identity', udf: bob.udf }), identity }))).toBe('identity: bad-proof-file');
});

test('that a name or an identity is not there verifies as well', () => {
  for (const subject of [name('nobody-here'), name('nobody-here', 3), { kind: 'identity', udf: fixtures.makeIdentity(world.registry, 'carol').udf } as const]) {
    const state = verify(fixtureProof(log, subject));
    expect(failure(state)).toBe('');
    expect(state).toMatchObject({ identity: null, ok: true, present: false, record: null });
  }
  expect(verify(fixtureProof(log, name('alice-cooper', 0)))).toMatchObject({ ok: true, present: true });
  expect(verify(fixtureProof(log, name('alice-cooper', 1)))).toMatchObject({ ok: true, present: false, record: { tenure: 0 } });
});

test('a record goes on verifying after updates, rotations and policies, also if the key that signed is gone', () => {
  const lived = new FixtureLog(world);
  lived.seal([fixtures.makeRegister(world, alice, 'alice-cooper')]);
  const record = () => parseEntry(lived.state.get(lived.seals.at(-1)?.writes[0]?.key ?? new Uint8Array(32))?.bytes ?? new Uint8Array()) as RecordEntry;
  const { entry } = lived.seals.at(-1)?.writes.find((one) => one.item.entry.type === 'record')?.item ?? {};
  lived.seal([fixtures.makeUpdate(world, alice, entry as RecordEntry, { service: 'two.example' })]);
  expect(record().service).toBe('two.example');
  const check = () => expect(failure(verify(fixtureProof(lived, name('alice-cooper'))))).toBe('');
  check();
  const second = fixtures.nextIdentity(alice);
  lived.seal([fixtures.makeRotate(world, alice, second)]);
  check();
  lived.seal([fixtures.makeRotate(world, second, fixtures.nextIdentity(second))]);
  check();
  const policy = fixtures.makePolicy(world, { ...world.policy, registrar: [fixtures.pairOf('other registrar').text] }, 1, world.registry, true);
  lived.seal([policy, fixtures.makePolicy(world, { ...world.policy, periodSec: 30 }, 2, policy.hash)]);
  lived.seal([fixtures.makePolicy(world, { ...world.policy, periodSec: 30, registrar: [fixtures.pairOf('other registrar').text] }, 2, policy.hash)]);
  check();
});

test('another registry, an unknown one, and a shorter or another log than was seen before', () => {
  const proof = fixtureProof(log, name('alice-cooper'));
  expect(failure(verify(proof, { registry: alice.certificate.hash }))).toBe('registry: wrong-registry');
  expect(verify(proof, { registry: null }).steps[1]?.state).toBe('skipped');
  const head = log.seals.at(-1)?.heads.names ?? { root: new Uint8Array(32), size: 0 };
  expect(failure(verify(proof, { seen: { root: toBase64(head.root), size: head.size } }))).toBe('');
  expect(failure(verify(proof, { seen: { root: world.registry, size: head.size } }))).toBe('consistency: bad-consistency');
  expect(failure(verify(proof, { seen: { root: world.registry, size: head.size + 1 } }))).toBe('consistency: rolled-back');
  expect(failure(verify({ ...proof, consistency: { proof: [], size: 2 } }, { seen: { root: world.registry, size: 2 } }))).toBe('consistency: bad-consistency');
  expect(failure(verify({ ...proof, consistency: null }, { seen: { root: world.registry, size: 2 } }))).toBe('consistency: bad-consistency');
});

test('a proof of something else than what was asked for, however good', () => {
  const proof = fixtureProof(log, name('alice-cooper'));
  expect(failure(verify(proof, { subject: name('alice-cooper') }))).toBe('');
  expect(failure(verify(proof, { subject: name('bob-cooper') }))).toBe('form: bad-proof-file');
  expect(failure(verify(proof, { subject: { kind: 'name', name: 'alice-cooper', tenure: 0 } }))).toBe('form: bad-proof-file');
  expect(failure(verify(proof, { subject: { kind: 'identity', udf: alice.udf } }))).toBe('form: bad-proof-file');
});

test('whatever is exchanged for something else fails, at its own step', () => {
  const proof = fixtureProof(log, name('alice-cooper'));
  const other = fixtureProof(log, name('bob-cooper'));
  const stranger = fixtureProof(new FixtureLog(fixtures.makeRegistry('stranger')), name('alice-cooper'));
  const cases: [Partial<StateProof>, string][] = [
    [{ policies: stranger.policies }, 'policies: wrong-registry'],
    [{ policies: [] }, 'policies: wrong-registry'],
    [{ policies: [...proof.policies, ...proof.policies] }, 'policies: wrong-registry'],
    [{ checkpoint: stranger.checkpoint }, 'checkpoint: untrusted-note'],
    [{ checkpoint: log.notes().proofs }, 'checkpoint: untrusted-note'],
    [{ checkpoint: log.notes(log.seals[1]).names }, 'seal: bad-inclusion'],
    [{ seal: other.policy }, 'form: unknown-field'],
    [{ seal: { ...proof.seal, index: 3 } }, 'seal: bad-inclusion'],
    [{ seal: { ...proof.seal, entry: proof.policy.entry } }, 'seal: bad-inclusion'],
    [{ policy: { ...proof.policy, entry: other.identity?.entry ?? '' } }, 'policy: bad-map-proof'],
    [{ state: other.state }, 'state: bad-map-proof'],
    [{ state: { ...proof.state, shown: null } }, 'state: bad-map-proof'],
    [{ state: { ...proof.state, map: other.state.map } }, 'state: bad-map-proof'],
    [{ state: { ...proof.state, at: 'identity' } }, 'state: bad-proof-file'],
    [{ state: { ...proof.state, at: 'tenure' } }, 'state: bad-proof-file'],
    [{ subject: name('bob-cooper') }, 'state: bad-map-proof'],
    [{ identity: other.identity }, 'identity: bad-map-proof'],
    [{ identity: null }, 'identity: bad-proof-file'],
    [{ assertions: [] }, 'identity: wrong-certificate'],
    [{ assertions: other.assertions }, 'identity: wrong-certificate'],
    [{ assertions: proof.assertions.map((one) => ({ ...one, index: 2 })) }, 'identity: bad-inclusion'],
  ];
  const absent = { at: 'tenure', map: fixtureProof(log, name('not-there')).state.map, shown: null } as const;
  expect(failure(verify({ ...proof, state: absent, subject: name('alice-cooper', 0) }))).toBe('state: bad-proof-file');
  for (const [change, expected] of cases) expect(failure(verify({ ...proof, ...change }))).toBe(expected);
});

test('a failed step shows the two values that differ', () => {
  const proof = fixtureProof(log, name('alice-cooper'));
  const { policy, seal, state } = proof;
  const failing = [{ seal: { ...seal, entry: policy.entry } }, { policy: { ...policy, entry: seal.entry } }, { state: { ...state, map: fixtureProof(log, name('bob-cooper')).state.map } }, { subject: name('bob-cooper') }];
  for (const change of failing) {
    const step = verify({ ...proof, ...change }).steps.find((one) => one.state === 'failed');
    const [expected, found] = ['Expected', 'Found'].map((label) => step?.facts.find((fact) => fact.label === label)?.value);
    expect(expected).toMatch(/^[A-Za-z0-9+/]{43}=$/);
    expect(found).toMatch(/^[A-Za-z0-9+/]{43}=$/);
    expect(found).not.toBe(expected);
  }
});

test('a server that shows an old record, or hides a new one, is caught by the map', () => {
  const fresh = new FixtureLog(world);
  const first = fresh.seal([fixtures.makeRegister(world, alice, 'alice-cooper')]);
  const record = first.writes.find((one) => one.item.entry.type === 'record')?.item;
  const before = fixtureProof(fresh, name('alice-cooper'));
  fresh.seal([fixtures.makeUpdate(world, alice, record?.entry as RecordEntry, { service: 'new.example' })]);
  const after = fixtureProof(fresh, name('alice-cooper'));
  expect(failure(verify(after))).toBe('');
  expect(failure(verify({ ...after, assertions: before.assertions, state: { ...before.state, map: after.state.map } }))).toBe('state: bad-map-proof');
});

test('one flipped bit anywhere in the bytes of a proof is noticed', () => {
  const proof = fixtureProof(log, name('alice-cooper'));
  const flip = (text: string): string => {
    const bytes = fromBase64(text);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    return toBase64(bytes);
  };
  const shown = proof.state.shown ?? { entry: '', inclusion: [], index: 0 };
  const [assertion] = proof.assertions;
  const changed: Partial<StateProof>[] = [
    { state: { ...proof.state, shown: { ...shown, entry: flip(shown.entry) } } },
    { state: { ...proof.state, shown: { ...shown, inclusion: shown.inclusion.map(flip) } } },
    { state: { ...proof.state, map: { ...proof.state.map, path: flip(proof.state.map.path) } } },
    { assertions: assertion === undefined ? [] : [{ ...assertion, assertion: flip(assertion.assertion) }] },
    { seal: { ...proof.seal, entry: flip(proof.seal.entry) } },
    { policy: { ...proof.policy, entry: flip(proof.policy.entry) } },
  ];
  for (const change of changed) expect(verify({ ...proof, ...change }).ok).toBe(false);
  expect(encodeEntry(parseEntry(fromBase64(shown.entry)))).toEqual(fromBase64(shown.entry));
});
