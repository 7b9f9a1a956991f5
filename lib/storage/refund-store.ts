import type { Statements } from './database';

/** RefundState: wanted, asked of Stripe and not final there, done, or failed at Stripe (a person must look). */
export type RefundState = 'wanted' | 'sent' | 'done' | 'failed';

/** StoredRefund is the giving back of one payment, whole. `paymentIntent` is the payment; there is one refund a payment. */
export interface StoredRefund {
  paymentIntent: string;
  orderId: string;
  amountCents: number;
  reason: string;
  state: RefundState;
  stripeRefund: string | null;
  problem: string | null;
  attempts: number;
}

const COLUMNS = 'id AS "paymentIntent", order_id AS "orderId", amount_cents AS "amountCents", reason, state, stripe_refund AS "stripeRefund", problem, attempts';

/** wantRefund decides that a payment goes back; a second time changes nothing. */
export async function wantRefund(tx: Statements, refund: { paymentIntent: string; orderId: string; amountCents: number; reason: string; atSec: number }): Promise<void> {
  await tx.sql.execute(
    `INSERT INTO refund (id, order_id, amount_cents, reason, state, created_sec, updated_sec) VALUES ($1, $2, $3, $4, 'wanted', $5, $5) ON CONFLICT (id) DO NOTHING`,
    [refund.paymentIntent, refund.orderId, refund.amountCents, refund.reason, refund.atSec],
  );
}

/** moveRefund changes a refund that is not done yet. Answers whether it did. */
export async function moveRefund(tx: Statements, refund: { paymentIntent: string; to: RefundState; stripeRefund: string | null; problem: string | null; atSec: number }): Promise<boolean> {
  const rows = await tx.sql.execute(
    `UPDATE refund SET state = $2, stripe_refund = COALESCE($3, stripe_refund), problem = $4, updated_sec = $5, attempts = attempts + (CASE WHEN $2 = 'failed' THEN 1 ELSE 0 END)
     WHERE id = $1 AND state <> 'done'`,
    [refund.paymentIntent, refund.to, refund.stripeRefund, refund.problem, refund.atSec],
  );
  return rows > 0;
}

/** readRefund gives the refund of a payment, or null. */
export async function readRefund(db: Statements, paymentIntent: string): Promise<StoredRefund | null> {
  return (await db.sql.query<StoredRefund>(`SELECT ${COLUMNS} FROM refund WHERE id = $1`, [paymentIntent]))[0] ?? null;
}

/** readRefundsOf gives the refunds of an order, oldest first. */
export async function readRefundsOf(db: Statements, orderId: string): Promise<StoredRefund[]> {
  return db.sql.query<StoredRefund>(`SELECT ${COLUMNS} FROM refund WHERE order_id = $1 ORDER BY created_sec, id`, [orderId]);
}

/** readOpenRefunds gives refunds still to be made or followed, the longest untouched first. */
export async function readOpenRefunds(db: Statements, limit: number): Promise<StoredRefund[]> {
  return db.sql.query<StoredRefund>(`SELECT ${COLUMNS} FROM refund WHERE state IN ('wanted', 'sent') ORDER BY updated_sec, id LIMIT $1`, [limit]);
}
