import type { Order, OrderState, Rail } from '../client/wire';
import { toBase64 } from '../core/bytes/base64';
import { parseJson } from '../core/bytes/canonical-json';
import { utf8 } from '../core/bytes/bytes';
import { envelopeFromJson } from '../core/keys/dsse';
import { MAX_RECEIPT_BYTES } from '../core/registry/limits';
import { readHistory, readOrder } from '../storage/order-store';
import { readRefundsOf } from '../storage/refund-store';
import type { ServiceContext } from './context';
import { isCancelAsked } from './settle-payment';

/** showOrder gives an order as the API shows it, or null if there is none. Whoever knows its id (128 random bits) may see it. */
export async function showOrder(ctx: ServiceContext, input: { id: string }): Promise<Order | null> {
  const order = /^[0-9a-f]{32}$/.test(input.id) ? await readOrder(ctx.db, input.id) : null;
  if (order === null) return null;
  const [history, refunds, status] = [await readHistory(ctx.db, order.id), await readRefundsOf(ctx.db, order.id), await ctx.assertionStatus(order.assertionHash)];
  const placed = status.state === 'sealed' ? { proofIndex: status.proofIndex, nameIndex: status.nameIndex } : { proofIndex: null, nameIndex: null };
  return {
    id: order.id,
    state: order.state as OrderState,
    name: order.name,
    display: order.display,
    udf: order.udf,
    priceCents: order.priceCents,
    schedule: order.schedule,
    rail: order.rail as Rail,
    creditCents: order.creditCents,
    createdSec: order.createdSec,
    expiresSec: order.expiresSec,
    payUrl: order.state === 'awaiting-payment' && !isCancelAsked(order) ? order.payUrl : null,
    assertion: { hash: toBase64(order.assertionHash), bySeal: order.bySeal, ...placed },
    receipt: order.receipt === null ? null : envelopeFromJson(parseJson(utf8(order.receipt), MAX_RECEIPT_BYTES), 'receipt'),
    problem: order.problemCode === null || !order.state.startsWith('refund') ? null : { code: order.problemCode, detail: order.problemDetail ?? '' },
    history: history as Order['history'],
    refunds: refunds.map(({ amountCents, state }) => ({ amountCents, done: state === 'done', failed: state === 'failed' })),
    sandbox: ctx.stripe.sandbox,
    nowSec: ctx.clock(),
    nextSealSec: ctx.registry.nextSealSec(),
  };
}
