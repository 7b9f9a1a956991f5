import { invariant } from '../core/refusal';
import type { LedgerTransfer } from '../storage/ledger-store';
import type { StoredOrder } from '../storage/order-store';

/*
 * What an order moves in the ledger. Money that came in waits in the order's own account; from there it becomes income
 * (and credit) when the registration is accepted, or goes back where it came from. So that account ends at zero.
 */

/** isPaidFromCredit tells an order that takes its price from credit bought earlier. */
export function isPaidFromCredit(order: StoredOrder): boolean {
  return order.rail === 'credit' && order.creditCents === null;
}

/** chargeCentsOf is what Stripe is asked to take for an order: its price, or the credit bought with it; 0 for earlier credit. */
export function chargeCentsOf(order: StoredOrder): number {
  return isPaidFromCredit(order) ? 0 : (order.creditCents ?? order.priceCents);
}

/** paymentReceived: money of one Stripe payment comes in for an order. */
export function paymentReceived(orderId: string, paymentIntent: string, cents: number, atSec: number): LedgerTransfer {
  return { id: `payment:${paymentIntent}`, kind: 'payment', orderId, atSec, lines: [{ account: 'stripe', cents: -cents }, { account: `order:${orderId}`, cents }] };
}

/** creditSpent: an order takes its price from the identity's credit. */
export function creditSpent(order: StoredOrder, atSec: number): LedgerTransfer {
  invariant(isPaidFromCredit(order), 'only such an order spends credit');
  return { id: `credit-spent:${order.id}`, kind: 'credit-spent', orderId: order.id, atSec, lines: [{ account: `credit:${order.udf}`, cents: -order.priceCents }, { account: `order:${order.id}`, cents: order.priceCents }] };
}

/** registered: the registration is accepted, so its price is earned; the rest of a purchase of credit becomes credit. */
export function registered(order: StoredOrder, atSec: number): LedgerTransfer {
  const paidCents = isPaidFromCredit(order) ? order.priceCents : chargeCentsOf(order);
  return {
    id: `registered:${order.id}`,
    kind: 'registered',
    orderId: order.id,
    atSec,
    lines: [
      { account: `order:${order.id}`, cents: -paidCents },
      { account: 'income', cents: order.priceCents },
      { account: `credit:${order.udf}`, cents: paidCents - order.priceCents },
    ],
  };
}

/** unregistered: the reverse of `registered`, for an accepted registration that its seal refused. */
export function unregistered(order: StoredOrder, atSec: number): LedgerTransfer {
  const { lines } = registered(order, atSec);
  return { id: `unregistered:${order.id}`, kind: 'unregistered', orderId: order.id, atSec, lines: lines.map(({ account, cents }) => ({ account, cents: -cents })) };
}

/**
 * priceKeptAsCredit stands in for `unregistered` where credit bought with the order has been spent meanwhile: the purchase
 * stays, all of it as credit, and only the price of the name that its seal refused is added to what is left.
 */
export function priceKeptAsCredit(order: StoredOrder, atSec: number): LedgerTransfer {
  return { id: `credit-returned:${order.id}`, kind: 'credit-returned', orderId: order.id, atSec, lines: [{ account: 'income', cents: -order.priceCents }, { account: `credit:${order.udf}`, cents: order.priceCents }] };
}

/** creditReturned: the price of a name that can't be registered goes back to the credit it came from. */
export function creditReturned(order: StoredOrder, atSec: number): LedgerTransfer {
  return { id: `credit-returned:${order.id}`, kind: 'credit-returned', orderId: order.id, atSec, lines: [{ account: `order:${order.id}`, cents: -order.priceCents }, { account: `credit:${order.udf}`, cents: order.priceCents }] };
}

/** paymentRefunded: a Stripe payment went back. */
export function paymentRefunded(orderId: string, paymentIntent: string, cents: number, atSec: number): LedgerTransfer {
  return { id: `refund:${paymentIntent}`, kind: 'refund', orderId, atSec, lines: [{ account: `order:${orderId}`, cents: -cents }, { account: 'stripe', cents }] };
}
