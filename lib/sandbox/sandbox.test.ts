import { Stripe } from 'stripe';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { sandboxStripe } from '../services/stripe-gateway';
import { serveSandbox, type ServedSandbox } from './serve-for-tests';

let nowSec = 1_800_000_000;
let served: ServedSandbox;
let stripe: Stripe;

beforeAll(async () => {
  served = await serveSandbox(() => nowSec);
  stripe = sandboxStripe({ baseUrl: () => served.baseUrl, secretKey: served.secretKey, webhookSecret: served.webhookSecret }).client();
});
beforeEach(async () => {
  await served.sandbox.sender.setControl({ mode: 'normal', delaySec: 0 });
  await served.sandbox.sender.deliverNow();
});
afterAll(() => served.close());

const params = (cents = 10_000): Stripe.Checkout.SessionCreateParams => ({
  mode: 'payment',
  line_items: [{ quantity: 1, price_data: { currency: 'usd', unit_amount: cents, product_data: { name: '@alicexy', description: 'a name for life' } } }],
  success_url: 'http://localhost:3000/orders/1?session={CHECKOUT_SESSION_ID}',
  cancel_url: 'http://localhost:3000/orders/1',
  client_reference_id: 'order-1',
  metadata: { order: 'order-1' },
  payment_intent_data: { metadata: { order: 'order-1' } },
  allowed_payment_method_types: ['card'],
  expires_at: nowSec + 1_860,
});

function post(url: string, form: Record<string, string>): Promise<Response> {
  return fetch(url, { method: 'POST', body: new URLSearchParams(form), redirect: 'manual' });
}

const payAddress = (id: string) => `${served.baseUrl}/sandbox/pay/${id}`;

async function failure(promise: Promise<unknown>): Promise<Stripe.errors.StripeError> {
  return promise.then(
    () => {
      throw new Error('expected a Stripe error');
    },
    (error: unknown) => {
      if (error instanceof Stripe.errors.StripeError) return error;
      throw error;
    },
  );
}

