import { expect, test } from 'vitest';
import * as names from '../assertion/fixture-names';
import * as fixtures from '../assertion/fixtures';
import { parseAssertion, type ParsedAssertion } from '../assertion/parse';
import { DEFAULT_DELAYS } from '../assertion/policy-defaults';
import type { Json } from '../bytes/canonical-json';
import { Refusal } from '../refusal';
import { FixtureLog } from '../registry/fixture-log';
import { encodeEntry, identityKey, nameKey, type RecordEntry, readRecord } from '../registry/state';
import { Facts } from './check-step';
import { checkRecordSigners } from './evidence-of-record';
import { fixtureProof } from './fixture-proof';
import { verifyStateProof } from './light-client';

const delays = { ...DEFAULT_DELAYS, curingSec: 60, noticeSec: 60, policySec: 120, reversalSec: 360, transferSec: 120 };
const world = fixtures.makeRegistry('records that follow', { delays });
const [alice, bob] = ['alice', 'bob'].map((label) => fixtures.makeIdentity(world.registry, label)) as [fixtures.FixtureIdentity, fixtures.FixtureIdentity];
const alice1 = fixtures.nextIdentity(alice);
const NAME = 'alice';

type Make = (record: RecordEntry) => ParsedAssertion | null;

/** lived is a registry after these seals; alice registers the name, whose payment locks it, in the first. */
function lived(...makes: readonly Make[]): FixtureLog {
  const log = new FixtureLog(world);
  for (const make of [() => fixtures.makeRegister(world, alice, NAME), ...makes]) {
    const parsed = make(readRecord(log.state, NAME)?.entry as RecordEntry);
    expect(log.seal(parsed === null ? [] : [parsed]).refused).toEqual([]);
  }
  return log;
}

function recordIn(log: FixtureLog, tenure: number | null = null): RecordEntry {
  return readRecord(log.state, NAME, tenure)?.entry as RecordEntry;
}

