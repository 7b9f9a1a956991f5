import type { Queries } from './database';
import type { Refund } from './generated/client';
import { safeInteger } from './sql';

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

function stored({ id, orderId, amountCents, reason, state, stripeRefund, problem, attempts }: Refund): StoredRefund {
  return { paymentIntent: id, orderId, amountCents: safeInteger(amountCents), reason, state: state as RefundState, stripeRefund, problem, attempts };
}

/** wantRefund decides that a payment goes back; a second time changes nothing. */
export async function wantRefund(tx: Queries, refund: { paymentIntent: string; orderId: string; amountCents: number; reason: string; atSec: number }): Promise<void> {
  const { paymentIntent, orderId, amountCents, reason, atSec } = refund;
  await tx.prisma.refund.createMany({ data: [{ id: paymentIntent, orderId, amountCents, reason, state: 'wanted', createdSec: atSec, updatedSec: atSec }], skipDuplicates: true });
}

/** moveRefund changes a refund that is not done yet. Answers whether it did. */
export async function moveRefund(tx: Queries, refund: { paymentIntent: string; to: RefundState; stripeRefund: string | null; problem: string | null; atSec: number }): Promise<boolean> {
  const { count } = await tx.prisma.refund.updateMany({
    where: { id: refund.paymentIntent, state: { not: 'done' } },
    data: {
      state: refund.to,
      stripeRefund: refund.stripeRefund ?? undefined,
      problem: refund.problem,
      updatedSec: refund.atSec,
      attempts: refund.to === 'failed' ? { increment: 1 } : undefined,
    },
  });
  return count > 0;
}

/** readRefund gives the refund of a payment, or null. */
export async function readRefund(db: Queries, paymentIntent: string): Promise<StoredRefund | null> {
  const row = await db.prisma.refund.findUnique({ where: { id: paymentIntent } });
  return row && stored(row);
}

/** readRefundsOf gives the refunds of an order, oldest first. */
export async function readRefundsOf(db: Queries, orderId: string): Promise<StoredRefund[]> {
  return (await db.prisma.refund.findMany({ where: { orderId }, orderBy: [{ createdSec: 'asc' }, { id: 'asc' }] })).map(stored);
}

/** readOpenRefunds gives refunds still to be made or followed, the longest untouched first. */
export async function readOpenRefunds(db: Queries, limit: number): Promise<StoredRefund[]> {
  const rows = await db.prisma.refund.findMany({ where: { state: { in: ['wanted', 'sent'] } }, orderBy: [{ updatedSec: 'asc' }, { id: 'asc' }], take: limit });
  return rows.map(stored);
}

/** countFailedRefunds tells how many refunds Stripe could not make: each is money that a person must give back by hand. */
export async function countFailedRefunds(db: Queries): Promise<number> {
  return db.prisma.refund.count({ where: { state: 'failed' } });
}
