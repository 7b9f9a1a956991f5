import { readOrdersIn, readWaiting, type WaitingOrder } from '../storage/order-store';
import { readOpenRefunds } from '../storage/refund-store';
import { tryToAdvance } from './advance-order';
import { dueToAsk } from './ask-pace';
import type { ServiceContext } from './context';
import { orderInLog } from './log-order';
import { OPEN_STATES } from './order-states';
import { makeRefund } from './refund-order';
import { sweepEvents } from './sweep-events';

const PAGE = 200;

/** One round at a time in a process; a slow Stripe must not pile rounds up. */
const running = new WeakSet<object>();

/** Those that wait for their buyer wait for nobody here: orders with money in them go first. */
const PAID_STATES = OPEN_STATES.filter((state) => state !== 'awaiting-payment');

/** When each waiting order was last taken by a round of this process; lost at a restart, and then asked a little early. */
const askedSec = new WeakMap<object, Map<string, number>>();

/**
 * reconcilePayments drives every order that is paid, and every refund, one step further, finds payments that no webhook told
 * of, and in the end asks Stripe about some of the orders that still wait: thousands of them must not hold up those with money
 * in them. The minute loop calls it each period. Safe in several processes at once.
 */
export async function reconcilePayments(ctx: ServiceContext): Promise<void> {
  if (running.has(ctx.db)) return;
  running.add(ctx.db);
  try {
    await eachOrder(ctx, PAID_STATES);
    await sweepEvents(ctx).catch((error: unknown) => ctx.log(`payments: events could not be listed (${error instanceof Error ? error.name : 'unknown'})`));
    for (const refund of await readOpenRefunds(ctx.db, PAGE)) {
      try {
        await makeRefund(ctx, refund);
      } catch (error) {
        ctx.log(`${orderInLog(refund.orderId)}: refund left for the next round (${error instanceof Error ? error.name : 'unknown'})`);
      }
    }
    await askAboutWaiting(ctx);
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

async function askAboutWaiting(ctx: ServiceContext): Promise<void> {
  const waiting: WaitingOrder[] = [];
  for (;;) {
    const page = await readWaiting(ctx.db, waiting.at(-1)?.id ?? '', PAGE);
    waiting.push(...page);
    if (page.length < PAGE) break;
  }
  const before = askedSec.get(ctx.db) ?? new Map<string, number>();
  // Only those that still wait are remembered.
  const asked = new Map(waiting.flatMap(({ id }): [string, number][] => (before.has(id) ? [[id, before.get(id) ?? 0]] : [])));
  askedSec.set(ctx.db, asked);
  const startSec = ctx.clock();
  for (const { id } of dueToAsk(waiting, asked, startSec)) {
    // A slow Stripe: the next round has orders with money in them.
    if (ctx.clock() - startSec > ctx.registry.periodSec) return;
    asked.set(id, ctx.clock());
    await tryToAdvance(ctx, id, true);
  }
}
