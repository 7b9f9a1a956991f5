import { expect, test } from 'vitest';
import * as fixtures from '../assertion/fixtures';
import type { Delays, Policy, Schedule } from '../assertion/payloads';
import { DEFAULT_DELAYS } from '../assertion/policy-defaults';
import { Refusal } from '../refusal';
import { earliestSec, hasPassed, sealsIn } from './delays';
import { FixtureMinutes } from './fixture-minutes';

const delays: Delays = { ...DEFAULT_DELAYS, logKeySec: 1_800, policySec: 600, quoteSec: 300, wireSec: 3_600 };
const floors: Delays = { ...delays, keysSec: 0, policySec: 300, quoteSec: 120 };
const world = fixtures.makeRegistry('policy', { delays, floors });
const alice = fixtures.makeIdentity(world.registry, 'alice');
const dearer: Schedule = { ...world.policy.schedule, priceCents: world.policy.schedule.priceCents.map((cents) => cents * 2), version: 2 };

function codeOf(work: () => unknown): string {
  try {
    work();
    return 'taken';
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}

test('a delay has passed only when its seconds and half as many seals have', () => {
  const from = { number: 10, timeSec: 1_000 };
  expect(sealsIn(600, 60)).toBe(5);
  expect(sealsIn(601, 60)).toBe(6);
  expect(sealsIn(0, 60)).toBe(0);
  expect(hasPassed(from, { number: 20, timeSec: 1_599 }, 600, 60)).toBe(false);
  expect(hasPassed(from, { number: 14, timeSec: 1_600 }, 600, 60)).toBe(false);
  expect(hasPassed(from, { number: 15, timeSec: 1_600 }, 600, 60)).toBe(true);
  expect(hasPassed(from, from, 0, 60)).toBe(true);
  expect(earliestSec(from, 600)).toBe(1_600);
});

test('a policy is logged at once and comes into force when its delay has passed, with the old prices quotable for a while', () => {
  const minutes = new FixtureMinutes(world);
  const policy = fixtures.makePolicy(world, { ...world.policy, schedule: dearer }, 1, world.registry);
  const loggedSec = minutes.place.timeSec;
  const [logged] = minutes.take(policy);
  expect(logged?.entry).toMatchObject({ number: 0, pending: [{ delaySec: 600, hash: policy.hash, loggedSec, number: 1, proof: 1 }], proof: 1 });
  expect(codeOf(() => minutes.take(fixtures.makeRegister(world, alice, 'too-early', { priceCents: 20, schedule: 2 })))).toBe('unknown-schedule');
  expect(minutes.seal(60, 9)).toEqual([]);
  expect(minutes.place.timeSec).toBe(loggedSec + 600);
  const [effect] = minutes.seal();
  expect(effect?.entry).toMatchObject({ hash: policy.hash, number: 1, pending: [], proof: 1, schedules: [{ endedSec: loggedSec + 600, schedule: { version: 1 } }], sinceSec: loggedSec + 600 });
  const quote = { priceCents: 10, schedule: 1 };
  minutes.seal(60, 2);
  expect(minutes.place.timeSec).toBe(loggedSec + 600 + 240);
  expect(codeOf(() => minutes.take(fixtures.makeRegister(world, alice, 'old-price', quote)))).toBe('taken');
  minutes.seal(60);
  expect(codeOf(() => minutes.take(fixtures.makeRegister(world, alice, 'old-price-too', quote)))).toBe('unknown-schedule');
  expect(codeOf(() => minutes.take(fixtures.makeRegister(world, alice, 'new-price', { priceCents: 20, schedule: 2 })))).toBe('taken');
});

test('a clock set forward brings no policy into force: half of its seals must have passed too', () => {
  const minutes = new FixtureMinutes(world);
  minutes.take(fixtures.makePolicy(world, { ...world.policy, schedule: dearer }, 1, world.registry));
  minutes.seal(1_000_000);
  expect(minutes.seal(60, 3)).toEqual([]);
  expect(minutes.seal(60).map((one) => one.entry.type)).toEqual(['policy']);
});

test('a policy that is logged replaces the one pending, which never comes into force; the one in force again withdraws it', () => {
  const minutes = new FixtureMinutes(world);
  const first = fixtures.makePolicy(world, { ...world.policy, schedule: dearer }, 1, world.registry);
  minutes.take(first);
  minutes.seal();
  expect(codeOf(() => minutes.take(fixtures.makePolicy(world, { ...world.policy, periodSec: 30 }, 2, world.registry)))).toBe('stale-prev');
  expect(codeOf(() => minutes.take(fixtures.makePolicy(world, { ...world.policy, periodSec: 30 }, 1, first.hash)))).toBe('wrong-number');
  const withdrawal = fixtures.makePolicy(world, world.policy, 2, first.hash);
  minutes.take(withdrawal);
  expect(minutes.policy().pending.map((one) => one.number)).toEqual([2]);
  minutes.seal(60, 20);
  expect(minutes.policy()).toMatchObject({ hash: withdrawal.hash, number: 2, policy: world.policy, schedules: [] });
  minutes.seal();
  expect(codeOf(() => minutes.take(fixtures.makePolicy(world, world.policy, 3, withdrawal.hash)))).toBe('nothing-changes');
});

test('keys of policy, arbiters and registrar may change at once, and the old ones sign nothing any more', () => {
  const minutes = new FixtureMinutes(world);
  const registrar = fixtures.pairOf('policy new registrar');
  const policy = fixtures.makePolicy(world, { ...world.policy, registrar: [registrar.text] }, 1, world.registry, true);
  expect(minutes.take(policy)[0]?.entry).toMatchObject({ number: 1, pending: [], policy: { registrar: [registrar.text] } });
  expect(codeOf(() => minutes.take(fixtures.makeRegister(world, alice, 'alice-cooper')))).toBe('wrong-signers');
  const payload = fixtures.registerPayload(world, alice, 'alice-cooper');
  expect(codeOf(() => minutes.take(fixtures.signedBy(payload, [alice.key, registrar])))).toBe('taken');
  minutes.seal();
  const faster = fixtures.makePolicy(world, { ...minutes.policy().policy, periodSec: 1 }, 2, policy.hash, true);
  expect(codeOf(() => minutes.take(faster))).toBe('bad-policy');
});

test('a change of a log key waits longer, one of the wire version longest, and this program then refuses to seal', () => {
  const minutes = new FixtureMinutes(world);
  const delayOf = (policy: Policy) => {
    const { pending, number, hash } = minutes.policy();
    const last = pending[0] ?? { hash, number };
    minutes.take(fixtures.makePolicy(world, policy, last.number + 1, last.hash));
    minutes.seal();
    return minutes.policy().pending[0]?.delaySec;
  };
  const logs = fixtures.makeRegistry('policy other').policy.logs;
  expect(delayOf({ ...world.policy, logs })).toBe(1_800);
  expect(delayOf({ ...world.policy, wire: 2 })).toBe(3_600);
  expect(codeOf(() => minutes.seal(60, 100))).toBe('wire-unsupported');
});

test('no policy goes below the floors of its genesis or says what can’t be', () => {
  const minutes = new FixtureMinutes(world);
  const attempt = (change: Partial<Policy>) => codeOf(() => minutes.take(fixtures.makePolicy(world, { ...world.policy, ...change }, 1, world.registry)));
  expect(attempt({ delays: { ...delays, policySec: 299 } })).toBe('below-floor');
  expect(attempt({ delays: { ...delays, quoteSec: 119 } })).toBe('below-floor');
  expect(attempt({ schedule: { ...dearer, version: 3 } })).toBe('bad-policy');
  expect(attempt({ schedule: { ...dearer, version: 1 } })).toBe('bad-policy');
  expect(attempt({ wire: 3 })).toBe('bad-policy');
  expect(attempt({ characters: alice.certificate.hash })).toBe('bad-policy');
  expect(attempt({ logs: fixtures.makeRegistry('other', { origin: 'other.example' }).policy.logs })).toBe('bad-policy');
  expect(attempt({ delays: { ...delays, policySec: 300 } })).toBe('taken');
});

test('a genesis below its own floors opens no registry', () => {
  expect(codeOf(() => new FixtureMinutes(fixtures.makeRegistry('low', { delays: { ...delays, policySec: 1 }, floors })))).toBe('below-floor');
});
