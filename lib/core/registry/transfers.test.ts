import { expect, test } from 'vitest';
import * as names from '../assertion/fixture-names';
import * as fixtures from '../assertion/fixtures';
import type { ParsedAssertion } from '../assertion/parse';
import { DEFAULT_DELAYS } from '../assertion/policy-defaults';
import { Refusal } from '../refusal';
import { FixtureMinutes } from './fixture-minutes';
import type { RecordEntry } from './state';

const delays = { ...DEFAULT_DELAYS, policySec: 60, transferSec: 180 };
const world = fixtures.makeRegistry('transfers', { delays });
const [alice, bob, carol] = ['alice', 'bob', 'carol'].map((label) => fixtures.makeIdentity(world.registry, label)) as [fixtures.FixtureIdentity, fixtures.FixtureIdentity, fixtures.FixtureIdentity];

/** start is a registry in which alice holds a name. */
function start(name = 'alice-cooper'): FixtureMinutes {
  const minutes = new FixtureMinutes(world);
  minutes.take(fixtures.makeRegister(world, alice, name));
  minutes.seal();
  return minutes;
}

function codeOf(minutes: FixtureMinutes, parsed: ParsedAssertion): string {
  try {
    minutes.take(parsed);
    return 'taken';
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}

const NAME = 'alice-cooper';
const record = (minutes: FixtureMinutes): RecordEntry => minutes.record(NAME);

test('a transfer is pending for its delay, in seconds and in seals, and then opens the next tenure after closing the last', () => {
  const minutes = start();
  const transfer = names.makeTransfer(world, alice, bob, record(minutes));
  const [identity, pending] = minutes.take(transfer);
  expect(identity?.entry).toMatchObject({ type: 'identity', udf: bob.udf });
  expect(pending?.entry).toMatchObject({ changes: 1, ended: null, head: transfer.hash, pending: [{ delaySec: 180, hash: transfer.hash, kind: 'transfer', to: bob.udf }], service: 'provider.example', udf: alice.udf });
  const { proof } = record(minutes);
  expect(minutes.seal(1)).toEqual([]);
  // Half of three periods are two seals: a clock set forward by ten minutes is not enough.
  expect(minutes.seal(600)).toEqual([]);
  const entries = minutes.seal().map(({ entry }) => entry);
  expect(entries).toMatchObject([
    { changes: 1, ended: 'transfer', locks: [], pending: [], proof, tenure: 0, udf: alice.udf },
    { after: transfer.hash, allowance: 49, changes: 0, head: transfer.hash, prev: null, proof, registration: 'transfer', root: { changes: 0, head: transfer.hash }, service: 'new.example', source: proof, tenure: 1, udf: bob.udf },
  ]);
  expect(minutes.due.size).toBe(0);
  expect(minutes.record(NAME, 0).ended).toBe('transfer');
  expect(codeOf(minutes, fixtures.makeUpdate(world, alice, minutes.record(NAME, 0), { service: null }))).toBe('wrong-tenure');
  expect(codeOf(minutes, fixtures.makeUpdate(world, bob, record(minutes), { service: null }))).toBe('taken');
});

test('a transfer signed by the root key is done at once, over a pending one, and even where the signing key’s chain is busy', () => {
  const minutes = start();
  const before = record(minutes);
  minutes.take(names.makeTransfer(world, alice, carol, before));
  const transfer = names.makeRootTransfer(world, alice, bob, before);
  const [, closing, opening] = minutes.take(transfer).map(({ entry }) => entry);
  expect(closing).toMatchObject({ ended: 'transfer', pending: [], root: { changes: 0, head: transfer.hash } });
  expect(opening).toMatchObject({ allowance: 48, registration: 'transfer', tenure: 1, udf: bob.udf });
  expect(minutes.seal(60, 5)).toEqual([]);
  expect(record(minutes).udf).toBe(bob.udf);
});

test('a second transfer is refused while one is pending; cancelled by signing or root key it is gone, and can’t be logged again', () => {
  for (const signer of [alice.key, alice.root]) {
    const minutes = start();
    const first = names.makeTransfer(world, alice, bob, record(minutes));
    minutes.take(first);
    expect(codeOf(minutes, names.makeTransfer(world, alice, carol, record(minutes)))).toBe('already-pending');
    expect(codeOf(minutes, names.makeCancel(world, record(minutes), bob.key))).toBe('wrong-signers');
    expect(codeOf(minutes, names.makeCancel(world, record(minutes), signer, bob.certificate.hash))).toBe('stale-of');
    const cancel = names.makeCancel(world, record(minutes), signer);
    minutes.take(cancel);
    expect(record(minutes)).toMatchObject({ changes: 1, head: first.hash, pending: [] });
    expect(codeOf(minutes, cancel)).toBe('stale-of');
    expect(codeOf(minutes, first)).toBe('stale-prev');
    expect(minutes.seal(60, 5)).toEqual([]);
    expect(record(minutes).udf).toBe(alice.udf);
  }
});

test('a rotation voids what its identity is giving away, in the order it was logged, and nothing that it is given', () => {
  const minutes = start();
  for (const name of ['second-name', 'third-name']) minutes.take(fixtures.makeRegister(world, alice, name));
  minutes.take(fixtures.makeRegister(world, bob, 'name-of-bob'));
  minutes.seal();
  minutes.take(names.makeTransfer(world, alice, carol, minutes.record('third-name')));
  minutes.take(names.makeTransfer(world, bob, alice, minutes.record('name-of-bob')));
  minutes.take(names.makeTransfer(world, alice, bob, minutes.record(NAME)));
  expect(minutes.due.givenBy(alice.udf)).toEqual(['third-name', NAME]);
  const next = fixtures.nextIdentity(alice);
  const entries = minutes.take(fixtures.makeRotate(world, alice, next)).map(({ entry }) => entry);
  expect(entries.map((entry) => (entry.type === 'record' ? entry.name : entry.type))).toEqual(['identity', 'third-name', NAME]);
  expect(entries.slice(1).map((entry) => entry.type === 'record' && [entry.pending, entry.proof, entry.udf])).toEqual([[[], minutes.place.proofIndex - 1, alice.udf], [[], minutes.place.proofIndex - 1, alice.udf]]);
  expect(minutes.due.givenBy(alice.udf)).toEqual([]);
  minutes.seal(60, 5);
  // To the UDF, whose key is another one by now.
  expect(minutes.record('name-of-bob')).toMatchObject({ tenure: 1, udf: alice.udf });
  expect(record(minutes)).toMatchObject({ tenure: 0, udf: alice.udf });
});

test('a transfer needs both signatures, the holder’s first, and the recipient’s logged certificate', () => {
  const minutes = start();
  const payload = names.makeTransfer(world, alice, bob, record(minutes)).payload;
  for (const signers of [[alice.key], [bob.key, alice.key], [alice.key, bob.root], [alice.root, bob.key], [carol.key, bob.key]]) {
    expect(codeOf(minutes, fixtures.signedBy(payload, signers))).toBe('wrong-signers');
  }
  expect(codeOf(minutes, names.makeTransfer(world, alice, bob, record(minutes), { udf: carol.udf }))).toBe('wrong-certificate');
  expect(codeOf(minutes, names.makeTransfer(world, alice, fixtures.nextIdentity(bob), record(minutes)))).toBe('wrong-certificate');
  expect(codeOf(minutes, names.makeRootTransfer(world, alice, alice, record(minutes)))).toBe('nothing-changes');
  minutes.take(fixtures.makeRegister(world, bob, 'name-of-bob'));
  minutes.take(fixtures.makeRotate(world, bob, fixtures.nextIdentity(bob)));
  expect(codeOf(minutes, names.makeTransfer(world, alice, bob, record(minutes)))).toBe('wrong-certificate');
  expect(codeOf(minutes, names.makeTransfer(world, alice, fixtures.nextIdentity(bob), record(minutes)))).toBe('taken');
});

test('only the highest, living tenure can be transferred, and what quotes an older head is stale', () => {
  const minutes = start();
  const before = record(minutes);
  expect(codeOf(minutes, names.makeTransfer(world, alice, bob, { ...before, tenure: 1 }))).toBe('wrong-tenure');
  expect(codeOf(minutes, names.makeTransfer(world, alice, bob, { ...before, name: 'nobody-here' }))).toBe('unknown-name');
  expect(codeOf(minutes, names.makeTransfer(world, alice, bob, { ...before, head: bob.certificate.hash }))).toBe('stale-prev');
  expect(codeOf(minutes, names.makeRootTransfer(world, alice, bob, { ...before, root: { changes: 0, head: bob.certificate.hash } }))).toBe('stale-of');
  minutes.take(names.makeRootTransfer(world, alice, bob, before));
  expect(codeOf(minutes, names.makeRootTransfer(world, alice, carol, before))).toBe('wrong-tenure');
  expect(codeOf(minutes, names.makeCancel(world, minutes.record(NAME, 0), alice.key))).toBe('wrong-tenure');
});

test('one transfer a seal by the signing key, and none in the seal of another change of that chain', () => {
  const minutes = start();
  minutes.take(fixtures.makeUpdate(world, alice, record(minutes), { service: null }));
  const second = names.makeTransfer(world, alice, bob, record(minutes));
  expect(codeOf(minutes, second)).toBe('chain-busy');
  minutes.seal();
  expect(codeOf(minutes, second)).toBe('taken');
});

test('every transfer uses a change of what was paid for or one of the ten of the root key, so that no two identities can pass a name to and fro for ever', () => {
  const minutes = start();
  for (let i = 0; i < 60; i++) {
    const [from, to] = i % 2 === 0 ? [alice, bob] : [bob, alice];
    minutes.take(names.makeRootTransfer(world, from, to, record(minutes)));
    expect(record(minutes)).toMatchObject({ allowance: Math.max(0, 49 - i), root: { changes: Math.max(0, i - 49) }, tenure: i + 1 });
  }
  expect(codeOf(minutes, names.makeTransfer(world, alice, bob, record(minutes)))).toBe('no-changes-left');
  expect(codeOf(minutes, names.makeRootTransfer(world, alice, bob, record(minutes)))).toBe('no-changes-left');
  minutes.take(names.makeTopup(world, record(minutes)));
  expect(codeOf(minutes, names.makeRootTransfer(world, alice, bob, record(minutes)))).toBe('taken');
});

test('whoever has the signing key can use up the changes, and the owner still gives the name away with the root key', () => {
  const minutes = start();
  for (let i = 0; i < 50; i++) {
    minutes.take(fixtures.makeUpdate(world, alice, record(minutes), { service: `host-${i}.example` }));
    minutes.seal();
  }
  const used = record(minutes);
  expect(used.changes).toBe(used.allowance);
  expect(codeOf(minutes, names.makeTransfer(world, alice, bob, used))).toBe('no-changes-left');
  minutes.take(names.makeRootTransfer(world, alice, bob, used));
  expect(record(minutes)).toMatchObject({ allowance: 0, root: { changes: 1 }, tenure: 1, udf: bob.udf });
});

test('an identity gives away at most a hundred names at a time, so that a rotation stays small; by the root key as many as it likes', () => {
  const minutes = start();
  for (let i = 0; i < 100; i++) minutes.take(fixtures.makeRegister(world, alice, `name-of-alice-${i}`));
  minutes.seal();
  for (let i = 0; i < 100; i++) minutes.take(names.makeTransfer(world, alice, bob, minutes.record(`name-of-alice-${i}`)));
  expect(codeOf(minutes, names.makeTransfer(world, alice, bob, record(minutes)))).toBe('too-many-pending');
  expect(codeOf(minutes, names.makeRootTransfer(world, alice, bob, record(minutes)))).toBe('taken');
  const entries = minutes.take(fixtures.makeRotate(world, alice, fixtures.nextIdentity(alice)));
  expect(entries).toHaveLength(101);
});

test('a top-up adds changes to the tenure and rotations to its holder, for the price of a schedule in force', () => {
  const minutes = start();
  expect(codeOf(minutes, names.makeTopup(world, record(minutes), { priceCents: 9 }))).toBe('wrong-price');
  expect(codeOf(minutes, names.makeTopup(world, record(minutes), { schedule: 2 }))).toBe('unknown-schedule');
  expect(codeOf(minutes, names.makeTopup(world, record(minutes), { after: bob.certificate.hash }))).toBe('stale-prev');
  const certificateAt = minutes.identity(alice.udf).proof;
  const topup = names.makeTopup(world, record(minutes));
  const [identity, after] = minutes.take(topup).map(({ entry }) => entry);
  // The identity goes on resting on the assertion that has its certificate.
  expect(identity).toMatchObject({ allowance: 100, certificate: alice.certificate.hash, proof: certificateAt });
  expect(after).toMatchObject({ after: topup.hash, allowance: 100, changes: 0, proof: minutes.place.proofIndex - 1 });
  expect(codeOf(minutes, names.makeTopup(world, record(minutes)))).toBe('chain-busy');
});

test('a delay that a later policy changes does not touch a transfer already logged', () => {
  const minutes = start();
  const longer = { ...world.policy, delays: { ...delays, transferSec: 6_000 } };
  minutes.take(fixtures.makePolicy(world, longer, 1, world.registry));
  minutes.take(names.makeTransfer(world, alice, bob, record(minutes)));
  minutes.seal(60, 1);
  expect(minutes.policy().number).toBe(1);
  minutes.seal(60, 1);
  expect(record(minutes).udf).toBe(bob.udf);
});
