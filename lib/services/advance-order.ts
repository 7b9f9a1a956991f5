import { readOrder, type StoredOrder } from '../storage/order-store';
import type { ServiceContext } from './context';
import { closeOrder } from './close-order';
import { orderInLog, withoutOrderIds } from './log-order';
import type { OrderState } from './order-states';
import { fetchSession, openPaymentSession } from './payment-session';
import { refundOrder } from './refund-order';
import { registerOrder, sealOrder } from './register-order';
import { isCancelAsked, settlePayment } from './settle-payment';

const MAX_STEPS = 8;

/**
 * advanceOrder takes an order as far as it goes now. Every step may be cut off anywhere and done again. With `askStripe` it
 * also asks Stripe about an order that waits for its payment, as reconciling does; else only a webhook tells.
 */
export async function advanceOrder(ctx: ServiceContext, id: string, askStripe: boolean): Promise<void> {
  for (let step = 0; step < MAX_STEPS; step++) {
    const order = await readOrder(ctx.db, id);
    if (order === null || !(await advanceOnce(ctx, order, askStripe))) return;
  }
}

async function advanceOnce(ctx: ServiceContext, order: StoredOrder, askStripe: boolean): Promise<boolean> {
  switch (order.state as OrderState) {
    case 'awaiting-payment':
      return awaitPayment(ctx, order, askStripe);
    case 'paid':
      return registerOrder(ctx, order);
    case 'accepted':
      return sealOrder(ctx, order);
    case 'refunding':
      return refundOrder(ctx, order);
    default:
      return false;
  }
}

async function awaitPayment(ctx: ServiceContext, order: StoredOrder, askStripe: boolean): Promise<boolean> {
  if (order.stripeSession === null) {
    // No session can be made any more: either none ever was, or the one of the same key would have been given.
    return (await openPaymentSession(ctx, order)) ? isCancelAsked(order) : closeOrder(ctx, order);
  }
  if (isCancelAsked(order)) return closeOrder(ctx, order);
  if (!askStripe) return false;
  if (ctx.clock() >= order.expiresSec) return closeOrder(ctx, order);
  const session = await fetchSession(ctx, order.stripeSession);
  if (session === null || session.status === 'open') return false;
  const { settled } = await settlePayment(ctx, session);
  return settled !== 'known';
}

/** tryToAdvance is advanceOrder where a failure must not fail the caller: reconciling comes by again. */
export async function tryToAdvance(ctx: ServiceContext, id: string, askStripe: boolean): Promise<void> {
  try {
    await advanceOrder(ctx, id, askStripe);
  } catch (error) {
    ctx.log(`${orderInLog(id)}: left for the next round (${error instanceof Error ? error.name : 'unknown'}: ${error instanceof Error ? withoutOrderIds(error.message) : ''})`);
  }
}
