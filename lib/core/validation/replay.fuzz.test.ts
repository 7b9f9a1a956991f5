import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import * as fixtures from '../assertion/fixtures';
import { parseAssertion, type ParsedAssertion } from '../assertion/parse';
import { DEFAULT_DELAYS } from '../assertion/policy-defaults';
import { checkSignatures, type VerifiedAssertion } from '../assertion/verify';
import { compareBytes } from '../bytes/bytes';
import { wholeTreeRoot } from '../map/whole';
import { DueIndex, waitsOf } from '../registry/due-index';
import type { FixtureLog } from '../registry/fixture-log';
import { parseEntry } from '../registry/parse-entry';
import { encodeEntry, type RecordEntry, stateValue, type StateWrite } from '../registry/state';
import { ACTION_KINDS, type Action, FixtureHistory } from './fixture-history';
import { Replayer, type Snapshot } from './replay';

const delays = { ...DEFAULT_DELAYS, curingSec: 60, noticeSec: 60, policySec: 120, quoteSec: 60, reversalSec: 240, transferSec: 120 };
const world = fixtures.makeRegistry('history', { delays });

const action: fc.Arbitrary<Action> = fc.record({
  kind: fc.constantFrom(...ACTION_KINDS, 'register' as const, 'register' as const, 'update' as const, 'transfer' as const, 'dispute' as const, 'reassign' as const, 'reassign' as const, 'payment-reversed' as const),
  value: fc.nat(1_000),
  // Few names are tried often, so that things happen to one after another.
  what: fc.constantFrom(0, 0, 0, 2, 2, 3, 1, 4),
  who: fc.nat(2),
});
const minutes = fc.array(fc.array(action, { maxLength: 8 }), { maxLength: 10, minLength: 1 });

function play(plan: readonly (readonly Action[])[]): FixtureHistory {
  const history = new FixtureHistory(world);
  for (const actions of plan) history.minute(actions);
  return history;
}

/** verifiedOf verifies a log's assertions once, for every replay of it. */
function verifiedOf(log: FixtureLog): VerifiedAssertion[] {
  return log.proofs.map((bytes) => checkSignatures(parseAssertion(bytes)));
}

/** writesUpTo is the state after a seal, in order of key: what a snapshot holds. */
function writesUpTo(log: FixtureLog, seal: number): StateWrite[] {
  const latest = new Map<string, StateWrite>();
  for (const sealed of log.seals.slice(0, seal + 1)) for (const write of sealed.writes) latest.set(String(write.key), write);
  return [...latest.values()].sort((a, b) => compareBytes(a.key, b.key));
}

function snapshotAt(log: FixtureLog, number: number): Snapshot {
  const sealed = log.seals[number];
  if (sealed === undefined) throw new Error('no such seal');
  const items = writesUpTo(log, number).map(({ key, item }) => ({ bytes: item.bytes, index: item.index, key }));
  return { edges: sealed.edges, items, seal: { bytes: log.names[sealed.last.index] as Uint8Array, index: sealed.last.index } };
}

function replayFrom(replayer: Replayer, log: FixtureLog, verified: readonly VerifiedAssertion[], seal: number): void {
  for (const sealed of log.seals.slice(seal)) {
    const [first, end] = sealed.seal.covers;
    const names = log.names.slice(sealed.names.first, sealed.last.index + 1);
    expect(replayer.replay(verified.slice(first, end), sealed.seal.timeSec, names).checkpoints).toEqual(sealed.checkpoints);
  }
  expect(replayer.edges).toEqual(log.edges);
  expect(replayer.map.root()).toEqual(log.map.root());
  expect(replayer.state.size).toBe(log.state.size);
  expect(waiting(replayer.due)).toEqual(waiting(log.due));
}

/** waiting is what an index says of every moment: of who gives what away, and of what falls due when. */
function waiting(due: DueIndex) {
  const all = due.all().sort((a, b) => (a.name < b.name ? -1 : 1));
  const givers = [...new Set(all.flatMap(({ given }) => (given === null ? [] : [given.by])))];
  const times = [...new Set(all.flatMap(({ effects }) => effects.map(({ dueSec }) => dueSec)))];
  return { all, due: times.flatMap((timeSec) => [due.candidates(timeSec), due.candidates(timeSec - 1)]), given: givers.map((udf) => due.givenBy(udf)) };
}

test('live state, replay from genesis and replay from any snapshot are the same, byte for byte', () => {
  fc.assert(
    fc.property(minutes, fc.nat(7), (plan, from) => {
      const { log } = play(plan);
      const verified = verifiedOf(log);
      replayFrom(Replayer.fromGenesis(), log, verified, 0);
      const seal = from % log.seals.length;
      replayFrom(Replayer.fromSnapshot(snapshotAt(log, seal)), log, verified, seal + 1);
      const items = writesUpTo(log, log.seals.length - 1);
      expect(waiting(DueIndex.of(items.map(({ item }) => item)))).toEqual(waiting(log.due));
      expect(items.filter(({ item }) => waitsOf(item.entry) !== null)).toHaveLength(log.due.size);
      const pairs = items.map(({ key, item }) => ({ key, value: stateValue(item.bytes) }));
      expect(wholeTreeRoot(pairs)).toEqual(log.map.root());
    }),
    { numRuns: 25 },
  );
});

