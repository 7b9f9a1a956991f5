import { expect, test } from 'vitest';
import { ZERO } from '../assertion/payloads';
import { canonicalText, type Json } from '../bytes/canonical-json';
import { identityText, recordText } from './entry-text';
import type { PendingChange } from './pending-entries';
import type { IdentityEntry, RecordEntry } from './state';

const hash = (digit: string) => `${digit.repeat(42)}A=`;
const pending: PendingChange = { delaySec: 5, display: '"É\\', dns: ['::1'], hash: hash('h'), kind: 'transfer', loggedSeal: 3, loggedSec: 4, proof: 7, service: null, to: 'M'.repeat(52) };
const plain: RecordEntry = {
  after: hash('a'), allowance: 50, case: null, changes: 0, display: 'Alice', dns: [], ended: null, head: hash('b'), locks: [], name: 'alice', pending: [], prev: null, proof: 1,
  registration: 'initial', root: { changes: 0, head: hash('c') }, schedule: 1, service: null, source: 1, tenure: 0, type: 'record', udf: 'M'.repeat(52),
};
const records: RecordEntry[] = [
  plain,
  { ...plain, case: '2026/"7"\\é', display: 'Älice "x"\u0007\\', dns: ['192.0.2.1', '2001:db8::1'], ended: 'reassignment', prev: 0, registration: 'transfer', service: 'one.example' },
  { ...plain, locks: [{ delaySec: 1, kind: 'payment', loggedSeal: 2, loggedSec: 3, proof: 4 }, { delaySec: 1, kind: 'reversed', loggedSeal: 2, loggedSec: 3, proof: 4 }] },
  { ...plain, pending: [pending], prev: Number.MAX_SAFE_INTEGER, service: 'comcast.0', tenure: 9 },
  { ...plain, pending: [{ ...pending, arbiters: { keys: [ZERO, hash('k')], threshold: 1 }, decision: hash('d'), kind: 'reassign' }] },
];
const identity: IdentityEntry = {
  allowance: 50, ca: null, certificate: hash('c'), encrypt: hash('e'), key: hash('k'), next: null, number: 0, prev: null, proof: 1, root: hash('r'), type: 'identity', udf: 'M'.repeat(52),
};

test('records and identities are written as the encoder writes them, each of their fields', () => {
  for (const record of records) expect(recordText(record)).toBe(canonicalText({ ...record } as object as Json));
  for (const one of [identity, { ...identity, ca: hash('a'), next: hash('n'), number: 3, prev: 12 }]) expect(identityText(one)).toBe(canonicalText({ ...one } as object as Json));
});

test('a display that has no JSON form is not written', () => {
  expect(() => recordText({ ...plain, display: '\ud800' })).toThrow(/bad-json/);
});
