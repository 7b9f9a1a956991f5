import { expect, test } from 'vitest';
import { showUdf } from '../keys/udf';
import type { RecordEntry } from '../registry/state';
import { makeIdentity, makeMark, makePolicy, makeRegister, makeRegistry, makeRelease, makeReserve, makeRootUpdate, makeRotate, makeUpdate, nextIdentity } from './fixtures';
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
