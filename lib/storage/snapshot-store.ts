import type { Statements } from './database';

/** StateLeaf is a key of the state: the map's value, and the index of its latest entry in the name log. */
export interface StateLeaf {
  key: Uint8Array;
  value: Uint8Array;
  nameIndex: number;
}

/** StateRow is the same with the entry. */
export interface StateRow extends StateLeaf {
  bytes: Uint8Array;
}

const FIRST_KEY = Buffer.alloc(0);

/**
 * statePage gives the next `count` keys of the state after `after` (null: from the first), in key order, with the latest entry of
 * each: fewer at the end. All pages of one snapshot are to be read in one `db.snapshot`.
 */
export function statePage(tx: Statements, after: Uint8Array | null, count: number): Promise<StateRow[]> {
  return tx.sql.query<StateRow & { key: Buffer; value: Buffer; bytes: Buffer }>(
    `SELECT m.key, m.value, m.name_index AS "nameIndex", e.bytes
     FROM (SELECT key, value, name_index FROM map_leaf WHERE key > $1 ORDER BY key LIMIT $2) m JOIN log_entry e ON e.log = 'names' AND e.idx = m.name_index ORDER BY m.key`,
    [after === null ? FIRST_KEY : Buffer.from(after), count],
  );
}

const LEAVES_AT_ONCE = 5_000;

/** stateLeaves gives all keys of the state in key order, with the index of the entry of each. Call it in a `db.snapshot`; it takes some 200 bytes of memory a key. */
export async function stateLeaves(tx: Statements): Promise<StateLeaf[]> {
  const leaves: StateLeaf[] = [];
  for (;;) {
    const page = await tx.sql.query<StateLeaf & { key: Buffer; value: Buffer }>('SELECT key, value, name_index AS "nameIndex" FROM map_leaf WHERE key > $1 ORDER BY key LIMIT $2', [leaves.at(-1)?.key ?? FIRST_KEY, LEAVES_AT_ONCE]);
    leaves.push(...page);
    if (page.length < LEAVES_AT_ONCE) return leaves;
  }
}
