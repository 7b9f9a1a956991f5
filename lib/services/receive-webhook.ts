import { Stripe } from 'stripe';
import { readRefund } from '../storage/refund-store';
import { isKnownEvent, takeEvent } from '../storage/webhook-store';
import { tryToAdvance } from './advance-order';
import type { ServiceContext } from './context';
import { fetchSession } from './payment-session';
import { makeRefund } from './refund-order';
import { refuseService } from './service-refusal';
import { settlePayment, type Settled } from './settle-payment';

/** WebhookOutcome says what an event led to. */
export type WebhookOutcome = Settled | 'duplicate' | 'ignored' | 'refund';

const TOLERANCE_SEC = 300;

/**
 * receiveWebhook takes an event of Stripe: the raw body exactly as sent, and its `Stripe-Signature`. What the event says is
 * never believed: it only names a session, which is fetched again. Throws ServiceRefusal `webhook-unsigned`,
 * `webhook-bad-signature`, `webhook-stale`, `webhook-foreign`; any other error means that Stripe should try again.
 */
export async function receiveWebhook(ctx: ServiceContext, input: { body: Uint8Array; signature: string | null }): Promise<WebhookOutcome> {
  const event = readEvent(ctx, input);
  if (typeof event.id !== 'string' || typeof event.data?.object !== 'object') refuseService('webhook-foreign', 'This is no event of a kind the registry knows.');
  if (event.livemode !== ctx.stripe.livemode) refuseService('webhook-foreign', `The event is of ${event.livemode ? 'live' : 'test'} mode, and this registry is not.`);
  const mark = { id: event.id, type: event.type, createdSec: event.created };
  if (await isKnownEvent(ctx.db, event.id)) return 'duplicate';
  const object = event.data.object as { id?: string; object?: string; payment_intent?: string | null };
  if (object.object === 'checkout.session' && object.id !== undefined) {
    const session = await fetchSession(ctx, object.id);
    if (session !== null) {
      const { orderId, settled } = await settlePayment(ctx, session, mark);
      if (orderId !== null) await tryToAdvance(ctx, orderId, false);
      return settled;
    }
  }
  if (object.object === 'refund' && typeof object.payment_intent === 'string') {
    const refund = await readRefund(ctx.db, object.payment_intent);
    if (refund !== null && refund.state !== 'done') {
      await makeRefund(ctx, refund);
      await takeEvent(ctx.db, { ...mark, receivedSec: ctx.clock(), outcome: 'refund' });
      return 'refund';
    }
  }
  await takeEvent(ctx.db, { ...mark, receivedSec: ctx.clock(), outcome: 'ignored' });
  return 'ignored';
}

function readEvent(ctx: ServiceContext, input: { body: Uint8Array; signature: string | null }): Stripe.Event {
  if (input.signature === null || input.signature === '') return refuseService('webhook-unsigned', 'The request carries no Stripe-Signature.');
  try {
    return Stripe.webhooks.constructEvent(Buffer.from(input.body), input.signature, ctx.stripe.webhookSecret, TOLERANCE_SEC, undefined, ctx.clock() * 1000);
  } catch (error) {
    if (error instanceof Stripe.errors.StripeSignatureVerificationError && error.message.includes('tolerance')) {
      return refuseService('webhook-stale', `The signature is older than ${TOLERANCE_SEC} seconds.`);
    }
    return refuseService('webhook-bad-signature', 'The signature does not fit the body.');
  }
}
