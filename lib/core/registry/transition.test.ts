import { expect, test } from 'vitest';
import * as fixtures from '../assertion/fixtures';
import type { ParsedAssertion } from '../assertion/parse';
import { Refusal, type RefusalCode } from '../refusal';
import { FixtureMinutes } from './fixture-minutes';
import { INCLUDED_ROTATIONS, ROOT_CHANGES } from './limits';
import type { RecordEntry } from './state';

const world = fixtures.makeRegistry();
const alice = fixtures.makeIdentity(world.registry, 'alice');
const bob = fixtures.makeIdentity(world.registry, 'bob');

/** refused gives the code an assertion is refused with; the state must not have moved. */
function refused(minutes: FixtureMinutes, parsed: ParsedAssertion): RefusalCode | 'taken' {
  const before = { ...minutes.place, used: minutes.place.used.size, writes: minutes.state.writeCount };
  try {
    minutes.take(parsed);
    return 'taken';
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    expect({ ...minutes.place, used: minutes.place.used.size, writes: minutes.state.writeCount }).toEqual(before);
    return error.code;
  }
}

function opened(): FixtureMinutes {
  const minutes = new FixtureMinutes(world);
  minutes.take(fixtures.makeRegister(world, alice, 'alice-cooper'));
  minutes.seal();
  return minutes;
}

test('a registration logs its new identity, then the first record, which opens all three chains', () => {
  const minutes = new FixtureMinutes(world);
  const register = fixtures.makeRegister(world, alice, '@Alice-Cooper');
  const [identity, record] = minutes.take(register).map((one) => one.entry);
  expect(identity).toMatchObject({ allowance: INCLUDED_ROTATIONS, number: 0, prev: null, proof: 1, type: 'identity', udf: alice.udf });
  expect(record).toMatchObject({ changes: 0, ended: null, name: 'alice-cooper', prev: null, proof: 1, registration: 'initial', tenure: 0, udf: alice.udf });
  const { after, head, root } = record as RecordEntry;
  expect([after, head, root.head]).toEqual([register.hash, register.hash, register.hash]);
  minutes.seal();
  expect(minutes.take(fixtures.makeRegister(world, alice, 'second-name')).map((one) => one.entry.type)).toEqual(['record']);
});

test('a name is registered once, and only as the tenure that comes next', () => {
  const minutes = opened();
  expect(refused(minutes, fixtures.makeRegister(world, bob, 'alice-cooper'))).toBe('name-taken');
  expect(refused(minutes, fixtures.makeRegister(world, bob, 'alice-cooper', { tenure: 1 }))).toBe('name-taken');
  expect(refused(minutes, fixtures.makeRegister(world, bob, 'bob-cooper', { tenure: 1 }))).toBe('wrong-tenure');
  expect(refused(minutes, fixtures.makeRegister(world, bob, 'bob-cooper', { prev: alice.certificate.hash }))).toBe('stale-prev');
  expect(refused(minutes, fixtures.makeRegister(world, bob, 'bob-cooper', { after: alice.certificate.hash }))).toBe('stale-prev');
});

test('a registration pays exactly the price of a schedule that may be quoted', () => {
  const minutes = new FixtureMinutes(world);
  expect(refused(minutes, fixtures.makeRegister(world, bob, 'bobby', { priceCents: 10 }))).toBe('wrong-price');
  expect(refused(minutes, fixtures.makeRegister(world, bob, 'bobby', { schedule: 2 }))).toBe('unknown-schedule');
  // Hyphens do not make a name longer.
  expect(refused(minutes, fixtures.makeRegister(world, bob, 'b-o-b-b-y', { priceCents: 10 }))).toBe('wrong-price');
  expect(refused(minutes, fixtures.makeRegister(world, bob, 'bobby'))).toBe('taken');
});

