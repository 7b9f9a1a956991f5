import type { Order } from '../client/wire';
import { skeletonOf } from '../core/assertion/name';
import { parseAssertionEnvelope, type ParsedAssertion } from '../core/assertion/parse';
import { formatCents } from '../core/assertion/money';
import type { RegisterPayload } from '../core/assertion/payloads';
import { verifyHolderPart } from '../core/assertion/verify';
import { fromBase64 } from '../core/bytes/base64';
import type { Json } from '../core/bytes/canonical-json';
import { toHex } from '../core/bytes/hex';
import { envelopeFromJson } from '../core/keys/dsse';
import { invariant } from '../core/refusal';
import { readReserved, reservedKey } from '../core/registry/state';
import type { Queries } from '../storage/database';
import { lastHeldSec, readHold, takeHold } from '../storage/hold-store';
import { lockBalance, postTransfer } from '../storage/ledger-store';
import { countWaiting, insertOrder, readOrderByAssertion, type StoredOrder } from '../storage/order-store';
import { tryToAdvance } from './advance-order';
import type { ServiceContext } from './context';
import { creditSpent } from './order-money';
import { HOLD_AGAIN_SEC, HOLD_GRACE_SEC, INVOICE_FROM_CENTS, MAX_WAITING_ORDERS, MIN_CREDIT_CENTS, railOf, SESSION_SEC } from './rails';
import { wholeRegistration } from './register-order';
import { refuseService } from './service-refusal';
import { showOrder } from './show-order';
import { stepOrder } from './step-order';

/** NewOrder is the input of `createOrder`: a registration signed by its holder alone, and how it is to be paid. */
export interface NewOrder {
  /** the DSSE envelope, as JSON */
  assertion: Json;
  /** credit to buy, in cents, where the price is below what Stripe takes and the credit there is does not suffice */
  creditCents?: number | null;
  /** the person has seen that the name is a recorded mark of somebody */
  markAcknowledged?: boolean;
}

const ORDER_ID_BYTES = 16;

/**
 * createOrder keeps a name for its buyer and opens its payment; with enough credit the name is paid at once. The same
 * registration again gives the same order (`created` false) until it is sealed. Everything the registry would refuse is refused here, before
 * anybody pays. Throws Refusal, and ServiceRefusal `rail-not-open`, `name-held`, `hold-throttled`, `credit-amount`,
 * `mark-not-acknowledged`, `expires-too-soon`, `order-closed`.
 */
export async function createOrder(ctx: ServiceContext, input: NewOrder): Promise<{ order: Order; created: boolean }> {
  const parsed = parseAssertionEnvelope(envelopeFromJson(input.assertion, 'assertion', 'assertion'));
  const { payload } = verifyHolderPart(parsed).parsed;
  invariant(payload.type === 'register', 'a holder part is a registration');
  const known = await readOrderByAssertion(ctx.db, fromBase64(parsed.hash, 32));
  if (known !== null) {
    await refusePublic(ctx, known);
    return { order: await shown(ctx, known.id), created: false };
  }
  await check(ctx, parsed, payload, input);
  const { id, created } = await store(ctx, parsed, payload, input);
  await tryToAdvance(ctx, id, false);
  return { order: await shown(ctx, id), created };
}

/** refusePublic keeps an order from whoever read its registration in the log: once that is public, it proves nothing about who asks. */
async function refusePublic(ctx: ServiceContext, known: StoredOrder): Promise<void> {
  const { state } = await ctx.assertionStatus(known.assertionHash);
  if (state === 'sealed' || known.state === 'sealed') refuseService('order-closed', `This registration of @${known.name} is in the log already, and needs no order.`);
}

async function shown(ctx: ServiceContext, id: string): Promise<Order> {
  const order = await showOrder(ctx, { id });
  invariant(order !== null, 'an order that was stored can be shown');
  return order;
}

