import { expect, test } from 'vitest';
import { showUdf } from '../keys/udf';
import type { RecordEntry } from '../registry/state';
import { makeIdentity, makeMark, makePolicy, makeRegister, makeRegistry, makeRelease, makeReserve, makeRootUpdate, makeRotate, makeUpdate, nextIdentity } from './fixtures';
import * as names from './fixture-names';
import { ZERO } from './payloads';
import { describe, FOR_EVER } from './sentence';

const world = makeRegistry();
const alice = makeIdentity(world.registry, 'alice');
const record: RecordEntry = {
  after: ZERO, allowance: 50, case: null, changes: 3, display: 'alice', dns: [], ended: null, head: ZERO, locks: [], name: 'alice', pending: [], prev: null, proof: 1,
  registration: 'initial', root: { changes: 0, head: ZERO }, schedule: 1, service: 'example.com', source: 3, tenure: 0, type: 'record', udf: alice.udf,
};

test('what is to be signed is said in plain words, from before to after', () => {
  const says = (parsed: { payload: Parameters<typeof describe>[0] }, before?: RecordEntry) => describe(parsed.payload, before).replace(` ${FOR_EVER}`, '');
  const udf = showUdf(alice.udf);
  expect(describe(makeUpdate(world, alice, record, { service: 'example.net' }).payload, record)).toBe(
    'Move @alice from example.com to example.net. Change 4 of 50. Public for ever: it can’t be erased.',
  );
  expect(says(makeUpdate(world, alice, record, { service: 'comcast.0' }), record)).toBe('Move @alice from example.com to @comcast.0. Change 4 of 50.');
  expect(says(makeUpdate(world, alice, record, { service: null }), record)).toBe('Take @alice away from example.com, with no provider after. Change 4 of 50.');
  expect(says(makeUpdate(world, alice, { ...record, service: null }, { service: 'a.example' }), { ...record, service: null })).toBe('Give @alice the provider a.example. Change 4 of 50.');
  expect(says(makeUpdate(world, alice, record, { display: 'ALICE', dns: ['::1'] }), record)).toBe(
    'Change the DNS servers of @alice from none to ::1. Write @alice as ALICE instead of alice. Change 4 of 50.',
  );
  expect(says(makeRootUpdate(world, alice, record, { service: 'example.net' }), record)).toBe('Move @alice from example.com to example.net. Change 1 of 10 by the root key.');
  expect(says(makeUpdate(world, alice, record, { dns: ['::1'] }))).toBe('Set @alice: served by example.com, DNS at ::1, written alice.');
  expect(says(makeRegister(world, alice, '@alice'))).toBe(`Register @alice, for life, for $5,000, to ${udf}, served by provider.example.`);
  expect(says(makeRegister(world, alice, '@Zoë Cooper', { service: null }))).toBe(`Register @zoecooper, written Zoë Cooper, for life, for $0.10, to ${udf}, with no provider yet.`);
  expect(says(makeRotate(world, alice, nextIdentity(alice)))).toBe(`Give the identity ${udf} a new certificate, number 1: from its seal on only the new signing key counts.`);
  expect(says(makeReserve(world, 'admin'))).toBe('Reserve @admin: kept for the registry.');
  expect(says(makeRelease(world, 'admin', ZERO, 'Done.'))).toBe('Release @admin: Done.');
  expect(says(makeMark(world, 'acme', { classes: [9], number: '1', office: 'EUIPO', owner: 'ACME' }))).toBe('Record the mark EUIPO 1 of ACME for @acme, classes 9.');
  expect(says(makePolicy(world, world.policy, 1, world.registry))).toBe('Announce policy 1.');
  expect(says(world.genesis)).toBe('Open the registry registry.example.');
});

test('what changes a name’s holder, bars it or pays for it says in plain words who gets what, when, and what can be taken back', () => {
  const bob = makeIdentity(world.registry, 'bob');
  const [from, to] = [showUdf(alice.udf), showUdf(bob.udf)];
  const says = (parsed: { payload: Parameters<typeof describe>[0] }, before: RecordEntry | null = record) => describe(parsed.payload, before).replace(` ${FOR_EVER}`, '');
  expect(says(names.makeTransfer(world, alice, bob, record, { display: 'ALICE', dns: ['::1'], service: 'comcast.0' }))).toBe(
    `Give @alice from ${from} to ${to}, as tenure 1, written ALICE, served by @comcast.0, DNS at ::1. It is seen as pending first, and can be cancelled until it takes effect; then it can’t be taken back.`,
  );
  expect(says(names.makeRootTransfer(world, alice, bob, record), null)).toBe(`Give @alice to ${to}, as tenure 1, served by new.example. Signed by the root key, so at once: it can’t be taken back.`);
  const waits = { delaySec: 1, display: 'alice', dns: [], hash: ZERO, loggedSeal: 1, loggedSec: 1, proof: 1, service: null, to: bob.udf };
  expect(says(names.makeCancel(world, record, alice.key), { ...record, pending: [{ ...waits, kind: 'transfer' }] })).toBe(`Keep @alice: its pending transfer to ${to} is cancelled.`);
  expect(says(names.makeTopup(world, record))).toBe('Add changes to @alice for $0.10, and rotations to its holder’s identity.');
  expect(says(names.makeDispute(world, record, 'D1'))).toMatch(/^Open case D1 about @alice: until it is closed the name can’t be transferred,/);
  expect(says(names.makeDispute(world, record, 'D1', 'dispute-closed'), { ...record, pending: [{ ...waits, arbiters: world.policy.arbiters, decision: ZERO, kind: 'reassign' }] })).toBe(`Close case D1 about @alice: it is not reassigned to ${to}.`);
  expect(says(names.makeReassign(world, bob, { ...record, case: 'D1' }))).toBe(
    `Reassign @alice by the decision in case D1 from ${from} to ${to}, as tenure 1, served by new.example. It takes effect after the time of notice. Whoever pinned @alice.0 goes on reaching its holder.`,
  );
  expect(says(names.makePayment(world, record, 'payment-reversed'))).toBe('Note that the payment for @alice was taken back: if it isn’t made good in time, tenure 0 ends and the name is free again.');
  expect(says(names.makePayment(world, record, 'payment-settled'))).toBe('Note that the payment for @alice is final.');
});
