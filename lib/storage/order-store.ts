import type { Statements } from './database';
import { one } from './sql';

/** StoredOrder is one order. `creditCents` is the credit bought together with it; null where none is. */
export interface StoredOrder {
  id: string;
  state: string;
  name: string;
  display: string;
  udf: string;
  priceCents: number;
  schedule: number;
  rail: string;
  creditCents: number | null;
  /** the registration as its holder signed it, canonical envelope */
  assertion: Uint8Array;
  /** SHA-256 of its payload */
  assertionHash: Uint8Array;
  markAcknowledged: boolean;
  stripeSession: string | null;
  /** the payment that paid it */
  paymentIntent: string | null;
  payUrl: string | null;
  receipt: string | null;
  bySeal: number | null;
  problemCode: string | null;
  problemDetail: string | null;
  createdSec: number;
  expiresSec: number;
  updatedSec: number;
}

const COLUMNS = `id, state, name, display, udf, price_cents AS "priceCents", schedule, rail, credit_cents AS "creditCents", assertion,
  assertion_hash AS "assertionHash", mark_acknowledged AS "markAcknowledged", stripe_session AS "stripeSession", payment_intent AS "paymentIntent",
  pay_url AS "payUrl", receipt, by_seal AS "bySeal", problem_code AS "problemCode", problem_detail AS "problemDetail",
  created_sec AS "createdSec", expires_sec AS "expiresSec", updated_sec AS "updatedSec"`;

/** insertOrder stores a new order and opens its history. Answers false, and stores nothing, if there is an order for this assertion. */
export async function insertOrder(tx: Statements, order: StoredOrder): Promise<boolean> {
  const rows = await tx.sql.execute(
    `INSERT INTO orders (id, state, name, display, udf, price_cents, schedule, rail, credit_cents, assertion, assertion_hash, mark_acknowledged, created_sec, expires_sec, updated_sec)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $13) ON CONFLICT (assertion_hash) DO NOTHING`,
    [order.id, order.state, order.name, order.display, order.udf, order.priceCents, order.schedule, order.rail, order.creditCents, order.assertion, order.assertionHash, order.markAcknowledged, order.createdSec, order.expiresSec],
  );
  if (rows === 0) return false;
  await insertHistory(tx, order.id, order.state, order.createdSec, null);
  return true;
}

/** readOrder gives an order by id, or null. */
export async function readOrder(db: Statements, id: string): Promise<StoredOrder | null> {
  return (await db.sql.query<StoredOrder>(`SELECT ${COLUMNS} FROM orders WHERE id = $1`, [id]))[0] ?? null;
}

/** lockOrder gives an order and keeps it from changing until the transaction ends. */
export async function lockOrder(tx: Statements, id: string): Promise<StoredOrder | null> {
  return (await tx.sql.query<StoredOrder>(`SELECT ${COLUMNS} FROM orders WHERE id = $1 FOR UPDATE`, [id]))[0] ?? null;
}

/** readOrderByAssertion gives the order that holds the registration with this payload hash, or null. */
export async function readOrderByAssertion(db: Statements, hash: Uint8Array): Promise<StoredOrder | null> {
  return (await db.sql.query<StoredOrder>(`SELECT ${COLUMNS} FROM orders WHERE assertion_hash = $1`, [hash]))[0] ?? null;
}

/** readOrdersIn gives ids of orders in any of `states`, by id, those after `afterId`. */
export async function readOrdersIn(db: Statements, states: readonly string[], afterId: string, limit: number): Promise<string[]> {
  const rows = await db.sql.query<{ id: string }>('SELECT id FROM orders WHERE state = ANY($1::text[]) AND id > $2 ORDER BY id LIMIT $3', [states, afterId, limit]);
  return rows.map((row) => row.id);
}

/** OrderMove is one change of state, and what becomes known with it; what is left out stays as it is. */
export interface OrderMove {
  id: string;
  from: string;
  to: string;
  atSec: number;
  paymentIntent?: string;
  receipt?: string;
  bySeal?: number;
  problem?: { code: string; detail: string };
}

/** moveOrder changes an order's state if it is still in `from`, and writes its history. Answers whether it did. */
export async function moveOrder(tx: Statements, move: OrderMove): Promise<boolean> {
  const rows = await tx.sql.execute(
    `UPDATE orders SET state = $3, updated_sec = $4, payment_intent = COALESCE($5, payment_intent), receipt = COALESCE($6, receipt),
       by_seal = COALESCE($7::bigint, by_seal), problem_code = COALESCE($8, problem_code), problem_detail = COALESCE($9, problem_detail)
     WHERE id = $1 AND state = $2`,
    [move.id, move.from, move.to, move.atSec, move.paymentIntent ?? null, move.receipt ?? null, move.bySeal ?? null, move.problem?.code ?? null, move.problem?.detail ?? null],
  );
  if (rows === 0) return false;
  await insertHistory(tx, move.id, move.to, move.atSec, move.problem?.code ?? null);
  return true;
}

/** noteSession remembers the payment session of an order that has none yet. */
export async function noteSession(tx: Statements, id: string, session: string, payUrl: string | null): Promise<void> {
  await tx.sql.execute('UPDATE orders SET stripe_session = $2, pay_url = $3 WHERE id = $1 AND stripe_session IS NULL', [id, session, payUrl]);
}

/** askCancel notes, durably, that an order which waits for its payment is to end as cancelled. Answers whether it waits. */
export async function askCancel(db: Statements, id: string): Promise<boolean> {
  const rows = await db.sql.execute(`UPDATE orders SET problem_code = 'cancelled', problem_detail = 'Cancelled before it was paid.' WHERE id = $1 AND state = 'awaiting-payment'`, [id]);
  return rows > 0;
}

/** readHistory gives the states an order went through, oldest first. */
export async function readHistory(db: Statements, id: string): Promise<{ state: string; atSec: number }[]> {
  return db.sql.query('SELECT state, at_sec AS "atSec" FROM order_event WHERE order_id = $1 ORDER BY id', [id]);
}

/** countOrders counts orders by state, for metrics. */
export async function countOrders(db: Statements): Promise<{ state: string; count: number }[]> {
  return db.sql.query('SELECT state, count(*) AS count FROM orders GROUP BY state ORDER BY state');
}

async function insertHistory(tx: Statements, id: string, state: string, atSec: number, detail: string | null): Promise<void> {
  one(await tx.sql.query('INSERT INTO order_event (order_id, state, at_sec, detail) VALUES ($1, $2, $3, $4) RETURNING id', [id, state, atSec, detail]), 'order history');
}
