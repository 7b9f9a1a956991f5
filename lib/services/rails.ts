import type { Rail } from '../client/wire';

/** Stripe takes no card payment below this. */
export const MIN_CHARGE_CENTS = 50;
/** Credit is bought in one go of at least this. */
export const MIN_CREDIT_CENTS = 100;
/** From here on Checkout is not used: an invoice with bank transfer is. */
export const INVOICE_FROM_CENTS = 1_000_000;
/** From here on money moves outside Stripe. */
export const WIRE_FROM_CENTS = 100_000_000;

/** How long a payment session is open; Stripe wants 30 minutes at least from when it is made, so there is a minute to make it. */
export const SESSION_SEC = 31 * 60;
/** How much longer than its session a hold may last: until the end of the session has been learnt of. */
export const HOLD_GRACE_SEC = 300;
/** An identity can hold a name once in this time. */
export const HOLD_AGAIN_SEC = 24 * 60 * 60;
/** How many orders of one identity may wait for their payment at a time; each keeps a name from everybody else. */
export const MAX_WAITING_ORDERS = 5;
/** How long a name stays held while its paid registration is being submitted. */
export const PAID_HOLD_SEC = 7 * 24 * 60 * 60;

/** railOf tells how an amount is paid (DESIGN §7). */
export function railOf(priceCents: number): Rail {
  if (priceCents < MIN_CHARGE_CENTS) return 'credit';
  if (priceCents < INVOICE_FROM_CENTS) return 'checkout';
  return priceCents < WIRE_FROM_CENTS ? 'invoice' : 'wire';
}
