import { MAX_AMOUNT_CENTS, MAX_SESSION_SEC, MIN_AMOUNT_CENTS, MIN_SESSION_SEC } from './sale';
import type { Sale } from './sale-shape';
import { FormReader, type FormMap } from './form';
import { badRequest } from './stripe-error';

const MAX_QUANTITY = 1_000_000;

/** readNewSession checks the parameters of `POST /v1/checkout/sessions` (one-time payments, one line) and makes the sale. */
export function readNewSession(form: FormMap, suffix: string, nowSec: number): Sale {
  const fields = new FormReader(form);
  const mode = fields.required('mode');
  if (mode !== 'payment') throw badRequest('This sandbox knows one-time payments only: mode must be payment', { param: 'mode' });
  fields.oneOf('ui_mode', ['hosted_page', 'hosted']);
  const successUrl = url(fields, 'success_url');
  if (successUrl === null) throw badRequest('Missing required param: success_url.', { code: 'parameter_missing', param: 'success_url' });
  const cancelUrl = url(fields, 'cancel_url');
  const line = readLine(fields);
  const methods = fields.texts('allowed_payment_method_types');
  if (methods.some((method) => method !== 'card')) throw badRequest('This sandbox takes cards only', { param: 'allowed_payment_method_types' });
  const expiresSec = fields.integer('expires_at') ?? nowSec + MAX_SESSION_SEC;
  if (expiresSec < nowSec + MIN_SESSION_SEC) throw badRequest('The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.', { param: 'expires_at' });
  if (expiresSec > nowSec + MAX_SESSION_SEC) throw badRequest('The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.', { param: 'expires_at' });
  const intent = fields.hash('payment_intent_data');
  const intentMetadata = intent?.metadata('metadata') ?? {};
  intent?.text('description');
  intent?.end();
  const sale: Sale = {
    suffix,
    createdSec: nowSec,
    expiresSec,
    amountCents: line.amountCents,
    quantity: line.quantity,
    currency: line.currency,
    item: line.item,
    description: line.description,
    successUrl,
    cancelUrl,
    clientReference: fields.text('client_reference_id'),
    customerEmail: fields.text('customer_email'),
    metadata: fields.metadata('metadata'),
    intentMetadata,
    status: 'open',
    intent: null,
    refunds: [],
    eventCount: 0,
    outbox: [],
  };
  fields.oneOf('submit_type', ['auto', 'book', 'donate', 'pay']);
  fields.text('locale');
  fields.texts('expand');
  fields.end();
  return sale;
}

function url(fields: FormReader, field: string): string | null {
  const value = fields.text(field);
  if (value === null) return null;
  const scheme = URL.canParse(value) ? new URL(value).protocol : '';
  if (scheme !== 'http:' && scheme !== 'https:') throw badRequest('Not a valid URL', { code: 'url_invalid', param: field });
  return value;
}

function readLine(fields: FormReader) {
  const [line, ...more] = fields.list('line_items');
  if (line === undefined) throw badRequest('Missing required param: line_items.', { code: 'parameter_missing', param: 'line_items' });
  if (more.length > 0) throw badRequest('This sandbox takes one line item', { param: 'line_items' });
  const quantity = line.integer('quantity') ?? 1;
  if (quantity < 1 || quantity > MAX_QUANTITY) throw badRequest('Invalid quantity', { code: 'parameter_invalid_integer', param: line.name('quantity') });
  const price = line.hash('price_data');
  if (price === null) throw badRequest('Missing required param: line_items[0][price_data].', { code: 'parameter_missing', param: line.name('price_data') });
  const currency = price.required('currency').toLowerCase();
  if (currency !== 'usd') throw badRequest(`Invalid currency: ${currency.slice(0, 10)}. This sandbox takes usd only.`, { param: price.name('currency') });
  price.oneOf('tax_behavior', ['inclusive', 'exclusive', 'unspecified']);
  const unitCents = price.integer('unit_amount');
  if (unitCents === null || unitCents < 0) throw badRequest('Invalid non-negative integer', { code: 'parameter_invalid_integer', param: price.name('unit_amount') });
  const product = price.hash('product_data');
  if (product === null) throw badRequest(`Missing required param: ${price.name('product_data')}.`, { code: 'parameter_missing', param: price.name('product_data') });
  const item = product.required('name');
  const description = product.text('description');
  product.metadata('metadata');
  product.text('tax_code');
  product.end();
  price.end();
  line.end();
  const amountCents = unitCents * quantity;
  if (amountCents < MIN_AMOUNT_CENTS) throw badRequest("The Checkout Session's total amount due must add up to at least $0.50 usd", { code: 'amount_too_small' });
  if (amountCents > MAX_AMOUNT_CENTS) throw badRequest("The Checkout Session's total amount due must be no more than $999,999.99", { code: 'amount_too_large' });
  return { quantity, currency, item, description, amountCents };
}
