import type { Order } from '../client/wire';
import { askCancel } from '../storage/order-store';
import { tryToAdvance } from './advance-order';
import type { ServiceContext } from './context';
import { refuseService } from './service-refusal';
import { showOrder } from './show-order';

/**
 * cancelOrder gives up an order that waits for its payment. The wish is stored first; then its session is ended at Stripe, so
 * that nobody can pay it any more, and the order is cancelled. If it was paid a moment before, the payment counts and the
 * answer is `order-closed`. While Stripe is away the order stays as it is until reconciling ends it. Throws ServiceRefusal
 * `order-unknown`, `order-closed`.
 */
export async function cancelOrder(ctx: ServiceContext, input: { id: string }): Promise<Order> {
  // An order without a session gets one first, even now: only then is there something that Stripe can be told to end.
  if (await askCancel(ctx.db, input.id)) await tryToAdvance(ctx, input.id, true);
  const order = await showOrder(ctx, input);
  if (order === null) return refuseService('order-unknown', 'There is no such order.');
  if (order.state === 'cancelled' || order.state === 'awaiting-payment') return order;
  return refuseService('order-closed', order.state === 'expired' ? 'The order has expired already.' : `The order is ${order.state}: it can’t be cancelled any more.`);
}
