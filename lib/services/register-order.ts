import { formatCents } from '../core/assertion/money';
import { parseAssertion } from '../core/assertion/parse';
import { countersign, countersignatureToSign, verifyHolderPart } from '../core/assertion/verify';
import { encodeJson } from '../core/bytes/canonical-json';
import { text } from '../core/bytes/bytes';
import { encodeEnvelope, envelopeToJson } from '../core/keys/dsse';
import { Refusal } from '../core/refusal';
import type { Queries } from '../storage/database';
import { releaseHold } from '../storage/hold-store';
import { lockBalance, postTransfer } from '../storage/ledger-store';
import { lockOrder, type StoredOrder } from '../storage/order-store';
import type { Accepted, ServiceContext } from './context';
import { orderInLog } from './log-order';
import { chargeCentsOf, isPaidFromCredit, priceKeptAsCredit, registered, unregistered } from './order-money';
import { ServiceRefusal } from './service-refusal';
import { failPaid } from './settle-payment';
import { stepOrder } from './step-order';

type Promised = Pick<Accepted, 'bySeal' | 'receipt'>;

/**
 * wholeRegistration puts the registrar's signature behind the holder's, after checking the holder's. Ed25519 gives the same
 * bytes each time, so an order has one registration however often it is built. Throws Refusal.
 */
export function wholeRegistration(ctx: Pick<ServiceContext, 'registrar'>, holderPart: Uint8Array): Uint8Array {
  const half = verifyHolderPart(parseAssertion(holderPart));
  const { publicKey } = ctx.registrar;
  return encodeEnvelope(countersign(half, { publicKey, signature: ctx.registrar.sign(countersignatureToSign(half)) }));
}

/** registerOrder submits the registration of a paid order: accepted, or the money goes back. Answers whether the order moved on. */
export async function registerOrder(ctx: ServiceContext, order: StoredOrder): Promise<boolean> {
  const outcome = await promiseFor(ctx, order);
  if (outcome === 'later') return false;
  const nowSec = ctx.clock();
  return ctx.db.transaction(async (tx) => {
    const current = await lockOrder(tx, order.id);
    if (current?.state !== 'paid') return false;
    if ('code' in outcome) return failPaid(tx, current, outcome, nowSec);
    const moved = await stepOrder(tx, current, 'accept', { atSec: nowSec, bySeal: outcome.bySeal, receipt: text(encodeJson(envelopeToJson(outcome.receipt))) });
    if (!moved) return false;
    await postTransfer(tx, registered(current, nowSec));
    await releaseHold(tx, order.id, nowSec);
    return true;
  });
}

async function promiseFor(ctx: ServiceContext, order: StoredOrder): Promise<Promised | { code: string; detail: string } | 'later'> {
  const before = await promised(ctx, order);
  if (before !== null) return before;
  try {
    return await ctx.submit(wholeRegistration(ctx, order.assertion));
  } catch (error) {
    const refusal = error instanceof Refusal || (error instanceof ServiceRefusal && error.code === 'expires-too-soon') ? error : null;
    // Anything else passes: overload, a database that is away. The order stays paid and is tried again.
    if (refusal === null || refusal.code === 'chain-busy') {
      ctx.log(`${orderInLog(order.id)}: registration not accepted yet (${error instanceof Error ? error.name : 'unknown'})`);
      return 'later';
    }
    // Another process may have had it accepted a moment ago; then "taken" means taken by this very order.
    return (await promised(ctx, order)) ?? { code: refusal.code, detail: refusal.detail };
  }
}

async function promised(ctx: ServiceContext, order: StoredOrder): Promise<Promised | { code: string; detail: string } | null> {
  const status = await ctx.assertionStatus(order.assertionHash);
  if (status.state === 'unknown') return null;
  return status.state === 'refused' ? { code: status.code, detail: status.detail } : { bySeal: status.bySeal, receipt: status.receipt };
}

/** sealOrder follows an accepted registration: sealed, or, if its seal refused it, on to the refund. Answers whether the order moved on. */
export async function sealOrder(ctx: ServiceContext, order: StoredOrder): Promise<boolean> {
  const status = await ctx.assertionStatus(order.assertionHash);
  if (status.state !== 'sealed' && status.state !== 'refused') return false;
  const nowSec = ctx.clock();
  return ctx.db.transaction(async (tx) => {
    const current = await lockOrder(tx, order.id);
    if (current?.state !== 'accepted') return false;
    if (status.state === 'sealed') return stepOrder(tx, current, 'seal', { atSec: nowSec });
    const { code, detail } = status;
    const boughtCents = isPaidFromCredit(current) ? 0 : chargeCentsOf(current) - current.priceCents;
    if (boughtCents > 0 && (await lockBalance(tx, `credit:${current.udf}`)) < boughtCents) return keepAsCredit(tx, current, { code, detail }, nowSec);
    await postTransfer(tx, unregistered(current, nowSec));
    return failPaid(tx, current, { code, detail }, nowSec);
  });
}

/**
 * keepAsCredit ends an order which its seal refused when the payment can't go back whole, because credit bought with it is
 * spent: the price of the name becomes credit again, as it was bought. In one transaction, for there is nothing to wait for.
 */
async function keepAsCredit(tx: Queries, order: StoredOrder, problem: { code: string; detail: string }, nowSec: number): Promise<boolean> {
  const kept = `Part of the ${formatCents(chargeCentsOf(order))} of credit bought with it is spent already, so the ${formatCents(order.priceCents)} for @${order.name} went back to your credit, not to your card.`;
  await postTransfer(tx, priceKeptAsCredit(order, nowSec));
  await stepOrder(tx, order, 'fail', { atSec: nowSec, problem: { code: problem.code, detail: `${problem.detail} ${kept}` } });
  await releaseHold(tx, order.id, nowSec);
  return stepOrder(tx, { id: order.id, state: 'refunding' }, 'refund', { atSec: nowSec });
}