/** verdict says what a light client says of a record, whether it is the logged one or another that the log key has signed. */
function verdict(log: FixtureLog, tenure: number | null, change: Partial<RecordEntry> = {}): string {
  const record = { ...recordIn(log, tenure), ...change };
  const { chain } = verifyStateProof(fixtureProof(log, { kind: 'identity', udf: alice.udf }) as object as Json, { registry: world.registry });
  const identity = log.state.get(identityKey(record.udf))?.entry;
  if (identity?.type !== 'identity' || chain === null) throw new Error('the holder is not in the log');
  try {
    checkRecordSigners(new Facts(), record, identity, log.proofs.map((bytes, index) => ({ index, parsed: parseAssertion(bytes) })), chain);
    return 'taken';
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}

const idle: Make = () => null;
const settle: Make = (record) => names.makePayment(world, record, 'payment-settled');
const reverse: Make = (record) => names.makePayment(world, record, 'payment-reversed');
const dispute: Make = (record) => names.makeDispute(world, record, 'D1');
const close: Make = (record) => names.makeDispute(world, record, 'D1', 'dispute-closed');
const transfer: Make = (record) => names.makeTransfer(world, alice, bob, record);
const rootTransfer: Make = (record) => names.makeRootTransfer(world, alice, bob, record);
const cancel: Make = (record) => names.makeCancel(world, record, alice.key);
const reassign: Make = (record) => names.makeReassign(world, bob, record);
const topup: Make = (record) => names.makeTopup(world, record);
const update: Make = (record) => fixtures.makeUpdate(world, alice, record, { service: 'new.example' });
const rotate: Make = () => fixtures.makeRotate(world, alice, alice1);

// What the record of that tenure rests on, how it got there, and how the tenure may have ended if nothing waits in it.
test.each<[string, readonly Make[], number, readonly RecordEntry['ended'][]]>([
  ['register', [], 0, [null]],
  ['update', [update], 0, [null, 'reassignment']],
  ['topup', [topup], 0, [null, 'reassignment']],
  ['payment-settled', [settle], 0, [null]],
  ['payment-reversed', [reverse], 0, [null, 'unpaid']],
  ['payment-reversed, uncured', [reverse, idle, idle], 0, ['unpaid']],
  ['dispute', [dispute], 0, [null]],
  ['dispute-closed', [dispute, close], 0, [null]],
  ['transfer', [settle, transfer], 0, [null, 'transfer']],
  ['transfer, done', [settle, transfer, idle, idle], 0, ['transfer']],
  ['transfer, the next tenure', [settle, transfer, idle, idle], 1, [null]],
  ['root transfer', [settle, rootTransfer], 0, ['transfer']],
  ['root transfer, the next tenure', [settle, rootTransfer], 1, [null]],
  ['cancel', [settle, transfer, cancel], 0, [null]],
  ['rotate', [settle, transfer, rotate], 0, [null]],
  ['reassign', [dispute, reassign], 0, [null, 'reassignment']],
  ['reassign, done', [dispute, reassign, idle], 0, ['reassignment']],
  ['reassign, the next tenure', [dispute, reassign, idle], 1, [null]],
])('a record that rests on %s shows a tenure that lives, or has ended by it, and no other', (_what, makes, tenure, may) => {
  const log = lived(...makes);
  const { ended, locks, pending } = recordIn(log, tenure);
  expect(verdict(log, tenure)).toBe('taken');
  const endings = [null, 'transfer', 'reassignment', 'unpaid'] as const;
  const taken = endings.filter((one) => verdict(log, tenure, one === ended ? {} : { ended: one, locks: [], pending: [] }) === 'taken');
  expect(taken).toEqual(may);
  const waiting = { locks, pending };
  // Something waits, and the tenure has ended nevertheless.
  if (ended === null && locks.length + pending.length > 0) expect(endings.slice(1).map((one) => verdict(log, tenure, { ...waiting, ended: one }))).toEqual(['bad-proof-file', 'bad-proof-file', 'bad-proof-file']);
});

test('a record is the one that its assertion left: the chain of arbiters and registrar ends there, and what a case voids is gone', () => {
  const after = alice.certificate.hash;
  const [reversed, disputed, pending] = [lived(reverse), lived(settle, dispute), lived(settle, transfer)];
  expect([verdict(reversed, 0, { after }), verdict(disputed, 0, { after })]).toEqual(['stale-prev', 'stale-prev']);
  expect(verdict(disputed, 0, { pending: recordIn(pending).pending })).toBe('bad-proof-file');
  expect([verdict(pending, 0, { pending: [] }), verdict(pending, 0, { head: after })]).toEqual(['bad-proof-file', 'stale-prev']);
  const given = lived(settle, rootTransfer);
  expect(verdict(given, 0, { root: { changes: 0, head: after } })).toBe('stale-of');
});

/** claim is what the whole check says of a log whose state holds the record changed in that way, and a seal over it. */
function claim(makes: readonly Make[], tenure: number | null, change: Partial<RecordEntry>): string | undefined {
  const log = lived(...makes);
  const highest = recordIn(log).tenure;
  const key = nameKey(NAME, tenure === highest ? null : tenure);
  const item = log.state.get(key);
  const entry = { ...recordIn(log, tenure), ...change };
  const bytes = encodeEntry(entry);
  // The next update of that tenure builds on what was forged: so the log holds it.
  log.state.commit([{ item: { bytes, entry, index: item?.index ?? 0 }, key }]);
  expect(log.seal([fixtures.makeUpdate(world, alice, { ...entry, service: null }, { service: 'forged.example' })]).refused).toEqual([]);
  const found = verifyStateProof(fixtureProof(log, { kind: 'name', name: NAME, tenure }) as object as Json, { registry: world.registry });
  return found.steps.find((step) => step.state === 'failed')?.code;
}

test('an earlier tenure has ended, and the highest has not passed its name on', () => {
  const passed = [dispute, reassign, idle];
  expect([claim(passed, 0, {}), claim(passed, 0, { ended: null })]).toEqual([undefined, 'state']);
  expect([claim([], null, {}), claim([], null, { ended: 'reassignment', locks: [] })]).toEqual([undefined, 'state']);
});

test('a transfer that was dropped, because under a shorter period the payment lock counts again, leaves a record that is taken', () => {
  const shorter = fixtures.makePolicy(world, { ...world.policy, periodSec: 15 }, 1, world.registry);
  // The lock asks for 12 seals of 15 seconds instead of 3 of 60, and the transfer, logged at seal 7, falls due at seal 11.
  const log = lived(idle, idle, idle, idle, () => shorter, transfer, idle, idle, idle);
  expect(recordIn(log)).toMatchObject({ ended: null, pending: [{ kind: 'transfer' }], tenure: 0 });
  expect(log.seal([]).refused).toEqual([]);
  expect(recordIn(log)).toMatchObject({ ended: null, locks: [{ kind: 'payment' }], pending: [], tenure: 0 });
  const found = verifyStateProof(fixtureProof(log, { kind: 'name', name: NAME, tenure: null }) as object as Json, { registry: world.registry });
  expect([found.ok, parseAssertion(log.proofs[found.record?.proof ?? 0] as Uint8Array).payload.type]).toEqual([true, 'transfer']);
  expect(verdict(log, 0, { locks: [] })).toBe('bad-proof-file');
});
