import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import * as names from '../assertion/fixture-names';
import * as fixtures from '../assertion/fixtures';
import { utf8 } from '../bytes/bytes';
import type { Json } from '../bytes/canonical-json';
import { Refusal } from '../refusal';
import { FixtureLog } from './fixture-log';
import { FixtureMinutes } from './fixture-minutes';
import { parseEntry, readEntry } from './parse-entry';
import { EMPTY_STATE, encodeEntry, nameKey, Overlay, type RecordEntry, readRecord } from './state';

const world = fixtures.makeRegistry('state');
const alice = fixtures.makeIdentity(world.registry, 'alice');
const bob = fixtures.makeIdentity(world.registry, 'bob');
const log = new FixtureLog(world);
log.seal([fixtures.makeRegister(world, alice, 'Alice Cooper', { dns: ['192.0.2.1'] }), fixtures.makeMark(world, 'acme', { classes: [9], number: '1', office: 'EUIPO', owner: 'ACME' })]);
log.seal([fixtures.makePolicy(world, { ...world.policy, periodSec: 30 }, 1, world.registry), fixtures.makeRegister(world, alice, 'short')]);
const held = (name: string) => readRecord(log.state, name)?.entry as RecordEntry;
log.seal([names.makePayment(world, held('short'), 'payment-reversed'), names.makeTransfer(world, alice, bob, held('alicecooper'))]);
log.seal([names.makeDispute(world, held('short'), 'D1')]);
log.seal([names.makeReassign(world, bob, held('short'))]);

function put(overlay: Overlay, entry: RecordEntry, index: number): void {
  overlay.apply(entry, encodeEntry(entry), index);
}

/** ended puts a tenure of a name that ended unpaid into the state, as a later wire version will. */
function ended(minutes: FixtureMinutes): RecordEntry {
  minutes.take(fixtures.makeRegister(world, alice, 'alice-cooper'));
  minutes.seal();
  const closing: RecordEntry = { ...minutes.record('alice-cooper'), ended: 'unpaid' };
  put(minutes.state, closing, minutes.place.nextNameIndex);
  minutes.place.nextNameIndex += 1;
  return closing;
}

test('a name whose tenure ended unpaid is free again as the next tenure, and the old one moves to name.N', () => {
  const minutes = new FixtureMinutes(world);
  const closing = ended(minutes);
  const code = (work: () => unknown) => {
    try {
      work();
    } catch (error) {
      if (error instanceof Refusal) return error.code;
    }
    return 'taken';
  };
  expect(code(() => minutes.take(fixtures.makeUpdate(world, alice, closing, { service: 'late.example' })))).toBe('wrong-tenure');
  expect(code(() => minutes.take(fixtures.makeRegister(world, bob, 'alice-cooper')))).toBe('wrong-tenure');
  minutes.take(fixtures.makeRegister(world, bob, 'alice-cooper', { tenure: 1 }));
  expect(minutes.record('alice-cooper')).toMatchObject({ prev: null, tenure: 1, udf: bob.udf });
  expect(minutes.record('alice-cooper', 0)).toEqual(closing);
  expect(minutes.state.get(nameKey('alice-cooper', 0))?.entry).toEqual(closing);
  expect(readRecord(minutes.state, 'alice-cooper', 2)).toBeNull();
  expect(minutes.state.get(nameKey('alice-cooper', 1))).toBeNull();
});

test('a change of an earlier tenure leaves the highest alone, whatever the order in which they come', () => {
  const record = log.state.get(nameKey('alicecooper'))?.entry as RecordEntry;
  fc.assert(
    fc.property(fc.array(fc.nat(4), { minLength: 1 }), (steps) => {
      const overlay = new Overlay(EMPTY_STATE);
      const latest = new Map<number, number>();
      let highest = 0;
      for (const [index, step] of steps.entries()) {
        // Tenures open one after another; before that there is nothing to change.
        const tenure = Math.min(step, latest.size);
        put(overlay, { ...record, tenure }, index);
        latest.set(tenure, index);
        highest = Math.max(highest, tenure);
      }
      for (const [tenure, index] of latest) expect(readRecord(overlay, record.name, tenure)?.index).toBe(index);
      expect(readRecord(overlay, record.name)?.entry.tenure).toBe(highest);
      expect(overlay.writeCount).toBe(latest.size);
    }),
  );
});

test('an overlay never writes to what it lies over', () => {
  const base = new Overlay(EMPTY_STATE);
  const record = log.state.get(nameKey('alicecooper'))?.entry as RecordEntry;
  put(base, record, 1);
  const over = new Overlay(base);
  put(over, { ...record, changes: 1 }, 2);
  expect(readRecord(base, record.name)?.index).toBe(1);
  expect(readRecord(over, record.name)?.index).toBe(2);
});

test('every entry parses to what encodes to its own bytes; one changed byte parses to something else or is refused', () => {
  const entries = log.names;
  fc.assert(
    fc.property(fc.nat(entries.length - 1), fc.nat(), fc.nat(255), (which, at, byte) => {
      const bytes = entries[which] as Uint8Array;
      expect(encodeEntry(parseEntry(bytes))).toEqual(bytes);
      const changed = bytes.map((old, i) => (i === at % bytes.length ? byte : old));
      try {
        expect(encodeEntry(parseEntry(changed))).toEqual(changed);
      } catch (error) {
        expect(error).toBeInstanceOf(Refusal);
      }
    }),
    { numRuns: 300 },
  );
});

test('a field that is missing, unknown or of another shape is refused, and only a Refusal escapes', () => {
  const parsed = log.names.map((bytes) => JSON.parse(new TextDecoder().decode(bytes)) as { [field: string]: Json });
  fc.assert(
    fc.property(fc.nat(parsed.length - 1), fc.nat(), fc.jsonValue(), fc.boolean(), (which, at, value, adds) => {
      const entry = parsed[which] ?? {};
      const fields = Object.keys(entry);
      const field = adds ? 'extra' : (fields[at % fields.length] ?? 'type');
      const changed = { ...entry, [field]: value as Json };
      try {
        readEntry(changed);
        expect(adds).toBe(false);
      } catch (error) {
        expect(error).toBeInstanceOf(Refusal);
      }
    }),
    { numRuns: 300 },
  );
  for (const junk of ['', 'null', '[]', '{}', '{"type":"other"}', '{"type":"toString"}']) expect(() => parseEntry(utf8(junk))).toThrow(Refusal);
});