test('nobody registers with a certificate that is not the logged one', () => {
  const minutes = opened();
  const next = fixtures.nextIdentity(alice);
  expect(refused(minutes, fixtures.makeRegister(world, next, 'second-name'))).toBe('wrong-certificate');
  expect(refused(minutes, fixtures.makeRegister(world, fixtures.nextIdentity(bob), 'second-name'))).toBe('wrong-certificate');
  minutes.take(fixtures.makeRotate(world, alice, next));
  minutes.seal();
  expect(refused(minutes, fixtures.makeRegister(world, alice, 'second-name'))).toBe('wrong-certificate');
  expect(refused(minutes, fixtures.makeRegister(world, next, 'second-name'))).toBe('taken');
});

test('the registrar alone, or the holder alone, registers nothing', () => {
  const minutes = new FixtureMinutes(world);
  const payload = fixtures.registerPayload(world, alice, 'alice-cooper');
  expect(refused(minutes, fixtures.signedBy(payload, [alice.key]))).toBe('wrong-signers');
  expect(refused(minutes, fixtures.signedBy(payload, [world.registrar]))).toBe('wrong-signers');
  expect(refused(minutes, fixtures.signedBy(payload, [world.registrar, alice.key]))).toBe('wrong-signers');
  expect(refused(minutes, fixtures.signedBy(payload, [bob.key, world.registrar]))).toBe('wrong-signers');
});

test('a reserved name can’t be registered in any spelling, a marked one can, a released one can again', () => {
  const minutes = new FixtureMinutes(world);
  const reserve = fixtures.makeReserve(world, 'alicecooper');
  minutes.take(reserve);
  expect(refused(minutes, fixtures.makeRegister(world, alice, 'alice-cooper'))).toBe('name-reserved');
  minutes.seal();
  expect(refused(minutes, fixtures.makeReserve(world, 'alicecooper', 'kept for the registry', reserve.hash))).toBe('nothing-changes');
  expect(refused(minutes, fixtures.makeMark(world, 'alicecooper', { classes: [9], number: '1', office: 'EUIPO', owner: 'Alice' }))).toBe('stale-prev');
  const mark = fixtures.makeMark(world, 'alicecooper', { classes: [9], number: '1', office: 'EUIPO', owner: 'Alice' }, reserve.hash);
  expect(minutes.take(mark)[0]?.entry).toMatchObject({ mark: { owner: 'Alice' }, reason: '', status: 'mark' });
  minutes.seal();
  expect(refused(minutes, fixtures.makeRegister(world, alice, 'alice-cooper'))).toBe('taken');
  const release = fixtures.makeRelease(world, 'alicecooper', mark.hash);
  expect(minutes.take(release)[0]?.entry).toMatchObject({ mark: null, status: 'released' });
  minutes.seal();
  expect(refused(minutes, fixtures.makeRelease(world, 'alicecooper', release.hash))).toBe('nothing-changes');
  expect(refused(minutes, fixtures.makeRelease(world, 'never', fixtures.makeReserve(world, 'x').hash))).toBe('stale-prev');
});

test('an update uses one change, moves the holder’s chain alone, and can’t be replayed', () => {
  const minutes = opened();
  const before = minutes.record('alice-cooper');
  const update = fixtures.makeUpdate(world, alice, before, { service: 'example.net' });
  minutes.take(update);
  const after = minutes.record('alice-cooper');
  expect(after).toMatchObject({ after: before.after, changes: 1, head: update.hash, root: before.root, service: 'example.net' });
  expect(refused(minutes, fixtures.makeUpdate(world, alice, after, { service: 'example.org' }))).toBe('chain-busy');
  minutes.seal();
  expect(refused(minutes, update)).toBe('stale-prev');
  expect(refused(minutes, fixtures.makeUpdate(world, alice, after, {}))).toBe('nothing-changes');
  expect(refused(minutes, fixtures.makeUpdate(world, bob, after, { service: 'example.org' }))).toBe('wrong-signers');
  expect(refused(minutes, fixtures.makeUpdate(world, alice, { ...after, tenure: 1 }, { service: 'example.org' }))).toBe('wrong-tenure');
  expect(refused(minutes, fixtures.makeUpdate(world, alice, { ...after, display: 'none', name: 'none' }, {}))).toBe('unknown-name');
});