test('in every history a tenure has one holder, tenures follow on each other, allowances never go below zero, and no change lacks its signatures', () => {
  fc.assert(
    fc.property(minutes, (plan) => {
      const { log } = play(plan);
      const proofs = log.proofs.map(parseAssertion);
      const tenures = new Map<string, RecordEntry>();
      const highest = new Map<string, RecordEntry>();
      const keys = new Map<string, string>();
      for (const [index, bytes] of log.names.entries()) {
        const entry = parseEntry(bytes);
        if (entry.type === 'identity') {
          expect(entry.allowance).toBeGreaterThanOrEqual(0);
          keys.set(entry.udf, entry.key);
        }
        if (entry.type !== 'record') continue;
        expect(entry.changes).toBeLessThanOrEqual(entry.allowance);
        expect(entry.prev ?? -1).toBeLessThan(index);
        const before = tenures.get(`${entry.name}.${entry.tenure}`) ?? null;
        expect(before === null ? null : encodeEntry(before)).toEqual(entry.prev === null ? null : log.names[entry.prev]);
        if (before !== null) checkSame(before, entry);
        else checkNext(highest.get(entry.name), entry);
        tenures.set(`${entry.name}.${entry.tenure}`, entry);
        if (before === null || highest.get(entry.name)?.tenure === entry.tenure) highest.set(entry.name, entry);
        if (entry.proof >= (log.seals.find((sealed) => sealed.last.index > index)?.seal.covers[0] ?? 0)) checkSigned(entry, proofs[entry.proof] as ParsedAssertion, keys);
      }
    }),
    { numRuns: 12 },
  );
});

/** checkSame: within a tenure the holder stays, what was used up stays used up, and an ended tenure lives no more, nor waits for anything. */
function checkSame(before: RecordEntry, entry: RecordEntry): void {
  expect([entry.udf, entry.registration, entry.schedule]).toEqual([before.udf, before.registration, before.schedule]);
  expect(entry.changes).toBeGreaterThanOrEqual(before.changes);
  if (before.ended === null) return;
  expect([before.ended, entry.ended, entry.pending, entry.locks]).toEqual(['reassignment', 'reassignment', [], []]);
}

/** checkNext: a tenure opens only over one that has just been closed, and says how. */
function checkNext(last: RecordEntry | undefined, entry: RecordEntry): void {
  const how = { initial: 'unpaid', reassigned: 'reassignment', transfer: 'transfer' } as const;
  expect(entry.tenure).toBe(last === undefined ? 0 : last.tenure + 1);
  expect(last === undefined ? 'unpaid' : last.ended).toBe(how[entry.registration]);
  expect([entry.pending, entry.case, entry.ended, entry.changes]).toEqual([[], null, null, 0]);
}

/** checkSigned: what an assertion did at its own seal was signed by those who may, as their keys were then. */
function checkSigned(entry: RecordEntry, assertion: ParsedAssertion, keys: ReadonlyMap<string, string>): void {
  checkSignatures(assertion);
  const signers = assertion.envelope.signatures.map((one) => one.keyid);
  const { payload } = assertion;
  const arbiters = world.arbiters.slice(0, 2).map(({ text }) => text);
  const holder = keys.get(entry.udf);
  if (entry.source === entry.proof) expect(payload).toMatchObject({ display: entry.display, dns: entry.dns, name: entry.name, service: entry.service });
  switch (payload.type) {
    case 'register':
      return expect(signers).toEqual([holder, world.registrar.text]);
    case 'update':
      return expect(signers).toEqual(entry.head === assertion.hash ? [holder] : [root(entry.udf)]);
    case 'transfer':
      expect(keys.get(payload.udf)).toBe(signers[1]);
      return payload.tenure === entry.tenure ? expect([holder, root(entry.udf)]).toContain(signers[0]) : expect(entry.udf).toBe(payload.udf);
    case 'cancel':
      return expect([holder, root(entry.udf)]).toContain(signers[0]);
    case 'rotate':
      return expect(payload.udf).toBe(entry.udf);
    case 'reassign':
      return expect(signers).toEqual([...arbiters, keys.get(payload.udf)]);
    case 'dispute':
    case 'dispute-closed':
      return expect(signers).toEqual(arbiters);
    default:
      return expect(signers).toEqual([world.registrar.text]);
  }
}

function root(udf: string): string {
  const found = ['alice', 'bob', 'carol'].map((label) => fixtures.makeIdentity(world.registry, label)).find((identity) => identity.udf === udf);
  return found?.root.text ?? '';
}

test('the random histories reach every end of a tenure, every state of a record and every refusal of a transfer', () => {
  const reached = new Set<string>();
  for (const plan of fc.sample(minutes, { numRuns: 80, seed: 1 })) {
    const { log } = play(plan);
    for (const bytes of log.names) {
      const entry = parseEntry(bytes);
      if (entry.type !== 'record') continue;
      reached.add(`ended ${entry.ended}`).add(`pending ${entry.pending[0]?.kind}`).add(`case ${entry.case !== null}`);
      for (const { kind } of entry.locks) reached.add(`lock ${kind}`);
    }
    for (const { refused } of log.seals) for (const { code } of refused) reached.add(code);
  }
  const wanted = ['ended transfer', 'ended reassignment', 'ended unpaid', 'pending transfer', 'pending reassign', 'case true', 'lock payment', 'lock reversed'];
  const refusals = ['transfer-barred', 'already-pending', 'wrong-case', 'not-reversible', 'stale-of', 'stale-prev', 'wrong-tenure', 'nothing-changes', 'wrong-signers'];
  expect([...wanted, ...refusals].filter((one) => !reached.has(one))).toEqual([]);
});
