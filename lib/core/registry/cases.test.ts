import { expect, test } from 'vitest';
import * as names from '../assertion/fixture-names';
import * as fixtures from '../assertion/fixtures';
import type { ParsedAssertion } from '../assertion/parse';
import { DEFAULT_DELAYS } from '../assertion/policy-defaults';
import { Refusal } from '../refusal';
import { effectOf } from './due';
import { waitsOf } from './due-index';
import { FixtureMinutes } from './fixture-minutes';
import { EMPTY_STATE, encodeEntry, Overlay, policyKey, type RecordEntry, type StateEntry } from './state';

const delays = { ...DEFAULT_DELAYS, curingSec: 240, noticeSec: 180, reversalSec: 600, transferSec: 120 };
const world = fixtures.makeRegistry('cases', { delays });
const [alice, bob, carol] = ['alice', 'bob', 'carol'].map((label) => fixtures.makeIdentity(world.registry, label)) as [fixtures.FixtureIdentity, fixtures.FixtureIdentity, fixtures.FixtureIdentity];

/** start is a registry in which alice holds a name, of few letters if its payment matters. */
function start(name: string): { minutes: FixtureMinutes; record: (tenure?: number) => RecordEntry; codeOf: (parsed: ParsedAssertion) => string } {
  const minutes = new FixtureMinutes(world);
  minutes.take(fixtures.makeRegister(world, alice, name));
  minutes.seal();
  const codeOf = (parsed: ParsedAssertion): string => {
    try {
      minutes.take(parsed);
      return 'taken';
    } catch (error) {
      if (error instanceof Refusal) return error.code;
      throw error;
    }
  };
  return { codeOf, minutes, record: (tenure) => minutes.record(name, tenure ?? null) };
}

const entriesOf = (written: readonly { entry: StateEntry }[]) => written.map(({ entry }) => entry);

test('a dispute voids a pending transfer and bars others, until it is closed; the holder goes on changing the name', () => {
  const { codeOf, minutes, record } = start('alice-cooper');
  minutes.take(names.makeTransfer(world, alice, bob, record()));
  const dispute = names.makeDispute(world, record(), 'D2026-0001');
  expect(entriesOf(minutes.take(dispute))).toMatchObject([{ after: dispute.hash, case: 'D2026-0001', pending: [], service: 'provider.example' }]);
  expect(codeOf(names.makeTransfer(world, alice, bob, record()))).toBe('transfer-barred');
  expect(codeOf(names.makeRootTransfer(world, alice, bob, record()))).toBe('transfer-barred');
  expect(codeOf(names.makeDispute(world, record(), 'D2026-0002'))).toBe('already-pending');
  minutes.seal(60, 4);
  expect(record()).toMatchObject({ tenure: 0, udf: alice.udf });
  expect(codeOf(fixtures.makeUpdate(world, alice, record(), { service: 'example.net' }))).toBe('taken');
  expect(codeOf(names.makeDispute(world, record(), 'D2026-0009', 'dispute-closed'))).toBe('wrong-case');
  expect(codeOf(names.makeDispute(world, record(), 'D2026-0001', 'dispute-closed'))).toBe('taken');
  expect(record()).toMatchObject({ case: null, service: 'example.net' });
  minutes.seal();
  expect(codeOf(names.makeTransfer(world, alice, bob, record()))).toBe('taken');
});

test('a reassignment needs an open case and its number, waits for the notice, and leaves the old tenure to its holder', () => {
  const { codeOf, minutes, record } = start('alice-cooper');
  expect(codeOf(names.makeReassign(world, bob, record(), { case: 'D2026-0001' }))).toBe('wrong-case');
  minutes.take(names.makeDispute(world, record(), 'D2026-0001'));
  minutes.seal();
  expect(codeOf(names.makeReassign(world, bob, record(), { case: 'D2026-0002' }))).toBe('wrong-case');
  expect(codeOf(names.makeReassign(world, alice, record()))).toBe('nothing-changes');
  expect(codeOf(fixtures.signedBy(names.makeReassign(world, bob, record()).payload, names.arbitersOf(world)))).toBe('wrong-signers');
  const reassign = names.makeReassign(world, bob, record());
  const [identity, pending] = entriesOf(minutes.take(reassign));
  expect(identity).toMatchObject({ type: 'identity', udf: bob.udf });
  expect(pending).toMatchObject({ after: reassign.hash, pending: [{ arbiters: world.policy.arbiters, delaySec: 180, kind: 'reassign', to: bob.udf }], udf: alice.udf });
  expect(codeOf(names.makeReassign(world, carol, record()))).toBe('already-pending');
  minutes.seal(60, 2);
  const [closing, opening] = entriesOf(minutes.seal());
  expect(closing).toMatchObject({ case: 'D2026-0001', ended: 'reassignment', pending: [], tenure: 0, udf: alice.udf });
  expect(opening).toMatchObject({ allowance: 50, case: null, registration: 'reassigned', service: 'new.example', tenure: 1, udf: bob.udf });

  const old = record(0);
  for (const parsed of [
    names.makeTransfer(world, alice, carol, old), names.makeRootTransfer(world, alice, carol, old), names.makeDispute(world, old, 'D2026-0003'),
    names.makeDispute(world, old, 'D2026-0001', 'dispute-closed'), names.makeReassign(world, carol, old), names.makePayment(world, old, 'payment-reversed'),
    names.makeCancel(world, old, alice.key, reassign.hash),
  ]) expect(codeOf(parsed)).toBe('wrong-tenure');
  expect(codeOf(fixtures.makeUpdate(world, alice, old, { service: 'old.example' }))).toBe('taken');
  expect(codeOf(names.makeTopup(world, record(0)))).toBe('taken');
  expect(codeOf(fixtures.makeRotate(world, alice, fixtures.nextIdentity(alice)))).toBe('taken');
  expect([record(0).service, record(0).allowance, record(0).changes, record().service]).toEqual(['old.example', 100, 1, 'new.example']);
  minutes.seal();
  // The new tenure is a name like any other: it can be sold.
  expect(codeOf(names.makeTransfer(world, bob, carol, record()))).toBe('taken');
});

