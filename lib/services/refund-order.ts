import type { Stripe } from 'stripe';
import { postTransfer } from '../storage/ledger-store';
import { lockOrder, type StoredOrder } from '../storage/order-store';
import { moveRefund, readRefund, type StoredRefund } from '../storage/refund-store';
import type { ServiceContext } from './context';
import { orderInLog } from './log-order';
import { creditReturned, isPaidFromCredit, paymentRefunded } from './order-money';
import { stepOrder } from './step-order';

/** refundOrder gives back what a `refunding` order was paid with: credit to credit, a payment through Stripe. Answers whether the order moved on. */
export async function refundOrder(ctx: ServiceContext, order: StoredOrder): Promise<boolean> {
  if (isPaidFromCredit(order)) return returnCredit(ctx, order);
  const refund = order.paymentIntent === null ? null : await readRefund(ctx.db, order.paymentIntent);
  if (refund === null || refund.state === 'failed') return false;
  return makeRefund(ctx, refund);
}

function returnCredit(ctx: ServiceContext, order: StoredOrder): Promise<boolean> {
  const nowSec = ctx.clock();
  return ctx.db.transaction(async (tx) => {
    const current = await lockOrder(tx, order.id);
    if (current?.state !== 'refunding') return false;
    await postTransfer(tx, creditReturned(current, nowSec));
    return stepOrder(tx, current, 'refund', { atSec: nowSec });
  });
}

/**
 * makeRefund carries a wanted refund on: asks Stripe for it unless Stripe has it already, and books it once it has
 * succeeded. Answers whether it is done now.
 */
export async function makeRefund(ctx: ServiceContext, refund: StoredRefund): Promise<boolean> {
  const made = await refundAtStripe(ctx, refund);
  const nowSec = ctx.clock();
  const { paymentIntent, orderId, amountCents } = refund;
  if (made.status === 'succeeded') {
    return ctx.db.transaction(async (tx) => {
      const order = await lockOrder(tx, orderId);
      if (!(await moveRefund(tx, { paymentIntent, to: 'done', stripeRefund: made.id, problem: null, atSec: nowSec }))) return false;
      await postTransfer(tx, paymentRefunded(orderId, paymentIntent, amountCents, nowSec));
      if (order?.state === 'refunding' && order.paymentIntent === paymentIntent) await stepOrder(tx, order, 'refund', { atSec: nowSec });
      return true;
    });
  }
  const failed = made.status === 'failed' || made.status === 'canceled';
  await moveRefund(ctx.db, { paymentIntent, to: failed ? 'failed' : 'sent', stripeRefund: made.id, problem: failed ? (made.failure_reason ?? made.status) : null, atSec: nowSec });
  if (failed) ctx.log(`${orderInLog(orderId)}: refund ${made.id} failed at Stripe; a person must look`);
  return false;
}

/** refundAtStripe finds the refund of a payment or makes it. Looking first covers keys that Stripe has forgotten, and refunds made by hand. */
async function refundAtStripe(ctx: ServiceContext, refund: StoredRefund): Promise<Stripe.Refund> {
  const stripe = ctx.stripe.client();
  if (refund.stripeRefund !== null) return stripe.refunds.retrieve(refund.stripeRefund);
  const known = await stripe.refunds.list({ payment_intent: refund.paymentIntent, limit: 10 });
  const whole = known.data.find((each) => each.amount === refund.amountCents && each.status !== 'failed' && each.status !== 'canceled');
  return whole ?? stripe.refunds.create({ payment_intent: refund.paymentIntent, amount: refund.amountCents, metadata: { order: refund.orderId } }, { idempotencyKey: `mns-refund-${refund.paymentIntent}` });
}