test('a session is created, paid on the hosted page without a script, and its intent and events follow', async () => {
  const session = await stripe.checkout.sessions.create(params());
  expect(session).toMatchObject({ object: 'checkout.session', status: 'open', payment_status: 'unpaid', amount_total: 10_000, currency: 'usd', payment_intent: null, livemode: false, client_reference_id: 'order-1' });
  expect(session.url).toBe(`http://localhost:3000/sandbox/pay/${session.id}`);
  expect(session.lastResponse.requestId).toMatch(/^req_/);

  const shown = await fetch(payAddress(session.id));
  const page = await shown.text();
  expect(page).toContain('@alicexy');
  expect(page).toContain('Test mode');
  expect(page).not.toContain('<script');
  expect(shown.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self' http:\/\/localhost:3000; base-uri 'none'; frame-ancestors 'none'$/);

  const paid = await post(payAddress(session.id), { card: '4242 4242 4242 4242' });
  expect([paid.status, paid.headers.get('location')]).toEqual([303, `http://localhost:3000/orders/1?session=${session.id}`]);
  const after = await stripe.checkout.sessions.retrieve(session.id, { expand: ['payment_intent'] });
  expect(after).toMatchObject({ status: 'complete', payment_status: 'paid', url: null, payment_intent: { object: 'payment_intent', status: 'succeeded', amount_received: 10_000, metadata: { order: 'order-1' } } });
  const events = await stripe.events.list({ limit: 3 });
  expect(events.data.map((event) => event.type)).toEqual(['checkout.session.completed', 'payment_intent.succeeded', 'payment_intent.created']);
  const line = await stripe.checkout.sessions.listLineItems(session.id);
  expect(line.data[0]).toMatchObject({ description: '@alicexy', amount_total: 10_000 });

  const again = await post(payAddress(session.id), { card: '4242 4242 4242 4242' });
  expect(await again.text()).toContain('paid already');
});

test('a declined card leaves the session open, says why, and another card may be tried', async () => {
  const session = await stripe.checkout.sessions.create(params());
  await post(payAddress(session.id), { card: '4000000000000002' });
  expect(await (await fetch(payAddress(session.id))).text()).toContain('Your card was declined.');
  expect(await stripe.checkout.sessions.retrieve(session.id)).toMatchObject({ status: 'open', payment_status: 'unpaid', payment_intent: null });
  await post(payAddress(session.id), { card: '1234' });
  expect(await (await fetch(payAddress(session.id))).text()).toContain('Your card number is incorrect.');
  await post(payAddress(session.id), { test_card: '4242 4242 4242 4242', card: '' });
  expect((await stripe.checkout.sessions.retrieve(session.id)).payment_status).toBe('paid');
});

test('3-D Secure asks on a second page: refusing fails the card, confirming pays', async () => {
  const session = await stripe.checkout.sessions.create(params());
  await post(payAddress(session.id), { card: '4000 0025 0000 3155' });
  expect(await (await fetch(payAddress(session.id))).text()).toContain('Your bank asks');
  await post(payAddress(session.id), { challenge: 'refuse' });
  expect(await (await fetch(payAddress(session.id))).text()).toContain('unable to authenticate');
  await post(payAddress(session.id), { challenge: 'approve' });
  expect((await stripe.checkout.sessions.retrieve(session.id)).status).toBe('open');
  await post(payAddress(session.id), { card: '4000 0025 0000 3155' });
  expect((await post(payAddress(session.id), { challenge: 'approve' })).headers.get('location')).toContain('/orders/1');
  expect((await stripe.checkout.sessions.retrieve(session.id)).payment_status).toBe('paid');
});

test('amounts under 50 and over 99,999,999 cents are refused with the codes of Stripe', async () => {
  expect(await failure(stripe.checkout.sessions.create(params(49)))).toMatchObject({ statusCode: 400, code: 'amount_too_small', type: 'StripeInvalidRequestError' });
  expect(await failure(stripe.checkout.sessions.create(params(100_000_000)))).toMatchObject({ code: 'amount_too_large' });
  expect((await stripe.checkout.sessions.create(params(50))).amount_total).toBe(50);
  expect((await stripe.checkout.sessions.create(params(99_999_999))).amount_total).toBe(99_999_999);
});

test('an idempotency key gives the first answer again and refuses other parameters', async () => {
  const first = await stripe.checkout.sessions.create(params(), { idempotencyKey: 'key-1' });
  const second = await stripe.checkout.sessions.create(params(), { idempotencyKey: 'key-1' });
  expect(second.id).toBe(first.id);
  expect(second.lastResponse.headers['idempotent-replayed']).toBe('true');
  expect(await failure(stripe.checkout.sessions.create(params(20_000), { idempotencyKey: 'key-1' }))).toMatchObject({ statusCode: 400, type: 'StripeIdempotencyError' });
  expect(await failure(stripe.checkout.sessions.create(params(1), { idempotencyKey: 'key-2' }))).toMatchObject({ code: 'amount_too_small' });
  expect((await stripe.checkout.sessions.create(params(), { idempotencyKey: 'key-2' })).status).toBe('open');
});

test('a session expires on the clock or on request, and then cannot be paid', async () => {
  const session = await stripe.checkout.sessions.create(params());
  const other = await stripe.checkout.sessions.create(params());
  expect((await stripe.checkout.sessions.expire(other.id)).status).toBe('expired');
  expect((await failure(stripe.checkout.sessions.expire(other.id))).message).toContain('status of `expired`');
  expect(await failure(stripe.checkout.sessions.create({ ...params(), expires_at: nowSec + 60 }))).toMatchObject({ param: 'expires_at' });
  nowSec += 1_860;
  expect(await stripe.checkout.sessions.retrieve(session.id)).toMatchObject({ status: 'expired', url: null });
  const late = await post(payAddress(session.id), { card: '4242424242424242' });
  expect(await late.text()).toContain('The time to pay is over');
  expect((await stripe.events.list({ type: 'checkout.session.expired' })).data.map((event) => (event.data.object as { id: string }).id).slice(0, 2)).toEqual([session.id, other.id]);
});

test('a payment is refunded once, never more than was paid', async () => {
  const session = await stripe.checkout.sessions.create(params());
  const intent = session.id.replace('cs_test_', 'pi_');
  expect(await failure(stripe.refunds.create({ payment_intent: intent }))).toMatchObject({ code: 'resource_missing', statusCode: 404 });
  await post(payAddress(session.id), { card: '4242424242424242' });
  expect((await failure(stripe.refunds.create({ payment_intent: intent, amount: 10_001 }))).message).toContain('greater than unrefunded');
  const refund = await stripe.refunds.create({ payment_intent: intent, metadata: { order: 'order-1' } });
  expect(refund).toMatchObject({ object: 'refund', status: 'succeeded', amount: 10_000, payment_intent: intent });
  expect(await failure(stripe.refunds.create({ payment_intent: intent }))).toMatchObject({ code: 'charge_already_refunded' });
  expect((await stripe.refunds.retrieve(refund.id)).id).toBe(refund.id);
  expect((await stripe.refunds.list({ payment_intent: intent })).data.map((each) => each.id)).toEqual([refund.id]);
});

test('a wrong key, unknown objects, unknown parameters and unknown paths are answered in the envelope of Stripe', async () => {
  const stranger = sandboxStripe({ baseUrl: () => served.baseUrl, secretKey: 'sk_test_wrong', webhookSecret: '' }).client();
  const refused = await failure(stranger.checkout.sessions.create(params()));
  expect(refused).toMatchObject({ statusCode: 401, type: 'StripeAuthenticationError' });
  expect(refused.message).not.toContain('sk_test_wrong');
  expect(await failure(stripe.checkout.sessions.retrieve('cs_test_none'))).toMatchObject({ statusCode: 404, code: 'resource_missing', param: 'session' });
  expect(await failure(stripe.customers.create({}))).toMatchObject({ statusCode: 404 });
  expect(await failure(stripe.rawRequest('POST', '/v1/checkout/sessions', { mode: 'payment', line_items: params().line_items, success_url: 'http://localhost/', bogus: 1 }))).toMatchObject({ code: 'parameter_unknown', param: 'bogus' });
  expect(await failure(stripe.rawRequest('POST', '/v1/checkout/sessions', { line_items: params().line_items, success_url: 'http://localhost/' }))).toMatchObject({ code: 'parameter_missing', param: 'mode' });
});
