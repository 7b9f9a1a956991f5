import type { WaitingOrder } from '../storage/order-store';

/** How often Stripe is asked about an order that waits for its payment. Payments that no webhook told of are found each round by their events. */
export const ASK_AGAIN_SEC = 120;
/** How many such orders one round takes at most; the others come first in the next. */
export const MAX_ASKED = 100;

/**
 * dueToAsk chooses the waiting orders that a round of reconciling takes: those whose time is over, that have no payment session yet or
 * are to be cancelled, and those not asked about for `ASK_AGAIN_SEC`; the longest left alone first, `MAX_ASKED` at most.
 * `asked` says when each was taken last.
 */
export function dueToAsk(waiting: readonly WaitingOrder[], asked: ReadonlyMap<string, number>, nowSec: number): WaitingOrder[] {
  const lastSec = (order: WaitingOrder) => asked.get(order.id) ?? order.createdSec;
  const isDue = (order: WaitingOrder) => nowSec >= order.expiresSec || order.stripeSession === null || order.problemCode !== null || nowSec >= lastSec(order) + ASK_AGAIN_SEC;
  return waiting
    .filter(isDue)
    .sort((a, b) => lastSec(a) - lastSec(b))
    .slice(0, MAX_ASKED);
}
