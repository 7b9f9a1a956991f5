import { fingerprint } from '../keys/udf';
import { utf8 } from '../bytes/bytes';
import { NameTable } from './name-table';
import type { AsOf, RecordFacts } from './reader';

/*
 * Names for tests and examples without a registry around them: records as resolution sees them.
 */

/** fixtureUdf is a UDF made from a label. */
export function fixtureUdf(label: string): string {
  return fingerprint('application/pkix-keyinfo', utf8(label), 260);
}

/** fixtureRecord is a record of a first tenure unless `change` says otherwise; its holder is named by a label. */
export function fixtureRecord(name: string, holder: string, change: Partial<RecordFacts> = {}): RecordFacts {
  return { name, tenure: 0, udf: fixtureUdf(holder), service: 'provider.example', dns: [], registration: 'initial', ended: null, case: null, pending: [], locks: [], ...change };
}

/** FIXTURE_AS_OF is the seal at which fixture tables stand. */
export const FIXTURE_AS_OF: AsOf = { seal: 1_000, timeSec: 1_800_060_000, size: 5_000 };

/** fixtureTable puts records, each with the time its tenure began, into a table that waits 90 days after a reassignment. */
export function fixtureTable(records: readonly (readonly [record: RecordFacts, sinceSec: number])[]): NameTable {
  const table = new NameTable(0x5eed, 0);
  records.forEach(([record, sinceSec], i) => table.put(record, i, sinceSec));
  table.sealed(FIXTURE_AS_OF, 90 * 86_400);
  return table;
}
