import { lockOrder, type StoredOrder } from '../storage/order-store';
import type { ServiceContext } from './context';
import { endSession } from './payment-session';
import { endUnpaid, settlePayment } from './settle-payment';

/**
 * expireOrder ends an order whose time to pay is over. Stripe is asked first: a payment made in the last second counts, and
 * what nobody can pay any more ends, its name free again. Answers whether the order moved on.
 */
export async function expireOrder(ctx: ServiceContext, order: StoredOrder): Promise<boolean> {
  return closeUnpaid(ctx, order, 'expired');
}

/** closeUnpaid ends an order's session at Stripe and then the order, unless it turns out to have been paid. */
export async function closeUnpaid(ctx: ServiceContext, order: StoredOrder, to: 'expired' | 'cancelled'): Promise<boolean> {
  const session = order.stripeSession === null ? null : await endSession(ctx, order.stripeSession);
  // A payment that is not this order's price is on its way back and does not keep the order open.
  if (session?.payment_status === 'paid' && (await settlePayment(ctx, session)).settled === 'paid') return true;
  if (session?.status === 'open') return false;
  return ctx.db.quickTransaction(async (tx) => {
    const current = await lockOrder(tx, order.id);
    // A session that appeared meanwhile has not been asked about.
    if (current?.state !== 'awaiting-payment' || current.stripeSession !== order.stripeSession) return false;
    await endUnpaid(tx, current, to, ctx.clock());
    return true;
  });
}
