import { z } from 'zod';
import { formatCents } from '../../core/assertion/money';
import { MIN_CREDIT_CENTS } from '../../services/rails';
import type { Json } from '../../core/bytes/canonical-json';
import { cancelOrder } from '../../services/cancel-order';
import { createOrder } from '../../services/create-order';
import { quoteName } from '../../services/quote-name';
import { receiveWebhook } from '../../services/receive-webhook';
import { refuseService } from '../../services/service-refusal';
import { showOrder } from '../../services/show-order';
import { showOrderProof } from '../../services/show-order-proof';
import { json, type Handler } from '../hot';
import { jsonBody } from '../json-body';

const MAX_WEBHOOK_BYTES = 1_048_576;
/** Longer input than any name: it is told to be too long by the quote itself. */
const MAX_NAME_INPUT = 4_096;

const quoteInput = z.strictObject({ name: z.string().max(MAX_NAME_INPUT) });
const orderInput = z.strictObject({
  // Anything but nothing: its own reader is stricter than a schema, and does not go down into what is nested thousands deep.
  assertion: z.custom<Json>((value) => value !== undefined),
  creditCents: z.number().int().min(MIN_CREDIT_CENTS, `at least ${formatCents(MIN_CREDIT_CENTS)} of credit is bought at once`).max(99_999_999).nullish(),
  markAcknowledged: z.boolean().optional(),
});

/** `POST /api/v1/quotes` */
export const postQuote: Handler = async (req, ctx) => json(200, await quoteName(ctx, await jsonBody(req, quoteInput)));

/** `POST /api/v1/orders`: 201 for a new order, 200 for the same registration again. */
export const postOrder: Handler = async (req, ctx) => {
  const { assertion, creditCents = null, markAcknowledged = false } = await jsonBody(req, orderInput);
  const { order, created } = await createOrder(ctx, { assertion, creditCents, markAcknowledged });
  return json(created ? 201 : 200, order, created ? { location: `/api/v1/orders/${order.id}` } : {});
};

/** `GET /api/v1/orders/:id` */
export const getOrder: Handler = async (req, ctx) => {
  const order = await showOrder(ctx, { id: req.params['id'] ?? '' });
  return order === null ? refuseService('order-unknown', 'There is no such order.') : json(200, order);
};

/** `GET /api/v1/orders/:id/proof`: the receipt file, once the registration is sealed. */
export const getOrderProof: Handler = async (req, ctx) => {
  const { fileName, bytes } = await showOrderProof(ctx, { id: req.params['id'] ?? '' });
  const { headers } = json(200, null);
  return { status: 200, headers: { ...headers, 'content-disposition': `attachment; filename="${fileName}"` }, body: bytes };
};

/** `POST /api/v1/orders/:id/cancel` */
export const postCancel: Handler = async (req, ctx) => json(200, await cancelOrder(ctx, { id: req.params['id'] ?? '' }));

/** `POST /api/stripe/webhook`: the raw body counts, and its signature. */
export const postWebhook: Handler = async (req, ctx) => {
  const outcome = await receiveWebhook(ctx, { body: await req.body(MAX_WEBHOOK_BYTES), signature: req.header('stripe-signature') });
  return json(200, { received: true, outcome });
};
