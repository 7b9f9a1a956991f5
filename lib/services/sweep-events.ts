import type { Stripe } from 'stripe';
import { isKnownEvent } from '../storage/webhook-store';
import { tryToAdvance } from './advance-order';
import type { ServiceContext } from './context';
import { fetchSession } from './payment-session';
import { settlePayment } from './settle-payment';

/** Stripe tries to deliver an event for three days; a registry that was away longer must look at Stripe by hand. */
const LOOK_BACK_SEC = 3 * 24 * 60 * 60;
const OVERLAP_SEC = 60 * 60;

const sweptSec = new WeakMap<object, number>();

/**
 * sweepEvents asks Stripe for the payments of late and takes those that no webhook told of. Asking about open orders finds
 * their own payments; this finds the others: money for an order that has ended, or a second payment of one. An event that
 * can't be taken does not keep the others waiting.
 */
export async function sweepEvents(ctx: ServiceContext): Promise<void> {
  const nowSec = ctx.clock();
  const sinceSec = Math.max(sweptSec.get(ctx.db) ?? 0, nowSec - LOOK_BACK_SEC) - OVERLAP_SEC;
  let allTaken = true;
  for await (const event of ctx.stripe.client().events.list({ type: 'checkout.session.completed', created: { gte: sinceSec }, limit: 100 })) {
    if (event.type !== 'checkout.session.completed' || (await isKnownEvent(ctx.db, event.id))) continue;
    try {
      await take(ctx, event);
    } catch (error) {
      allTaken = false;
      ctx.log(`payments: event ${event.id} left for the next round (${error instanceof Error ? error.name : 'unknown'})`);
    }
  }
  // The next round begins where all were taken.
  if (allTaken) sweptSec.set(ctx.db, nowSec);
}

async function take(ctx: ServiceContext, event: Stripe.CheckoutSessionCompletedEvent): Promise<void> {
  const session = await fetchSession(ctx, event.data.object.id);
  if (session === null) return;
  const { orderId } = await settlePayment(ctx, session, { id: event.id, type: event.type, createdSec: event.created });
  if (orderId !== null) await tryToAdvance(ctx, orderId, false);
}