test('closing the case ends the reassignment; only the arbiters under whom it was logged can close it', () => {
  const { codeOf, minutes, record } = start('alice-cooper');
  minutes.take(names.makeDispute(world, record(), 'D2026-0001'));
  minutes.seal();
  minutes.take(names.makeReassign(world, bob, record()));
  const others = [1, 2].map((n) => fixtures.pairOf(`other arbiter ${n}`));
  minutes.take(fixtures.makePolicy(world, { ...world.policy, arbiters: { keys: others.map(({ text }) => text), threshold: 2 } }, 1, world.registry, true));
  minutes.seal();
  expect(codeOf(names.makeDispute(world, record(), 'D2026-0001', 'dispute-closed', others))).toBe('wrong-signers');
  expect(codeOf(names.makeDispute(world, record(), 'D2026-0001', 'dispute-closed'))).toBe('taken');
  expect(record()).toMatchObject({ case: null, pending: [] });
  expect(minutes.seal(60, 5)).toEqual([]);
  // Anew, it is for those in force.
  expect(codeOf(names.makeDispute(world, record(), 'D2026-0004'))).toBe('wrong-signers');
  expect(codeOf(names.makeDispute(world, record(), 'D2026-0004', 'dispute', others))).toBe('taken');
});

test('a name of $100 or more can’t be transferred while its payment can be taken back, nor that be said any later', () => {
  const { codeOf, minutes, record } = start('alice');
  expect(record().locks).toMatchObject([{ delaySec: 600, kind: 'payment' }]);
  expect(codeOf(names.makeTransfer(world, alice, bob, record()))).toBe('transfer-barred');
  expect(codeOf(names.makeRootTransfer(world, alice, bob, record()))).toBe('transfer-barred');
  minutes.seal(60, 9);
  expect(codeOf(names.makePayment(world, record(), 'payment-reversed'))).toBe('not-reversible');
  expect(codeOf(names.makePayment(world, record(), 'payment-settled'))).toBe('not-reversible');
  expect(codeOf(names.makeTransfer(world, alice, bob, record()))).toBe('taken');
  expect(start('alice-cooper').record().locks).toEqual([]);
});

test('a settled payment lifts the lock before its time', () => {
  const { codeOf, minutes, record } = start('alice');
  minutes.take(names.makePayment(world, record(), 'payment-settled'));
  expect(record().locks).toEqual([]);
  minutes.seal();
  expect(codeOf(names.makePayment(world, record(), 'payment-reversed'))).toBe('not-reversible');
  expect(codeOf(names.makeRootTransfer(world, alice, bob, record()))).toBe('taken');
});

test('a payment taken back and not made good ends the tenure, and the name is free again as the next', () => {
  const { codeOf, minutes, record } = start('alice');
  const reversed = names.makePayment(world, record(), 'payment-reversed');
  minutes.take(reversed);
  const { proof } = record();
  expect(record().locks.map(({ kind }) => kind)).toEqual(['payment', 'reversed']);
  minutes.seal();
  expect(codeOf(names.makePayment(world, record(), 'payment-reversed'))).toBe('nothing-changes');
  expect(codeOf(fixtures.makeRegister(world, bob, 'alice', { tenure: 1 }))).toBe('name-taken');
  minutes.seal(60, 2);
  expect(entriesOf(minutes.seal())).toMatchObject([{ ended: 'unpaid', locks: [], pending: [], proof, tenure: 0 }]);
  for (const parsed of [fixtures.makeUpdate(world, alice, record(), { service: null }), names.makeTopup(world, record()), names.makePayment(world, record(), 'payment-settled'), names.makeDispute(world, record(), 'D1')]) {
    expect(codeOf(parsed)).toBe('wrong-tenure');
  }
  expect(codeOf(fixtures.makeRegister(world, bob, 'alice', { tenure: 1 }))).toBe('taken');
  expect(record()).toMatchObject({ registration: 'initial', tenure: 1, udf: bob.udf });
});

