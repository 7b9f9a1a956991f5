import type { Statements } from './database';

/** ValidatorRow is a name-log entry about a validator. */
export interface ValidatorRow {
  index: number;
  bytes: Uint8Array;
}

/** readValidatorEntries gives the name log's entries about validators with first ≤ index < end, in order, by an index of their own. */
export function readValidatorEntries(db: Statements, first: number, end: number): Promise<ValidatorRow[]> {
  return db.sql.query<ValidatorRow & { bytes: Buffer }>(
    `SELECT idx AS index, bytes FROM log_entry
     WHERE log = 'names' AND substring(bytes from 1 for 9) = '\\x7b2268656164223a22'::bytea AND substring(bytes from 54 for 10) = '\\x222c22686f6c6473223a'::bytea
       AND idx >= $1 AND idx < $2 ORDER BY idx`,
    [first, end],
  );
}

/** LastToken is the newest seal that a validator has given a token on. */
export interface LastToken {
  vkey: string;
  seal: number;
  timeSec: number;
}

/** lastTokens gives the newest token of each of these keys that has one, in no order. */
export function lastTokens(db: Statements, vkeys: readonly string[]): Promise<LastToken[]> {
  return db.sql.query<LastToken>(
    `SELECT asked.vkey, newest.seal, newest.time_sec AS "timeSec" FROM unnest($1::text[]) AS asked(vkey)
     CROSS JOIN LATERAL (SELECT seal, time_sec FROM cosignature c WHERE c.vkey = asked.vkey AND c.role = 'validator' ORDER BY seal DESC LIMIT 1) AS newest`,
    [vkeys],
  );
}

/** newestWithTokens gives the newest seal from `first` on that has tokens of at least `quorum` of these keys, or null. */
export async function newestWithTokens(db: Statements, vkeys: readonly string[], quorum: number, first: number): Promise<number | null> {
  const [row] = await db.sql.query<{ seal: number }>(
    `SELECT seal FROM cosignature WHERE vkey = ANY($1::text[]) AND role = 'validator' AND seal >= $3 GROUP BY seal HAVING count(*) >= $2 ORDER BY seal DESC LIMIT 1`,
    [vkeys, quorum, first],
  );
  return row?.seal ?? null;
}
