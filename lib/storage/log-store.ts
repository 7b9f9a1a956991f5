import type { Statements } from './database';
import type { SizeAndRoot } from './heads';
import { pack, packFixed } from './packed';

/** LogName is one of the registry's two logs. */
export type LogName = 'names' | 'proofs';

/** NewEntry is an entry about to be appended: its bytes and their RFC 6962 leaf hash. */
export interface NewEntry {
  bytes: Uint8Array;
  leaf: Uint8Array;
}

/** StoredTile is a complete hash tile: 256 hashes of 32 bytes. */
export interface StoredTile {
  log: LogName;
  level: number;
  index: number;
  hashes: Uint8Array;
}

/** Seal is one sealed minute: sizes, roots, and both signed checkpoints as they are served. */
export interface Seal {
  number: number;
  timeSec: number;
  names: SizeAndRoot & { note: string };
  proofs: SizeAndRoot & { note: string };
  map: SizeAndRoot;
}

/** Rows sent in one statement: the embedded database does each without a pause, which should be one of milliseconds. */
const CHUNK_ROWS = 500;

/** appendEntries adds entries from index `first` on. A unique violation means that another process appended there. */
export async function appendEntries(db: Statements, log: LogName, first: number, entries: readonly NewEntry[]): Promise<void> {
  for (let from = 0; from < entries.length; from += CHUNK_ROWS) {
    const chunk = entries.slice(from, from + CHUNK_ROWS);
    const packed = pack(chunk.map((entry) => entry.bytes));
    const leaves = packFixed(chunk.map((entry) => entry.leaf), 32);
    await db.sql.execute(
      `INSERT INTO log_entry (log, idx, leaf, bytes)
       SELECT $1, $2::bigint + n - 1, substring($3::bytea from (n::int - 1) * 32 + 1 for 32), substring($4::bytea from o for l)
       FROM unnest($5::int[], $6::int[]) WITH ORDINALITY AS rows(o, l, n)`,
      [log, first + from, leaves, packed.bytes, packed.offsets, packed.lengths],
    );
  }
}

/** appendTiles adds complete tiles. */
export async function appendTiles(db: Statements, tiles: readonly StoredTile[]): Promise<void> {
  if (tiles.length === 0) return;
  const packed = packFixed(tiles.map((tile) => tile.hashes), 8192);
  await db.sql.execute(
    `INSERT INTO log_tile (log, level, idx, hashes)
     SELECT log, level, idx, substring($1::bytea from (n::int - 1) * 8192 + 1 for 8192)
     FROM unnest($2::text[], $3::smallint[], $4::bigint[]) WITH ORDINALITY AS rows(log, level, idx, n)`,
    [packed, tiles.map((tile) => tile.log), tiles.map((tile) => tile.level), tiles.map((tile) => tile.index)],
  );
}

/** sealedState is what a seal and the head after it have in common, as parameters: number, time, then size and root of both logs and the map. */
export function sealedState({ number, timeSec, names, proofs, map }: Seal): (number | Buffer)[] {
  return [number, timeSec, ...[names, proofs, map].flatMap(({ size, root }) => [size, Buffer.from(root)])];
}