test('a payment made good in time keeps the tenure', () => {
  const { codeOf, minutes, record } = start('alice');
  minutes.take(names.makePayment(world, record(), 'payment-reversed'));
  minutes.seal(60, 2);
  expect(codeOf(names.makePayment(world, record(), 'payment-settled'))).toBe('taken');
  expect(minutes.seal(60, 9)).toEqual([]);
  expect(record()).toMatchObject({ ended: null, locks: [] });
});

test('what falls due in one seal is done in the order it was logged, each by the state as it is then', () => {
  for (const reversedFirst of [true, false]) {
    const { minutes, record } = start('alice');
    minutes.take(names.makeDispute(world, record(), 'D1'));
    minutes.seal();
    const reverse = () => minutes.take(names.makePayment(world, record(), 'payment-reversed'));
    if (reversedFirst) reverse();
    minutes.seal();
    minutes.take(names.makeReassign(world, bob, record()));
    minutes.seal();
    if (!reversedFirst) reverse();
    // Enough seals, and only then the seconds: both delays have passed at one seal.
    expect([...minutes.seal(1, 2), ...minutes.seal(600)]).toEqual([]);
    const endings = entriesOf(minutes.seal()).map((entry) => (entry.type === 'record' ? `${entry.tenure} ${entry.ended}` : entry.type));
    expect(endings).toEqual(reversedFirst ? ['0 unpaid'] : ['0 reassignment', '1 null']);
    expect(minutes.due.size).toBe(0);
    expect(minutes.seal(600, 5)).toEqual([]);
  }
});

test('one assertion of arbiters or registrar a name and seal, beside one of the holder’s', () => {
  const { codeOf, minutes, record } = start('alice-cooper');
  minutes.take(names.makeTopup(world, record()));
  expect(codeOf(names.makeDispute(world, record(), 'D1'))).toBe('chain-busy');
  expect(codeOf(fixtures.makeUpdate(world, alice, record(), { service: null }))).toBe('taken');
});

test('arbiters and registrar sign what is theirs and nothing else', () => {
  const { codeOf, record } = start('alice');
  const { payload: dispute } = names.makeDispute(world, record(), 'D1');
  const { payload: payment } = names.makePayment(world, record(), 'payment-reversed');
  const { payload: topup } = names.makeTopup(world, record());
  const [first, second, third] = world.arbiters as [fixtures.Pair, fixtures.Pair, fixtures.Pair];
  for (const signers of [[first], [second, first], [first, second, third], world.policyKeys, [world.registrar]]) expect(codeOf(fixtures.signedBy(dispute, signers))).toBe('wrong-signers');
  for (const signers of [[first, second], [alice.key], [world.registrar, first]]) {
    expect(codeOf(fixtures.signedBy(payment, signers))).toBe('wrong-signers');
    expect(codeOf(fixtures.signedBy(topup, signers))).toBe('wrong-signers');
  }
  expect(codeOf(fixtures.signedBy(dispute, [first, third]))).toBe('taken');
});

test('a pending change that does not fit the record any more is dropped, by a record without it', () => {
  const { minutes, record } = start('alice-cooper');
  minutes.take(names.makeTransfer(world, alice, bob, record()));
  const pending = record();
  const now = { number: 100, timeSec: fixtures.FIXTURE_TIME_SEC + 6_000 };
  const effectIn = (entry: RecordEntry) => {
    const state = new Overlay(EMPTY_STATE);
    const policy = minutes.state.get(policyKey());
    if (policy !== null) state.put(policyKey(), policy);
    state.apply(entry, encodeEntry(entry), 7);
    return effectOf({ name: entry.name, proof: pending.proof }, state, now);
  };
  expect(effectIn(pending)).toHaveLength(2);
  // No assertion leads to these states, since each voids what it bars at once.
  for (const barred of [{ ...pending, case: 'D1' }, { ...pending, udf: bob.udf }]) expect(effectIn(barred)).toEqual([{ ...barred, pending: [], prev: 7 }]);
  expect(effectIn({ ...pending, ended: 'unpaid' })).toBeNull();
  expect(waitsOf({ ...pending, pending: [] })).toBeNull();
});
