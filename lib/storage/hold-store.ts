import type { Statements } from './database';

/** LiveHold is a name kept for an order. */
export interface LiveHold {
  orderId: string;
  udf: string;
  expiresSec: number;
}

/**
 * takeHold keeps a name for an order until `expiresSec`. A hold of another order that has run out gives way; one that has
 * not, stays, and the answer is false. An order that holds the name already keeps it until the new time.
 */
export async function takeHold(tx: Statements, hold: { name: string; udf: string; orderId: string; nowSec: number; expiresSec: number }): Promise<boolean> {
  const kept = await tx.sql.execute('UPDATE hold SET expires_sec = $3 WHERE name = $1 AND order_id = $2 AND released_sec IS NULL', [hold.name, hold.orderId, hold.expiresSec]);
  if (kept > 0) return true;
  await tx.sql.execute('UPDATE hold SET released_sec = $2 WHERE name = $1 AND released_sec IS NULL AND expires_sec <= $2', [hold.name, hold.nowSec]);
  const taken = await tx.sql.execute(
    'INSERT INTO hold (name, udf, order_id, created_sec, expires_sec) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (name) WHERE released_sec IS NULL DO NOTHING',
    [hold.name, hold.udf, hold.orderId, hold.nowSec, hold.expiresSec],
  );
  return taken > 0;
}

/** releaseHold frees whatever an order holds. */
export async function releaseHold(tx: Statements, orderId: string, nowSec: number): Promise<void> {
  await tx.sql.execute('UPDATE hold SET released_sec = $2 WHERE order_id = $1 AND released_sec IS NULL', [orderId, nowSec]);
}

/** readHold gives the hold on a name, or null if it is free of holds at `nowSec`. */
export async function readHold(db: Statements, name: string, nowSec: number): Promise<LiveHold | null> {
  const rows = await db.sql.query<LiveHold>('SELECT order_id AS "orderId", udf, expires_sec AS "expiresSec" FROM hold WHERE name = $1 AND released_sec IS NULL AND expires_sec > $2', [name, nowSec]);
  return rows[0] ?? null;
}

/** lastHeldSec tells when an identity last took a hold on a name, not before `sinceSec`; null if it did not. */
export async function lastHeldSec(db: Statements, name: string, udf: string, sinceSec: number): Promise<number | null> {
  const rows = await db.sql.query<{ atSec: number | null }>('SELECT max(created_sec) AS "atSec" FROM hold WHERE name = $1 AND udf = $2 AND created_sec > $3', [name, udf, sinceSec]);
  return rows[0]?.atSec ?? null;
}
