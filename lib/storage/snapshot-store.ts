import type { Statements } from './database';
import type { StoredState } from './state-store';

const FIRST_KEY = Buffer.alloc(0);

/**
 * statePage gives the next `count` keys of the state after `after` (null: from the first), in key order, with the latest entry of
 * each: fewer at the end. All pages of one snapshot are to be read in one `db.snapshot`.
 */
export function statePage(tx: Statements, after: Uint8Array | null, count: number): Promise<(StoredState & { value: Uint8Array })[]> {
  return tx.sql.query<{ key: Buffer; value: Buffer; nameIndex: number; bytes: Buffer }>(
    `SELECT m.key, m.value, m.name_index AS "nameIndex", e.bytes
     FROM (SELECT key, value, name_index FROM map_leaf WHERE key > $1 ORDER BY key LIMIT $2) m JOIN log_entry e ON e.log = 'names' AND e.idx = m.name_index ORDER BY m.key`,
    [after === null ? FIRST_KEY : Buffer.from(after), count],
  );
}
