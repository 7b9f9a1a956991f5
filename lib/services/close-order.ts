import { lockOrder, type StoredOrder } from '../storage/order-store';
import type { ServiceContext } from './context';
import { endSession } from './payment-session';
import { endUnpaid, settlePayment } from './settle-payment';

/**
 * closeOrder ends an order that is not to be paid any more: its time is over, or its buyer has cancelled it. Stripe is asked
 * first and told to end the session; a payment made in the last second counts. Answers whether the order moved on.
 */
export async function closeOrder(ctx: ServiceContext, order: StoredOrder): Promise<boolean> {
  const session = order.stripeSession === null ? null : await endSession(ctx, order.stripeSession);
  // A payment that is not this order's price is on its way back and does not keep the order open.
  if (session?.payment_status === 'paid' && (await settlePayment(ctx, session)).settled === 'paid') return true;
  if (session?.status === 'open') return false;
  return ctx.db.transaction(async (tx) => {
    const current = await lockOrder(tx, order.id);
    // A session that appeared meanwhile has not been asked about.
    if (current?.state !== 'awaiting-payment' || current.stripeSession !== order.stripeSession) return false;
    await endUnpaid(tx, current, ctx.clock());
    return true;
  });
}
