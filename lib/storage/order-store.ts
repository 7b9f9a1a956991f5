import type { Queries } from './database';
import { numbered } from './numbered';

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

/** insertOrder stores a new order and opens its history. Answers false, and stores nothing, if there is an order for this assertion. */
export async function insertOrder(tx: Queries, order: StoredOrder): Promise<boolean> {
  const data = { ...order, assertion: Uint8Array.from(order.assertion), assertionHash: Uint8Array.from(order.assertionHash) };
  const { count } = await tx.prisma.order.createMany({ data: [data], skipDuplicates: true });
  if (count === 0) return false;
  await insertHistory(tx, order.id, order.state, order.createdSec, null);
  return true;
}

/** readOrder gives an order by id, or null. */
export async function readOrder(db: Queries, id: string): Promise<StoredOrder | null> {
  const row = await db.prisma.order.findUnique({ where: { id } });
  return row && numbered(row);
}

/** lockOrder gives an order and keeps it from changing until the transaction ends. */
export async function lockOrder(tx: Queries, id: string): Promise<StoredOrder | null> {
  // Raw: Prisma has no FOR UPDATE. What is read after it is what the lock was got for: the level is read committed.
  await tx.sql.query('SELECT FROM orders WHERE id = $1 FOR UPDATE', [id]);
  return readOrder(tx, id);
}

/** readOrderByAssertion gives the order that holds the registration with this payload hash, or null. */
export async function readOrderByAssertion(db: Queries, hash: Uint8Array): Promise<StoredOrder | null> {
  const row = await db.prisma.order.findUnique({ where: { assertionHash: Uint8Array.from(hash) } });
  return row && numbered(row);
}

/** readOrdersIn gives ids of orders in any of `states`, by id, those after `afterId`. */
export async function readOrdersIn(db: Queries, states: readonly string[], afterId: string, limit: number): Promise<string[]> {
  const rows = await db.prisma.order.findMany({ where: { state: { in: [...states] }, id: { gt: afterId } }, orderBy: { id: 'asc' }, take: limit, select: { id: true } });
  return rows.map((row) => row.id);
}

/** WaitingOrder is what must be known of an order that waits for its payment to decide when to ask Stripe about it. */
export interface WaitingOrder {
  id: string;
  createdSec: number;
  expiresSec: number;
  stripeSession: string | null;
  problemCode: string | null;
}

/** readWaiting gives the orders that wait for their payment, by id, those after `afterId`. */
export async function readWaiting(db: Queries, afterId: string, limit: number): Promise<WaitingOrder[]> {
  const select = { id: true, createdSec: true, expiresSec: true, stripeSession: true, problemCode: true };
  return (await db.prisma.order.findMany({ where: { state: 'awaiting-payment', id: { gt: afterId } }, orderBy: { id: 'asc' }, take: limit, select })).map(numbered);
}

/** countWaiting tells how many orders of an identity wait for their payment. */
export async function countWaiting(db: Queries, udf: string): Promise<number> {
  return db.prisma.order.count({ where: { udf, state: 'awaiting-payment' } });
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
export async function moveOrder(tx: Queries, move: OrderMove): Promise<boolean> {
  const { id, from, to, atSec, paymentIntent, receipt, bySeal, problem } = move;
  const { count } = await tx.prisma.order.updateMany({
    where: { id, state: from },
    data: { state: to, updatedSec: atSec, paymentIntent, receipt, bySeal, problemCode: problem?.code, problemDetail: problem?.detail },
  });
  if (count === 0) return false;
  await insertHistory(tx, id, to, atSec, problem?.code ?? null);
  return true;
}

/** noteSession remembers the payment session of an order that has none yet. */
export async function noteSession(tx: Queries, id: string, session: string, payUrl: string | null): Promise<void> {
  await tx.prisma.order.updateMany({ where: { id, stripeSession: null }, data: { stripeSession: session, payUrl } });
}

/** askCancel notes, durably, that an order which waits for its payment is to end as cancelled. Answers whether it waits. */
export async function askCancel(db: Queries, id: string): Promise<boolean> {
  const { count } = await db.prisma.order.updateMany({ where: { id, state: 'awaiting-payment' }, data: { problemCode: 'cancelled', problemDetail: 'Cancelled before it was paid.' } });
  return count > 0;
}

/** readHistory gives the states an order went through, oldest first. */
export async function readHistory(db: Queries, id: string): Promise<{ state: string; atSec: number }[]> {
  return (await db.prisma.orderEvent.findMany({ where: { orderId: id }, orderBy: { id: 'asc' }, select: { state: true, atSec: true } })).map(numbered);
}

async function insertHistory(tx: Queries, orderId: string, state: string, atSec: number, detail: string | null): Promise<void> {
  await tx.prisma.orderEvent.createMany({ data: [{ orderId, state, atSec, detail }] });
}
