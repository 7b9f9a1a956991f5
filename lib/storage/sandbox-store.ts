import type { Json } from '../core/bytes/canonical-json';
import type { Database, Queries } from './database';
import type { Prisma } from './generated/client';

/** StoredObject is an object of the payment sandbox. */
export interface StoredObject {
  id: string;
  json: Json;
}

/** readObject gives an object by kind and id, or null. */
export async function readObject(db: Queries, kind: string, id: string): Promise<Json | null> {
  const row = await db.prisma.sandboxObject.findUnique({ where: { id: `${kind}:${id}` }, select: { json: true } });
  return row === null ? null : (row.json as Json);
}

/**
 * changeObject replaces an object in one transaction: `decide` sees what stands (null: nothing) and gives what shall stand,
 * or null to leave it. Changes of one object go one after the other, its creation included.
 */
export async function changeObject(db: Database, kind: string, id: string, nowSec: number, decide: (before: Json | null) => Json | null): Promise<Json | null> {
  const key = `${kind}:${id}`;
  return db.transaction(async (tx) => {
    // Raw: Prisma knows no locks. Not the row's own, which is not there before its creation.
    await tx.sql.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 7))', [key]);
    const before = await readObject(tx, kind, id);
    const after = decide(before);
    if (after === null) return before;
    const json = after as Prisma.InputJsonValue;
    await tx.prisma.sandboxObject.upsert({ where: { id: key }, create: { id: key, kind, json, createdSec: nowSec }, update: { json, version: { increment: 1 } }, select: { id: true } });
    return after;
  });
}

/** listObjects gives objects of a kind, newest first, those created before `startingAfter` if given. */
export async function listObjects(db: Queries, kind: string, limit: number, startingAfter?: string): Promise<StoredObject[]> {
  const rows = await db.prisma.sandboxObject.findMany({
    where: { kind },
    orderBy: [{ createdSec: 'desc' }, { id: 'desc' }],
    take: limit,
    select: { id: true, json: true },
    ...(startingAfter === undefined ? {} : { cursor: { id: `${kind}:${startingAfter}` }, skip: 1 }),
  });
  return rows.map((row) => ({ id: row.id.slice(kind.length + 1), json: row.json as Json }));
}
