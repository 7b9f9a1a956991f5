import type { Statements } from './database';
import { packArray, packFixed } from './packed';
import type { MapLeaves } from '../native/sort-leaves';
import { sortLeaves } from '../native/sort-leaves';
import { one } from './sql';

/** MapWrite is one key's new leaf, and the index of the name-log entry whose hash it is. */
export interface MapWrite {
  key: Uint8Array;
  value: Uint8Array;
  nameIndex: number;
  /** something in the entry waits for its delay */
  waits: boolean;
}

/** StoredState is the latest entry of one state key. */
export interface StoredState {
  key: Uint8Array;
  nameIndex: number;
  bytes: Uint8Array;
}

/** Rows written in one statement: the embedded database does each without a pause, which should be one of milliseconds. */
const CHUNK_ROWS = 500;

/** writeState puts leaves into the map's table; a key stands in `writes` once. */
export async function writeState(tx: Statements, writes: readonly MapWrite[]): Promise<void> {
  for (let from = 0; from < writes.length; from += CHUNK_ROWS) {
    const chunk = writes.slice(from, from + CHUNK_ROWS);
    await tx.sql.execute(
      `INSERT INTO map_leaf (key, value, name_index, waits)
       SELECT substring($1::bytea from (n::int - 1) * 32 + 1 for 32), substring($2::bytea from (n::int - 1) * 32 + 1 for 32), name_index, name_index = ANY($4::bigint[])
       FROM unnest($3::bigint[]) WITH ORDINALITY AS rows(name_index, n)
       ON CONFLICT (key) DO UPDATE SET value = excluded.value, name_index = excluded.name_index, waits = excluded.waits`,
      [packFixed(chunk.map((write) => write.key), 32), packFixed(chunk.map((write) => write.value), 32), chunk.map((write) => write.nameIndex), chunk.filter((write) => write.waits).map((write) => write.nameIndex)],
    );
  }
}

/** Keys asked for in one statement: what it answers, a text of their entries, is a few megabytes at most. */
const CHUNK_KEYS = 4_096;

/**
 * readStates gives the latest entries of those of `keys` that have one, in no order. They come as lines of one text, an entry being
 * canonical JSON, which holds no line break: a row each would take four times as long to read, and as bytes they would travel as hex.
 */
export async function readStates(db: Statements, keys: readonly Uint8Array[]): Promise<StoredState[]> {
  const found: StoredState[] = [];
  for (let from = 0; from < keys.length; from += CHUNK_KEYS) {
    const chunk = keys.slice(from, from + CHUNK_KEYS);
    const { places, indexes, lines } = one(
      await db.sql.query<{ places: string | null; indexes: string | null; lines: string | null }>(
        `SELECT string_agg(k.n::text, ',') AS places, string_agg(m.name_index::text, ',') AS indexes, string_agg(convert_from(e.bytes, 'UTF8'), E'\n') AS lines
         FROM unnest($1::bytea[]) WITH ORDINALITY AS k(key, n) JOIN map_leaf m ON m.key = k.key JOIN log_entry e ON e.log = 'names' AND e.idx = m.name_index`,
        [packArray(chunk)],
      ),
      'latest entries',
    );
    if (places === null || indexes === null || lines === null) continue;
    const texts = lines.split('\n');
    const nameIndexes = indexes.split(',');
    for (const [i, place] of places.split(',').entries()) {
      found.push({ key: chunk[Number(place) - 1] as Uint8Array, nameIndex: Number(nameIndexes[i]), bytes: Buffer.from(texts[i] ?? '') });
    }
  }
  return found;
}

/** readWaiting gives the latest entries in which something waits, in no order. */
export async function readWaiting(db: Statements): Promise<StoredState[]> {
  const rows = await db.sql.query<{ key: Buffer; nameIndex: number; text: string }>(
    `SELECT m.key, m.name_index AS "nameIndex", convert_from(e.bytes, 'UTF8') AS text
     FROM map_leaf m JOIN log_entry e ON e.log = 'names' AND e.idx = m.name_index WHERE m.waits`,
    [],
  );
  return rows.map(({ key, nameIndex, text }) => ({ key, nameIndex, bytes: Buffer.from(text) }));
}

/** Pages of the table read in one statement: about four megabytes of leaves. */
const CHUNK_PAGES = 1_024;

/**
 * loadMapLeaves reads the whole map in key order; two million leaves take a few seconds. Call it in a `snapshot`: it reads
 * the table page by page as it lies (by key, each row would be a page of its own), so that a leaf which moves meanwhile
 * would be missed or come twice; throws if one does.
 */
export async function loadMapLeaves(tx: Statements): Promise<MapLeaves> {
  const { pages } = one(await tx.sql.query<{ pages: number }>("SELECT pg_relation_size('map_leaf') / current_setting('block_size')::bigint AS pages", []), 'map_leaf');
  const chunks: Buffer[] = [];
  for (let first = 0; first < pages; first += CHUNK_PAGES) {
    const { leaves } = one(
      await tx.sql.query<{ leaves: Buffer | null }>("SELECT string_agg(key || value, ''::bytea) AS leaves FROM map_leaf WHERE ctid >= $1::tid AND ctid < $2::tid", [`(${first},0)`, `(${first + CHUNK_PAGES},0)`]),
      'map_leaf',
    );
    if (leaves !== null) chunks.push(leaves);
  }
  return sortLeaves(Buffer.concat(chunks));
}
