import type { Statements } from './database';
import { packFixed } from './packed';

/** MapWrite is one key's new leaf, and the index of the name-log entry whose hash it is. */
export interface MapWrite {
  key: Uint8Array;
  value: Uint8Array;
  nameIndex: number;
}

/** StoredState is the latest entry of one state key. */
export interface StoredState {
  key: Uint8Array;
  value: Uint8Array;
  nameIndex: number;
  bytes: Uint8Array;
}

const CHUNK_ROWS = 20_000;

/** writeState puts leaves into the map's table; a key stands in `writes` once. */
export async function writeState(tx: Statements, writes: readonly MapWrite[]): Promise<void> {
  for (let from = 0; from < writes.length; from += CHUNK_ROWS) {
    const chunk = writes.slice(from, from + CHUNK_ROWS);
    await tx.sql.execute(
      `INSERT INTO map_leaf (key, value, name_index)
       SELECT substring($1::bytea from (n::int - 1) * 32 + 1 for 32), substring($2::bytea from (n::int - 1) * 32 + 1 for 32), name_index
       FROM unnest($3::bigint[]) WITH ORDINALITY AS rows(name_index, n)
       ON CONFLICT (key) DO UPDATE SET value = excluded.value, name_index = excluded.name_index`,
      [packFixed(chunk.map((write) => write.key), 32), packFixed(chunk.map((write) => write.value), 32), chunk.map((write) => write.nameIndex)],
    );
  }
}

/** readStates gives the latest entries of those of `keys` that have one, in no order, in one query. */
export async function readStates(db: Statements, keys: readonly Uint8Array[]): Promise<StoredState[]> {
  if (keys.length === 0) return [];
  return db.sql.query<StoredState & { key: Buffer; value: Buffer; bytes: Buffer }>(
    `SELECT m.key, m.value, m.name_index AS "nameIndex", e.bytes
     FROM map_leaf m JOIN log_entry e ON e.log = 'names' AND e.idx = m.name_index WHERE m.key = ANY($1::bytea[])`,
    [keys.map((key) => Buffer.from(key))],
  );
}

/** MapLeaves is the whole map in key order: 32 bytes a key, 32 bytes a value, joined. */
export interface MapLeaves {
  count: number;
  keys: Uint8Array;
  values: Uint8Array;
}

/** loadMapLeaves reads the whole map in key order, a slice of the key space at a time. Call it inside a transaction that holds `lockHead`, or while nothing seals. */
export async function loadMapLeaves(db: Statements): Promise<MapLeaves> {
  const slices: Buffer[] = [];
  for (let first = 0; first < 256; first++) {
    const end = first === 255 ? null : Buffer.from([first + 1]);
    const [row] = await db.sql.query<{ leaves: Buffer | null }>(
      `SELECT string_agg(key || value, ''::bytea) AS leaves FROM (SELECT key, value FROM map_leaf WHERE key >= $1::bytea AND ($2::bytea IS NULL OR key < $2::bytea) ORDER BY key) AS slice`,
      [Buffer.from([first]), end],
    );
    if (row?.leaves) slices.push(row.leaves);
  }
  const count = slices.reduce((sum, slice) => sum + slice.length, 0) / 64;
  const keys = new Uint8Array(count * 32);
  const values = new Uint8Array(count * 32);
  let at = 0;
  for (const slice of slices) {
    for (let from = 0; from < slice.length; from += 64, at += 32) {
      keys.set(slice.subarray(from, from + 32), at);
      values.set(slice.subarray(from + 32, from + 64), at);
    }
  }
  return { count, keys, values };
}
