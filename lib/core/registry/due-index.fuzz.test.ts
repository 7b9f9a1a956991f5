import { array, assert, boolean, constantFrom, nat, property, record as recordOf } from 'fast-check';
import { expect, test } from 'vitest';
import { ZERO } from '../assertion/payloads';
import { DueDraft, DueIndex, type DueReader, mayWait, waitsOf } from './due-index';
import type { Lock, PendingChange } from './pending-entries';
import { encodeEntry, type RecordEntry } from './state';

const NAMES = ['alice', 'bob', 'carol', 'dave'];
const UDFS = ['A', 'B'].map((letter) => letter.repeat(52));
/** Delays around whole hours, where the index changes shelves. */
const DUE_SEC = [3_599, 3_600, 3_601, 7_200, 50_000];

interface Step {
  readonly name: number;
  readonly tenure: number;
  readonly udf: number;
  readonly kind: 'transfer' | 'reassign' | 'none';
  readonly isReversed: boolean;
  readonly dueSec: number;
}

const steps = array(
  recordOf({ dueSec: constantFrom(...DUE_SEC), isReversed: boolean(), kind: constantFrom('transfer' as const, 'reassign' as const, 'none' as const), name: nat(3), tenure: nat(1), udf: nat(1) }),
  { maxLength: 12 },
);

/** entryOf is a record such as the log may bring: what waits rests on an assertion of its own. */
function entryOf({ dueSec, isReversed, kind, name, tenure, udf }: Step, at: number): RecordEntry {
  const waits = { delaySec: 100, loggedSeal: 1, loggedSec: dueSec - 100 };
  const fields = { ...waits, display: 'x', dns: [], hash: ZERO, proof: at * 2, service: null, to: UDFS[1 - udf] as string };
  const pending: PendingChange[] = kind === 'none' ? [] : [kind === 'transfer' ? { ...fields, kind } : { ...fields, arbiters: { keys: [ZERO], threshold: 1 }, decision: ZERO, kind }];
  const locks: Lock[] = isReversed ? [{ ...waits, kind: 'payment', proof: 1 }, { ...waits, kind: 'reversed', proof: at * 2 + 1 }] : [];
  return {
    after: ZERO, allowance: 50, case: null, changes: 0, display: 'x', dns: [], ended: null, head: ZERO, locks, name: NAMES[name] as string, pending, prev: null, proof: at,
    registration: 'initial', root: { changes: 0, head: ZERO }, schedule: 1, service: null, source: at, tenure, type: 'record', udf: UDFS[udf] as string,
  };
}

/** said is everything that a reader says. */
function said(reader: DueReader) {
  const times = DUE_SEC.flatMap((dueSec) => [dueSec - 1, dueSec, dueSec + 1]);
  return { due: times.map((timeSec) => reader.candidates(timeSec)), given: UDFS.map((udf) => reader.givenBy(udf)), waits: NAMES.map((name) => reader.waits(name)) };
}

/** scanned is the same by looking through all of the state. */
function scanned(state: ReadonlyMap<string, RecordEntry>) {
  const all = NAMES.flatMap((name) => state.get(name) ?? []).map(waitsOf).filter((one) => one !== null);
  const due = (timeSec: number) =>
    all.flatMap(({ effects, name }) => effects.filter(({ dueSec }) => dueSec <= timeSec).map(({ proof }) => ({ name, proof }))).sort((a, b) => a.proof - b.proof);
  const given = (udf: string) => all.filter(({ given: by }) => by?.by === udf).sort((a, b) => (a.given?.proof ?? 0) - (b.given?.proof ?? 0));
  return {
    due: DUE_SEC.flatMap((dueSec) => [dueSec - 1, dueSec, dueSec + 1]).map(due),
    given: UDFS.map((udf) => given(udf).map(({ name }) => name)),
    waits: NAMES.map((name) => all.find((one) => one.name === name) ?? null),
  };
}

test('what waits is the same in the index, in drafts over it, in a draft kept in another, and by looking through the whole state', () => {
  assert(
    property(steps, steps, steps, (before, between, after) => {
      const state = new Map<string, RecordEntry>();
      const index = new DueIndex();
      const whole = new DueIndex();
      const lower = new DueDraft(index);
      const upper = new DueDraft(lower);
      for (const [at, step] of [...before, ...between, ...after].entries()) {
        const entry = entryOf(step, at);
        const highest = state.get(entry.name);
        // Only the highest tenure ever waits for something.
        if (highest !== undefined && highest.tenure > entry.tenure) {
          if (waitsOf(entry) !== null) continue;
        } else state.set(entry.name, entry);
        whole.note(entry);
        (at < before.length ? index : at < before.length + between.length ? lower : upper).note(entry);
      }
      const expected = scanned(state);
      expect(said(whole)).toEqual(expected);
      expect(said(upper)).toEqual(expected);
      upper.keepIn(lower);
      expect(said(lower)).toEqual(expected);
      const bytes = [...state.values()].map((entry) => ({ bytes: encodeEntry(entry) }));
      expect(said(DueIndex.of(bytes))).toEqual(expected);
    }),
    { numRuns: 300 },
  );
});

test('one look at the bytes never misses an entry in which something waits', () => {
  assert(
    property(steps, (all) => {
      for (const [at, step] of all.entries()) {
        const entry = entryOf(step, at);
        if (waitsOf(entry) !== null) expect(mayWait(encodeEntry(entry))).toBe(true);
        else expect(mayWait(encodeEntry(entry))).toBe(entry.locks.length > 0);
      }
    }),
  );
});
