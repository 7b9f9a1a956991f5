import type { Json } from '../core/bytes/canonical-json';
import type { Database, Statements } from './database';

/** StoredObject is an object of the payment sandbox. */
export interface StoredObject {
  id: string;
  json: Json;
}

/** readObject gives an object by kind and id, or null. */
export async function readObject(db: Statements, kind: string, id: string): Promise<Json | null> {
  const rows = await db.sql.query<{ json: Json }>('SELECT json FROM sandbox_object WHERE id = $1', [`${kind}:${id}`]);
  return rows[0]?.json ?? null;
}

/**
 * changeObject replaces an object in one transaction: `decide` sees what stands (null: nothing) and gives what shall stand,
 * or null to leave it. Changes of one object go one after the other, its creation included.
 */
export async function changeObject(db: Database, kind: string, id: string, nowSec: number, decide: (before: Json | null) => Json | null): Promise<Json | null> {
  const key = `${kind}:${id}`;
  return db.quickTransaction(async (tx) => {
    await tx.sql.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 7))', [key]);
    const before = await readObject(tx, kind, id);
    const after = decide(before);
    if (after === null) return before;
    await tx.sql.execute(
      'INSERT INTO sandbox_object (id, kind, json, created_sec) VALUES ($1, $2, $3::jsonb, $4) ON CONFLICT (id) DO UPDATE SET json = excluded.json, version = sandbox_object.version + 1',
      [key, kind, JSON.stringify(after), nowSec],
    );
    return after;
  });
}

/** listObjects gives objects of a kind, newest first, those created before `startingAfter` if given. */
export async function listObjects(db: Statements, kind: string, limit: number, startingAfter?: string): Promise<StoredObject[]> {
  const rows = await db.sql.query<StoredObject>(
    `SELECT id, json FROM sandbox_object WHERE kind = $1
       AND ($2::text IS NULL OR (created_sec, id) < (SELECT created_sec, id FROM sandbox_object WHERE id = $2))
     ORDER BY created_sec DESC, id DESC LIMIT $3`,
    [kind, startingAfter === undefined ? null : `${kind}:${startingAfter}`, limit],
  );
  return rows.map((row) => ({ id: row.id.slice(kind.length + 1), json: row.json }));
}
