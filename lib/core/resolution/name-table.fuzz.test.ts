import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { utf8 } from '../bytes/bytes';
import { fixtureRecord, fixtureUdf } from './fixture-names';
import { NameTable } from './name-table';
import { UdfsInMemory } from './udf-store';
import { factsOf, type RecordFacts, type TenureFacts } from './reader';

const NAMES = ['alice', 'bob', 'c', 'a-b', 'x'.repeat(63), 'alic', 'alicee'];
const HOLDERS = ['one', 'two', 'three'];
const holders = new Map(HOLDERS.map((holder) => [holder, fixtureUdf(holder)]));
const put = fc.record({
  name: fc.constantFrom(...NAMES),
  tenure: fc.constantFrom(0, 1, 2, 3, 999_999),
  holder: fc.constantFrom(...HOLDERS),
  service: fc.constantFrom(null, 'provider.example', 'alice.0', `${'h'.repeat(60)}.example`),
  dns: fc.constantFrom([], ['192.0.2.1'], ['2001:db8::1', '192.0.2.255'], ['::']),
  registration: fc.constantFrom('initial' as const, 'transfer' as const, 'reassigned' as const),
  ended: fc.constantFrom(null, 'transfer' as const, 'reassignment' as const, 'unpaid' as const),
  case: fc.constantFrom(null, '12'),
  pending: fc.constantFrom([], [{ kind: 'transfer' }], [{ kind: 'reassign' }]),
  locks: fc.constantFrom([], [{ kind: 'payment' }], [{ kind: 'reversed' }]),
});

/** Model is the obvious way to keep the same. */
class Model {
  readonly facts = new Map<string, TenureFacts>();

  put(record: RecordFacts, index: number, timeSec: number): void {
    const key = `${record.name}.${record.tenure}`;
    const known = this.facts.get(key);
    // one tenure has one holder, and began once
    this.facts.set(key, factsOf({ ...record, udf: known?.udf ?? record.udf }, index, known?.sinceSec ?? timeSec));
  }

  tenure(name: string, tenure: number | null): TenureFacts | null {
    const all = [...this.facts.values()].filter((facts) => facts.name === name && (tenure === null || facts.tenure === tenure));
    return all.sort((a, b) => b.tenure - a.tenure)[0] ?? null;
  }
}

test('a table answers as a plain map does, whatever comes in, and so does its saved copy', () => {
  fc.assert(
    fc.property(fc.array(put, { maxLength: 60 }), fc.integer({ min: 0, max: 2 ** 32 - 1 }), (puts, seed) => {
      const udfs = new UdfsInMemory();
      const table = new NameTable(seed, 0, udfs);
      const model = new Model();
      puts.forEach(({ holder, ...change }, i) => {
        const record = fixtureRecord(change.name, '', { ...change, udf: model.facts.get(`${change.name}.${change.tenure}`)?.udf ?? holders.get(holder) ?? '' });
        const index = i * 2 ** 31 + i;
        table.put(record, index, 1_000 + i);
        model.put(record, index, 1_000 + i);
      });
      table.sealed({ seal: 3, timeSec: 4, size: 5 }, 6);
      const loaded = NameTable.allocate(JSON.parse(JSON.stringify(table.counts())) as ReturnType<NameTable['counts']>, udfs);
      const from = table.sections();
      loaded.sections().forEach((section, i) => section.set(from[i] ?? new Uint8Array(0)));
      for (const one of [table, loaded]) {
        expect(one.asOf()).toEqual({ seal: 3, timeSec: 4, size: 5 });
        expect(one.quietSec()).toBe(6);
        for (const name of NAMES) for (const tenure of [null, 0, 1, 2, 3, 4, 999_999]) expect(one.tenure(name, tenure)).toEqual(model.tenure(name, tenure));
        for (const udf of holders.values()) {
          const held = [...model.facts.values()].filter((facts) => facts.udf === udf).map(({ name, tenure }) => `${name}.${tenure}`);
          expect(new Set(one.heldBy(udf.slice(0, 28)).map(({ name, tenure }) => `${name}.${tenure}`))).toEqual(new Set(held));
        }
      }
      // a loaded table goes on from there
      loaded.put(fixtureRecord('later', 'later'), 9, 9);
      expect(loaded.tenure('later', null)).toMatchObject({ udf: fixtureUdf('later'), index: 9 });
    }),
    { numRuns: 150 },
  );
});

test('names are found in any case, at any place in a packet, and nothing else is', () => {
  const table = new NameTable(1);
  for (let i = 0; i < 2_000; i++) table.put(fixtureRecord(`name${i}`, `holder ${i % 7}`), i, i);
  const bytes = utf8('..NaMe1999..');
  expect(table.factsAt(table.rowOf(bytes, 2, 8))).toMatchObject({ name: 'name1999', index: 1999 });
  expect(table.rowOf(bytes, 2, 9)).toBe(-1);
  expect(table.rowOf(bytes, 2, 0)).toBe(-1);
  expect(table.names).toBe(2_000);
  expect(table.heldBy(fixtureUdf('holder 3')).length).toBe(286);
});