test('the 51st change by the holder is refused; the root has ten of its own and no more', () => {
  const minutes = opened();
  for (let i = 0; i < 50; i++) {
    minutes.take(fixtures.makeUpdate(world, alice, minutes.record('alice-cooper'), { service: `p${i}.example` }));
    minutes.seal();
  }
  expect(refused(minutes, fixtures.makeUpdate(world, alice, minutes.record('alice-cooper'), { service: 'one.too.many.example' }))).toBe('no-changes-left');
  for (let i = 0; i < ROOT_CHANGES; i++) {
    // Several in one seal: nobody can keep the root out by filling the chain.
    minutes.take(fixtures.makeRootUpdate(world, alice, minutes.record('alice-cooper'), { service: `r${i}.example` }));
  }
  const record = minutes.record('alice-cooper');
  expect(record).toMatchObject({ allowance: 50, changes: 50, root: { changes: ROOT_CHANGES }, service: 'r9.example' });
  expect(refused(minutes, fixtures.makeRootUpdate(world, alice, record, { service: 'one.too.many.example' }))).toBe('no-changes-left');
});

test('a root-signed update can’t be replayed, and a thief’s updates do not make it stale', () => {
  const minutes = opened();
  const rescue = fixtures.makeRootUpdate(world, alice, minutes.record('alice-cooper'), { service: 'safe.example' });
  minutes.take(fixtures.makeUpdate(world, alice, minutes.record('alice-cooper'), { service: 'thief.example' }));
  minutes.take(rescue);
  expect(minutes.record('alice-cooper').service).toBe('safe.example');
  expect(refused(minutes, rescue)).toBe('stale-of');
});

test('a rotation replaces the key at once, counts, and keeps root and successor', () => {
  const minutes = opened();
  const next = fixtures.nextIdentity(alice);
  const update = fixtures.makeUpdate(world, alice, minutes.record('alice-cooper'), { service: 'thief.example' });
  minutes.take(fixtures.makeRotate(world, alice, next));
  expect(minutes.identity(alice.udf)).toMatchObject({ allowance: INCLUDED_ROTATIONS - 1, key: next.key.text, number: 1 });
  expect(refused(minutes, update)).toBe('wrong-signers');
  expect(refused(minutes, fixtures.makeRotate(world, next, fixtures.nextIdentity(next)))).toBe('chain-busy');
  minutes.seal();
  expect(refused(minutes, fixtures.makeRotate(world, alice, next))).toBe('stale-of');
  expect(refused(minutes, fixtures.makeRotate(world, next, fixtures.nextIdentity(fixtures.nextIdentity(next))))).toBe('wrong-number');
  expect(refused(minutes, fixtures.makeRotate(world, next, fixtures.nextIdentity(next, { next: alice.certificate.hash })))).toBe('wrong-certificate');
  expect(refused(minutes, fixtures.makeRotate(world, bob, fixtures.nextIdentity(bob)))).toBe('unknown-identity');
});

test('an assertion that expired, was made for another registry, or opens a second genesis is refused', () => {
  const minutes = opened();
  const other = fixtures.makeRegistry('other');
  expect(refused(minutes, fixtures.makeRegister(world, bob, 'bob-cooper', { notAfter: minutes.place.timeSec - 1 }))).toBe('expired');
  expect(refused(minutes, fixtures.makeRegister(other, fixtures.makeIdentity(other.registry, 'bob'), 'bob-cooper'))).toBe('other-registry');
  expect(refused(minutes, other.genesis)).toBe('already-genesis');
  expect(refused(minutes, world.genesis)).toBe('already-genesis');
  expect(refused(minutes, fixtures.makeRegister(world, bob, 'bob-cooper', { notAfter: minutes.place.timeSec }))).toBe('taken');
});
