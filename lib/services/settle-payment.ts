import type { Queries } from '../storage/database';
import { releaseHold, takeHold } from '../storage/hold-store';
import { postTransfer } from '../storage/ledger-store';
import { lockOrder, noteSession, type StoredOrder } from '../storage/order-store';
import { wantRefund } from '../storage/refund-store';
import { takeEvent } from '../storage/webhook-store';
import type { ServiceContext } from './context';
import { chargeCentsOf, paymentReceived } from './order-money';
import type { PaymentSession } from './payment-session';
import { PAID_HOLD_SEC } from './rails';
import { stepOrder } from './step-order';

/** Settled says what a session meant for its order. */
export type Settled =
  | 'paid' // the order is paid now
  | 'ended' // the order has ended unpaid
  | 'surplus' // money nobody asked for (again): it goes back
  | 'known' // nothing new
  | 'foreign'; // no order of ours

/** WebhookMark is the event to be remembered in the same transaction as its effect. */
export interface WebhookMark {
  id: string;
  type: string;
  createdSec: number;
}

/**
 * settlePayment brings an order up to what its payment session says. The session must have been fetched from Stripe just
 * now: webhooks, reconciling and cancelling all come here with the same thing, in any order and any number of times.
 * With `mark`, an event that was dealt with before changes nothing.
 */
export async function settlePayment(ctx: ServiceContext, session: PaymentSession, mark: WebhookMark | null = null): Promise<{ orderId: string | null; settled: Settled }> {
  const nowSec = ctx.clock();
  const orderId = session.client_reference_id;
  return ctx.db.transaction(async (tx) => {
    const order = orderId === null ? null : await lockOrder(tx, orderId);
    const settled = order === null ? 'foreign' : await settle(tx, order, session, nowSec);
    if (mark !== null) await takeEvent(tx, { ...mark, receivedSec: nowSec, outcome: settled });
    return { orderId: order?.id ?? null, settled };
  });
}

async function settle(tx: Queries, order: StoredOrder, session: PaymentSession, nowSec: number): Promise<Settled> {
  if (session.payment_status === 'paid') return settlePaid(tx, order, session, nowSec);
  const over = session.status === 'expired' && order.state === 'awaiting-payment' && (order.stripeSession === null || order.stripeSession === session.id);
  if (!over) return 'known';
  await endUnpaid(tx, order, nowSec);
  return 'ended';
}

/** isCancelAsked tells an order whose buyer has given it up; it waits only until its session has ended at Stripe. */
export function isCancelAsked(order: StoredOrder): boolean {
  return order.state === 'awaiting-payment' && order.problemCode === 'cancelled';
}

/** endUnpaid ends an order for which no money can come any more, and frees its name. The caller has locked the order. */
export async function endUnpaid(tx: Queries, order: StoredOrder, nowSec: number): Promise<void> {
  await stepOrder(tx, order, isCancelAsked(order) ? 'cancel' : 'expire', { atSec: nowSec });
  await releaseHold(tx, order.id, nowSec);
}

async function settlePaid(tx: Queries, order: StoredOrder, session: PaymentSession, nowSec: number): Promise<Settled> {
  const intent = typeof session.payment_intent === 'string' ? session.payment_intent : session.payment_intent?.id;
  const cents = session.amount_total ?? 0;
  if (intent === undefined || cents === 0) return 'known';
  // The ledger's own uniqueness makes a payment count once, whoever brings it.
  if (!(await postTransfer(tx, paymentReceived(order.id, intent, cents, nowSec)))) return 'known';
  await noteSession(tx, order.id, session.id, null);
  const asAsked = session.currency === 'usd' && cents === chargeCentsOf(order);
  if (order.state !== 'awaiting-payment' || !asAsked) {
    await wantRefund(tx, { paymentIntent: intent, orderId: order.id, amountCents: cents, reason: asAsked ? `order is ${order.state}` : 'amount differs', atSec: nowSec });
    return 'surplus';
  }
  await stepOrder(tx, order, 'pay', { atSec: nowSec, paymentIntent: intent });
  const { name, udf } = order;
  if (!(await takeHold(tx, { name, udf, orderId: order.id, nowSec, expiresSec: nowSec + PAID_HOLD_SEC }))) {
    await failPaid(tx, { ...order, state: 'paid', paymentIntent: intent }, { code: 'name-held', detail: `The payment came after its time, and by then somebody else was buying @${name}.` }, nowSec);
  }
  return 'paid';
}

/** failPaid turns a paid (or accepted) order round: it cannot be registered, and its money goes back. The caller has locked the order. */
export async function failPaid(tx: Queries, order: StoredOrder, problem: { code: string; detail: string }, nowSec: number): Promise<boolean> {
  const moved = await stepOrder(tx, order, 'fail', { atSec: nowSec, problem });
  if (!moved) return false;
  await releaseHold(tx, order.id, nowSec);
  if (order.paymentIntent !== null) await wantRefund(tx, { paymentIntent: order.paymentIntent, orderId: order.id, amountCents: chargeCentsOf(order), reason: problem.code, atSec: nowSec });
  return true;
}
