import { Stripe } from 'stripe';
import { formatCents } from '../core/assertion/money';
import { noteSession, type StoredOrder } from '../storage/order-store';
import type { ServiceContext } from './context';
import { chargeCentsOf } from './order-money';
import { siteUrl } from './site-url';

/** PaymentSession is a Checkout session as fetched from Stripe just now: the only thing that payments are judged by. */
export type PaymentSession = Stripe.Checkout.Session;

// Under one key Stripe makes one session, however often it is asked.
const sessionKey = (order: StoredOrder) => `mns-order-${order.id}-session`;

/**
 * openPaymentSession makes the Checkout session of an order that has none. Everything in the request follows from the
 * stored order, so that after a crash the same request under the same key gives the same session. Answers false if
 * Stripe will never make it, because the order's time is over.
 */
export async function openPaymentSession(ctx: ServiceContext, order: StoredOrder): Promise<boolean> {
  const orderUrl = `${siteUrl(ctx.registry.origin)}/orders/${order.id}`;
  const product =
    order.creditCents === null
      ? { name: `@${order.name}`, description: 'A name for life, no renewal' }
      : { name: `${formatCents(order.creditCents)} of credit`, description: `@${order.name} takes ${formatCents(order.priceCents)} of it; the rest stays yours` };
  try {
    const session = await ctx.stripe.client().checkout.sessions.create(
      {
        mode: 'payment',
        line_items: [{ quantity: 1, price_data: { currency: 'usd', unit_amount: chargeCentsOf(order), product_data: product } }],
        allowed_payment_method_types: ['card'],
        success_url: orderUrl,
        cancel_url: orderUrl,
        client_reference_id: order.id,
        metadata: { order: order.id },
        payment_intent_data: { metadata: { order: order.id } },
        expires_at: order.expiresSec,
      },
      { idempotencyKey: sessionKey(order) },
    );
    await noteSession(ctx.db, order.id, session.id, session.url);
    return true;
  } catch (error) {
    if (error instanceof Stripe.errors.StripeInvalidRequestError && error.param === 'expires_at') return false;
    throw error;
  }
}

/** fetchSession asks Stripe for a session; null if Stripe knows none of that id. */
export async function fetchSession(ctx: ServiceContext, id: string): Promise<PaymentSession | null> {
  try {
    return await ctx.stripe.client().checkout.sessions.retrieve(id);
  } catch (error) {
    if (error instanceof Stripe.errors.StripeInvalidRequestError && error.code === 'resource_missing') return null;
    throw error;
  }
}

/** endSession makes sure that nobody can pay a session any more, and gives it as it is then: paid after all, or expired. */
export async function endSession(ctx: ServiceContext, id: string): Promise<PaymentSession | null> {
  const session = await fetchSession(ctx, id);
  if (session?.status !== 'open') return session;
  try {
    return await ctx.stripe.client().checkout.sessions.expire(id);
  } catch (error) {
    // It was paid or ran out in between: what counts is what it is now.
    if (error instanceof Stripe.errors.StripeInvalidRequestError) return fetchSession(ctx, id);
    throw error;
  }
}
