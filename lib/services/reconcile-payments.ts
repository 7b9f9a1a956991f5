import { readOrdersIn } from '../storage/order-store';
import { readOpenRefunds } from '../storage/refund-store';
import { tryToAdvance } from './advance-order';
import type { ServiceContext } from './context';
import { OPEN_STATES } from './order-states';
import { makeRefund } from './refund-order';
import { sweepEvents } from './sweep-events';

const PAGE = 200;

/** One round at a time in a process; a slow Stripe must not pile rounds up. */
const running = new WeakSet<object>();

/**
 * reconcilePayments drives every order that is not at its end, and every refund, one step further: it asks Stripe about
 * what no webhook told, submits again, refunds. The minute loop calls it each period. Safe in several processes at once.
 */
export async function reconcilePayments(ctx: ServiceContext): Promise<void> {
  if (running.has(ctx.db)) return;
  running.add(ctx.db);
  try {
    await eachOrder(ctx, OPEN_STATES);
    await sweepEvents(ctx).catch((error: unknown) => ctx.log(`payments: events could not be listed (${error instanceof Error ? error.name : 'unknown'})`));
    for (const refund of await readOpenRefunds(ctx.db, PAGE)) {
      try {
        await makeRefund(ctx, refund);
      } catch (error) {
        ctx.log(`order ${refund.orderId}: refund left for the next round (${error instanceof Error ? error.name : 'unknown'})`);
      }
    }
  } finally {
    running.delete(ctx.db);
  }
}

/** followSealedOrders moves orders on whose registration is accepted; to be called right after a seal, so that nobody waits for the next round. */
export async function followSealedOrders(ctx: ServiceContext): Promise<void> {
  await eachOrder(ctx, ['accepted']);
}

async function eachOrder(ctx: ServiceContext, states: readonly string[]): Promise<void> {
  let after = '';
  for (;;) {
    const ids = await readOrdersIn(ctx.db, states, after, PAGE);
    for (const id of ids) await tryToAdvance(ctx, id, true);
    const last = ids.at(-1);
    if (last === undefined || ids.length < PAGE) return;
    after = last;
  }
}
