import type { Order } from '../client/wire';
import { readOrder } from '../storage/order-store';
import { tryToAdvance } from './advance-order';
import type { ServiceContext } from './context';
import { closeUnpaid } from './expire-orders';
import { refuseService } from './service-refusal';
import { showOrder } from './show-order';

/**
 * cancelOrder gives up an order that waits for its payment. Its session is ended at Stripe first, so that afterwards nobody
 * can pay it; if it was paid a moment before, the payment counts. Throws ServiceRefusal `order-unknown`, `order-closed`.
 */
export async function cancelOrder(ctx: ServiceContext, input: { id: string }): Promise<Order> {
  const order = await readOrder(ctx.db, input.id);
  if (order === null) return refuseService('order-unknown', 'There is no such order.');
  if (order.state === 'awaiting-payment') {
    // An order without a session yet gets one first, so that there is something to end.
    await tryToAdvance(ctx, order.id, false);
    const current = await readOrder(ctx.db, order.id);
    if (current?.state === 'awaiting-payment') await closeUnpaid(ctx, current, 'cancelled');
    await tryToAdvance(ctx, order.id, true);
  } else if (order.state !== 'cancelled') {
    refuseService('order-closed', `The order is ${order.state}: it can’t be cancelled any more.`);
  }
  return (await showOrder(ctx, input)) ?? refuseService('order-unknown', 'There is no such order.');
}