/** appendSeal adds the row of one seal. */
export async function appendSeal(db: Statements, seal: Seal): Promise<void> {
  await db.sql.execute(
    `INSERT INTO log_seal (number, time_sec, names_size, names_root, proofs_size, proofs_root, map_size, map_root, names_note, proofs_note)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [...sealedState(seal), seal.names.note, seal.proofs.note],
  );
}

/** readEntries gives the bytes of entries [first, end), in order; fewer where the log ends before. */
export async function readEntries(db: Statements, log: LogName, first: number, end: number): Promise<Uint8Array[]> {
  const rows = await db.sql.query<{ bytes: Buffer }>('SELECT bytes FROM log_entry WHERE log = $1 AND idx >= $2 AND idx < $3 ORDER BY idx', [log, first, end]);
  return rows.map((row) => row.bytes);
}

/** readEntry gives one entry's bytes, or null beyond the end. */
export async function readEntry(db: Statements, log: LogName, index: number): Promise<Uint8Array | null> {
  const [bytes] = await readEntries(db, log, index, index + 1);
  return bytes ?? null;
}

/** readLeaves gives the leaf hashes of entries [first, end), joined, 32 bytes each. */
export async function readLeaves(db: Statements, log: LogName, first: number, end: number): Promise<Uint8Array> {
  const [row] = await db.sql.query<{ leaves: Buffer | null }>("SELECT string_agg(leaf, ''::bytea ORDER BY idx) AS leaves FROM log_entry WHERE log = $1 AND idx >= $2 AND idx < $3", [log, first, end]);
  return row?.leaves ?? new Uint8Array(0);
}

/** readTile gives the 8,192 bytes of a complete tile, or null if it is not complete yet. */
export async function readTile(db: Statements, log: LogName, level: number, index: number): Promise<Uint8Array | null> {
  const [row] = await db.sql.query<{ hashes: Buffer }>('SELECT hashes FROM log_tile WHERE log = $1 AND level = $2 AND idx = $3', [log, level, index]);
  return row?.hashes ?? null;
}

/** readTiles gives complete tiles [first, end) of a level, in order, for rebuilding the tiles above them. */
export async function readTiles(db: Statements, log: LogName, level: number, first: number, end: number): Promise<Uint8Array[]> {
  const rows = await db.sql.query<{ hashes: Buffer }>('SELECT hashes FROM log_tile WHERE log = $1 AND level = $2 AND idx >= $3 AND idx < $4 ORDER BY idx', [log, level, first, end]);
  return rows.map((row) => row.hashes);
}

/** TileKey names a complete tile. */
export type TileKey = Omit<StoredTile, 'hashes'>;

/** readTilesAt gives those of the tiles asked for that are complete, in no order, in one query. */
export function readTilesAt(db: Statements, tiles: readonly TileKey[]): Promise<StoredTile[]> {
  return db.sql.query<StoredTile & { hashes: Buffer }>(
    `SELECT t.log, t.level, t.idx AS index, t.hashes
     FROM unnest($1::text[], $2::smallint[], $3::bigint[]) AS asked(log, level, idx) JOIN log_tile t ON t.log = asked.log AND t.level = asked.level AND t.idx = asked.idx`,
    [tiles.map((tile) => tile.log), tiles.map((tile) => tile.level), tiles.map((tile) => tile.index)],
  );
}

/** readEntriesAt gives the entries of a log at the indexes asked for, in no order, in one query; without those beyond its end. */
export function readEntriesAt(db: Statements, log: LogName, indexes: readonly number[]): Promise<{ index: number; bytes: Uint8Array }[]> {
  return db.sql.query<{ index: number; bytes: Buffer }>('SELECT idx AS index, bytes FROM log_entry WHERE log = $1 AND idx = ANY($2::bigint[])', [log, indexes]);
}

interface SealRow {
  number: number;
  timeSec: number;
  namesSize: number;
  namesRoot: Buffer;
  namesNote: string;
  proofsSize: number;
  proofsRoot: Buffer;
  proofsNote: string;
  mapSize: number;
  mapRoot: Buffer;
}

const SEAL_COLUMNS = `number, time_sec AS "timeSec", names_size AS "namesSize", names_root AS "namesRoot", proofs_size AS "proofsSize", proofs_root AS "proofsRoot",
  map_size AS "mapSize", map_root AS "mapRoot", names_note AS "namesNote", proofs_note AS "proofsNote"`;

async function selectSeals(db: Statements, rest: string, params: readonly unknown[]): Promise<Seal[]> {
  const rows = await db.sql.query<SealRow>(`SELECT ${SEAL_COLUMNS} FROM log_seal ${rest}`, params);
  return rows.map((row) => ({
    number: row.number,
    timeSec: row.timeSec,
    names: { size: row.namesSize, root: row.namesRoot, note: row.namesNote },
    proofs: { size: row.proofsSize, root: row.proofsRoot, note: row.proofsNote },
    map: { size: row.mapSize, root: row.mapRoot },
  }));
}

/** newestSeals gives the newest seals, newest first. */
export function newestSeals(db: Statements, count: number): Promise<Seal[]> {
  return selectSeals(db, 'ORDER BY number DESC LIMIT $1', [count]);
}

/** sealByNumber gives one seal, or null. */
export async function sealByNumber(db: Statements, number: number): Promise<Seal | null> {
  const [seal] = await selectSeals(db, 'WHERE number = $1', [number]);
  return seal ?? null;
}

/** sealByNamesSize gives the seal whose name-log checkpoint has exactly this size, or null. */
export async function sealByNamesSize(db: Statements, namesSize: number): Promise<Seal | null> {
  const [seal] = await selectSeals(db, 'WHERE names_size = $1', [namesSize]);
  return seal ?? null;
}

/** sealOfEntry gives the seal that closed over the entry at `index` of a log, or null beyond the end. */
export async function sealOfEntry(db: Statements, log: LogName, index: number): Promise<Seal | null> {
  const size = log === 'names' ? 'names_size' : 'proofs_size';
  const [seal] = await selectSeals(db, `WHERE ${size} > $1 ORDER BY ${size}, number LIMIT 1`, [index]);
  return seal ?? null;
}

/** readSeals gives seals [first, end) by number, in order. */
export function readSeals(db: Statements, first: number, end: number): Promise<Seal[]> {
  return selectSeals(db, 'WHERE number >= $1 AND number < $2 ORDER BY number', [first, end]);
}