async function check(ctx: ServiceContext, parsed: ParsedAssertion, payload: RegisterPayload, input: NewOrder): Promise<void> {
  // The registry's own rules first: a wrong price must not choose the rail.
  await ctx.rehearse(wholeRegistration(ctx, parsed.bytes));
  const { name, priceCents } = payload;
  const rail = railOf(priceCents);
  if (rail === 'invoice' || rail === 'wire') {
    refuseService('rail-not-open', `@${name} costs ${formatCents(priceCents)}. Names from ${formatCents(INVOICE_FROM_CENTS)} are paid by invoice or wire, which this registry does not take yet.`);
  }
  const neededSec = ctx.clock() + SESSION_SEC + 5 * ctx.registry.periodSec;
  if (payload.notAfter < neededSec) refuseService('expires-too-soon', 'The registration would run out before it could be paid. Sign it for at least an hour.');
  const skeleton = skeletonOf(name);
  const reserved = readReserved(await ctx.loadState([reservedKey(skeleton)]), skeleton);
  if (reserved?.entry.status === 'mark' && input.markAcknowledged !== true) {
    refuseService('mark-not-acknowledged', `@${name} is a recorded mark of ${reserved.entry.mark?.owner ?? 'somebody'}. Its owner may dispute the registration; confirm that you have read this.`);
  }
  const { creditCents } = input;
  if (creditCents != null && (!Number.isSafeInteger(creditCents) || creditCents < MIN_CREDIT_CENTS || creditCents >= INVOICE_FROM_CENTS)) {
    refuseService('credit-amount', `Credit is bought from ${formatCents(MIN_CREDIT_CENTS)} to ${formatCents(INVOICE_FROM_CENTS - 1)}.`);
  }
}

async function store(ctx: ServiceContext, parsed: ParsedAssertion, payload: RegisterPayload, input: NewOrder): Promise<{ id: string; created: boolean }> {
  invariant(parsed.certificate !== null, 'a registration carries its certificate');
  const nowSec = ctx.clock();
  const rail = railOf(payload.priceCents);
  const draft: StoredOrder = {
    id: toHex(ctx.random(ORDER_ID_BYTES)),
    state: 'awaiting-payment',
    name: payload.name,
    display: payload.display,
    udf: parsed.certificate.udf,
    priceCents: payload.priceCents,
    schedule: payload.schedule,
    rail,
    creditCents: null,
    assertion: parsed.bytes,
    assertionHash: fromBase64(parsed.hash, 32),
    markAcknowledged: input.markAcknowledged === true,
    stripeSession: null,
    paymentIntent: null,
    payUrl: null,
    receipt: null,
    bySeal: null,
    problemCode: null,
    problemDetail: null,
    createdSec: nowSec,
    expiresSec: nowSec + SESSION_SEC,
    updatedSec: nowSec,
  };
  return ctx.db.transaction(async (tx) => {
    const hasCredit = rail === 'credit' && (await lockBalance(tx, `credit:${draft.udf}`)) >= draft.priceCents;
    if (rail === 'credit' && !hasCredit && input.creditCents == null) {
      refuseService('credit-amount', `@${draft.name} costs ${formatCents(draft.priceCents)}, which cards can’t pay by itself. Buy ${formatCents(MIN_CREDIT_CENTS)} of credit or more.`);
    }
    const order: StoredOrder = { ...draft, creditCents: rail === 'credit' && !hasCredit ? (input.creditCents ?? null) : null };
    // Two at the same moment may both pass: it bounds what one identity holds, not to the last name.
    if (!hasCredit && (await countWaiting(tx, order.udf)) >= MAX_WAITING_ORDERS && (await readOrderByAssertion(tx, order.assertionHash)) === null) {
      refuseService('hold-throttled', `${MAX_WAITING_ORDERS} of your orders wait for payment already. Pay or cancel one of them first.`, SESSION_SEC);
    }
    if (!(await insertOrder(tx, order))) {
      const other = await readOrderByAssertion(tx, order.assertionHash);
      invariant(other !== null, 'an order that stands in the way can be read');
      return { id: other.id, created: false };
    }
    await hold(tx, order, nowSec, hasCredit);
    if (hasCredit) {
      await postTransfer(tx, creditSpent(order, nowSec));
      await stepOrder(tx, order, 'pay', { atSec: nowSec });
    }
    return { id: order.id, created: true };
  });
}

async function hold(tx: Queries, order: StoredOrder, nowSec: number, isPaid: boolean): Promise<void> {
  const { name, udf } = order;
  // Who pays at once does not keep others waiting, so he may come as often as he likes.
  const lastSec = isPaid ? null : await lastHeldSec(tx, name, udf, nowSec - HOLD_AGAIN_SEC);
  if (await takeHold(tx, { name, udf, orderId: order.id, nowSec, expiresSec: order.expiresSec + HOLD_GRACE_SEC })) {
    if (lastSec !== null) refuseService('hold-throttled', `You have held @${name} already and did not pay in time. An identity can hold a name once in 24 hours.`, lastSec + HOLD_AGAIN_SEC - nowSec);
    return;
  }
  const live = await readHold(tx, name, nowSec);
  const waitSec = live === null ? 1 : live.expiresSec - nowSec;
  if (live?.udf === udf) refuseService('name-held', `You are buying @${name} already, in order ${live.orderId}.`, waitSec);
  refuseService('name-held', `Somebody is buying @${name} at this moment. If they don’t pay, it is free again in ${Math.ceil(waitSec / 60)} minutes.`, waitSec);
}
