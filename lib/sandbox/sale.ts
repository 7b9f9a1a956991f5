import type { Json } from '../core/bytes/canonical-json';
import { API_VERSION, type EventType, type Sale, type SaleIntent, type SaleRefund, type SandboxEvent } from './sale-shape';
import { badRequest } from './stripe-error';
import { intentView, refundView, sessionView } from './views';

/*
 * What may happen to a sale, as pure functions: each gives the sale as it is afterwards, the events it caused in its outbox.
 */

export const MIN_AMOUNT_CENTS = 50;
export const MAX_AMOUNT_CENTS = 99_999_999;
export const MIN_SESSION_SEC = 30 * 60;
export const MAX_SESSION_SEC = 24 * 60 * 60;

function emit(sale: Sale, type: EventType, nowSec: number, object: Json): Sale {
  const event: SandboxEvent = {
    id: `evt_${sale.suffix}_${sale.eventCount}`,
    object: 'event',
    api_version: API_VERSION,
    created: nowSec,
    data: { object },
    livemode: false,
    pending_webhooks: 1,
    request: { id: null, idempotency_key: null },
    type,
  };
  return { ...sale, eventCount: sale.eventCount + 1, outbox: [...sale.outbox, event] };
}

/** expireIfDue ends an open session whose time has come. */
export function expireIfDue(sale: Sale, nowSec: number): Sale {
  return sale.status === 'open' && nowSec >= sale.expiresSec ? expired(sale, nowSec) : sale;
}

/** expireNow ends an open session on request. Refuses as Stripe does when it is not open. */
export function expireNow(sale: Sale, nowSec: number): Sale {
  if (sale.status !== 'open') throw badRequest(`Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of \`${sale.status}\`.`);
  return expired(sale, nowSec);
}

function expired(sale: Sale, nowSec: number): Sale {
  const ended: Sale = { ...sale, status: 'expired' };
  return emit(ended, 'checkout.session.expired', nowSec, sessionView(ended));
}

/** CardOutcome is what a card number leads to. */
export type CardOutcome =
  | { kind: 'pays' }
  | { kind: 'challenge' }
  | { kind: 'declined'; code: string; declineCode: string | null; message: string };

const DECLINED = { kind: 'declined', code: 'card_declined' } as const;

/** outcomeOf tells what Stripe's test card numbers do; any other number is declined, as in Stripe's test mode. */
export function outcomeOf(cardNumber: string): CardOutcome {
  const digits = cardNumber.replace(/[\s-]/g, '');
  switch (digits) {
    case '4242424242424242':
    case '5555555555554444':
      return { kind: 'pays' };
    case '4000002500003155':
      return { kind: 'challenge' };
    case '4000000000000002':
      return { ...DECLINED, declineCode: 'generic_decline', message: 'Your card was declined.' };
    case '4000000000009995':
      return { ...DECLINED, declineCode: 'insufficient_funds', message: 'Your card has insufficient funds.' };
    case '4000000000000069':
      return { kind: 'declined', code: 'expired_card', declineCode: 'expired_card', message: 'Your card has expired.' };
    default:
      return passesLuhn(digits)
        ? { ...DECLINED, declineCode: 'test_mode_live_card', message: 'Your card was declined. This is test mode: use one of the test cards below.' }
        : { kind: 'declined', code: 'incorrect_number', declineCode: null, message: 'Your card number is incorrect.' };
  }
}

function passesLuhn(digits: string): boolean {
  if (!/^\d{12,19}$/.test(digits)) return false;
  const sum = Array.from(digits).reverse().reduce((total, digit, place) => {
    const value = place % 2 === 0 ? Number(digit) : Number(digit) * 2;
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

/** tryCard applies a card to an open session; only its last four digits are kept. A session that is not open stays as it is. */
export function tryCard(sale: Sale, cardNumber: string, nowSec: number): Sale {
  if (sale.status !== 'open') return sale;
  const outcome = outcomeOf(cardNumber);
  const last4 = cardNumber.replace(/\D/g, '').slice(-4);
  const begun: Sale = sale.intent === null ? withIntent(sale, { createdSec: nowSec, status: 'requires_payment_method', last4, error: null }) : sale;
  const started = sale.intent === null ? emit(begun, 'payment_intent.created', nowSec, intentView(begun)) : begun;
  if (outcome.kind === 'declined') return failed(started, last4, { code: outcome.code, decline_code: outcome.declineCode, message: outcome.message }, nowSec);
  if (outcome.kind === 'pays') return paid(started, last4, nowSec);
  const waiting = withIntent(started, { createdSec: started.intent?.createdSec ?? nowSec, status: 'requires_action', last4, error: null });
  return emit(waiting, 'payment_intent.requires_action', nowSec, intentView(waiting));
}

/** answerChallenge ends a 3-D Secure question. Without an open question nothing changes. */
export function answerChallenge(sale: Sale, approved: boolean, nowSec: number): Sale {
  if (sale.status !== 'open' || sale.intent?.status !== 'requires_action') return sale;
  const { last4 } = sale.intent;
  if (approved) return paid(sale, last4, nowSec);
  const message = 'We are unable to authenticate your payment method. Please choose a different payment method and try again.';
  return failed(sale, last4, { code: 'payment_intent_authentication_failure', decline_code: null, message }, nowSec);
}

function withIntent(sale: Sale, intent: SaleIntent): Sale {
  return { ...sale, intent };
}

function failed(sale: Sale, last4: string, error: NonNullable<SaleIntent['error']>, nowSec: number): Sale {
  const after = withIntent(sale, { createdSec: sale.intent?.createdSec ?? nowSec, status: 'requires_payment_method', last4, error });
  return emit(after, 'payment_intent.payment_failed', nowSec, intentView(after));
}

function paid(sale: Sale, last4: string, nowSec: number): Sale {
  const after: Sale = { ...withIntent(sale, { createdSec: sale.intent?.createdSec ?? nowSec, status: 'succeeded', last4, error: null }), status: 'complete' };
  const told = emit(after, 'payment_intent.succeeded', nowSec, intentView(after));
  return emit(told, 'checkout.session.completed', nowSec, sessionView(told));
}

/** refundSale gives money back, all that is left unless `amountCents` says less. Refuses more than there is. */
export function refundSale(sale: Sale, amountCents: number | null, details: { reason: string | null; metadata: Record<string, string> }, nowSec: number): Sale {
  if (sale.intent?.status !== 'succeeded') throw badRequest(`This PaymentIntent (pi_${sale.suffix}) does not have a successful charge to refund.`);
  const leftCents = sale.amountCents - sale.refunds.reduce((sum, refund) => sum + refund.amountCents, 0);
  if (leftCents === 0) throw badRequest(`Charge ch_${sale.suffix} has already been refunded.`, { code: 'charge_already_refunded' });
  const cents = amountCents ?? leftCents;
  if (cents < 1) throw badRequest('Invalid positive integer', { code: 'parameter_invalid_integer', param: 'amount' });
  if (cents > leftCents) throw badRequest(`Refund amount ($${(cents / 100).toFixed(2)}) is greater than unrefunded amount on charge ($${(leftCents / 100).toFixed(2)})`, { param: 'amount' });
  const refund: SaleRefund = { id: `re_${sale.suffix}_${sale.refunds.length}`, amountCents: cents, createdSec: nowSec, ...details };
  const after: Sale = { ...sale, refunds: [...sale.refunds, refund] };
  return emit(after, 'refund.created', nowSec, refundView(after, refund));
}
