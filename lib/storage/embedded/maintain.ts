import type { Sql } from '../sql';

/** The tables that PostgreSQL's autovacuum would see to by now, by its own default rules. */
const DUE = `SELECT c.relname AS name FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid
  WHERE s.n_dead_tup > 50 + 0.2 * greatest(c.reltuples, 0) OR s.n_mod_since_analyze > 50 + 0.1 * greatest(c.reltuples, 0)
    OR s.n_ins_since_vacuum > 1000 + 0.2 * greatest(c.reltuples, 0) ORDER BY c.relname`;

/**
 * maintain does what a server's background processes do, and what PGlite, which has none, never would: without checkpoints
 * its write-ahead log grows for ever. Other statements wait meanwhile, so only what is due is done.
 */
export async function maintain(sql: Sql): Promise<string[]> {
  // The counts of this very session are written out once a second at most: without this the latest writes may not count yet.
  await sql.query('SELECT pg_stat_force_next_flush()');
  const due = (await sql.query<{ name: string }>(DUE)).map((table) => table.name);
  for (const name of due) await sql.execute(`VACUUM (ANALYZE) "${name}"`);
  await sql.execute('CHECKPOINT');
  return due;
}
