import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import * as fixtures from '../assertion/fixtures';
import { parseAssertion, type ParsedAssertion } from '../assertion/parse';
import { DEFAULT_DELAYS } from '../assertion/policy-defaults';
import { checkSignatures, type VerifiedAssertion } from '../assertion/verify';
import { compareBytes } from '../bytes/bytes';
import { wholeTreeRoot } from '../map/whole';
import type { FixtureLog } from '../registry/fixture-log';
import { parseEntry } from '../registry/parse-entry';
import { type RecordEntry, stateValue, type StateWrite } from '../registry/state';
import { ACTION_KINDS, type Action, FixtureHistory } from './fixture-history';
import { Replayer, type Snapshot } from './replay';

const delays = { ...DEFAULT_DELAYS, policySec: 120, quoteSec: 60 };
const world = fixtures.makeRegistry('history', { delays });

const action: fc.Arbitrary<Action> = fc.record({
  kind: fc.constantFrom(...ACTION_KINDS, 'register' as const, 'update' as const, 'update' as const),
  value: fc.nat(1_000),
  what: fc.nat(4),
  who: fc.nat(2),
});
const minutes = fc.array(fc.array(action, { maxLength: 5 }), { maxLength: 7, minLength: 1 });

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
}

test('live state, replay from genesis and replay from any snapshot are the same, byte for byte', () => {
  fc.assert(
    fc.property(minutes, fc.nat(7), (plan, from) => {
      const { log } = play(plan);
      const verified = verifiedOf(log);
      replayFrom(Replayer.fromGenesis(), log, verified, 0);
      const seal = from % log.seals.length;
      replayFrom(Replayer.fromSnapshot(snapshotAt(log, seal)), log, verified, seal + 1);
      const pairs = writesUpTo(log, log.seals.length - 1).map(({ key, item }) => ({ key, value: stateValue(item.bytes) }));
      expect(wholeTreeRoot(pairs)).toEqual(log.map.root());
    }),
    { numRuns: 25 },
  );
});

test('in every history a name has one holder, allowances never go below zero, and no change lacks its signatures', () => {
  fc.assert(
    fc.property(minutes, (plan) => {
      const { log } = play(plan);
      const proofs = log.proofs.map(parseAssertion);
      const holders = new Map<string, string>();
      const keys = new Map<string, string>();
      for (const [index, bytes] of log.names.entries()) {
        const entry = parseEntry(bytes);
        if (entry.type === 'identity') {
          expect(entry.allowance).toBeGreaterThanOrEqual(0);
          keys.set(entry.udf, entry.key);
        }
        if (entry.type !== 'record') continue;
        expect(entry.changes).toBeLessThanOrEqual(entry.allowance);
        expect(holders.get(entry.name) ?? entry.udf).toBe(entry.udf);
        holders.set(entry.name, entry.udf);
        const before = entry.prev === null ? null : (parseEntry(log.names[entry.prev] as Uint8Array) as RecordEntry);
        expect(before?.name ?? entry.name).toBe(entry.name);
        expect(entry.prev ?? -1).toBeLessThan(index);
        checkSigned(entry, proofs[entry.proof] as ParsedAssertion, keys);
      }
    }),
    { numRuns: 15 },
  );
});

function checkSigned(entry: RecordEntry, assertion: ParsedAssertion, keys: ReadonlyMap<string, string>): void {
  checkSignatures(assertion);
  const signers = assertion.envelope.signatures.map((one) => one.keyid);
  const { payload } = assertion;
  expect(payload).toMatchObject({ name: entry.name, service: entry.service, tenure: entry.tenure });
  if (payload.type === 'register') expect(signers).toEqual([keys.get(entry.udf), world.registrar.text]);
  else if (entry.head === assertion.hash) expect(signers).toEqual([keys.get(entry.udf)]);
  else expect(entry.root.head).toBe(assertion.hash);
}
