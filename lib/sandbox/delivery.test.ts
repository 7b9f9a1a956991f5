import { Stripe } from 'stripe';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sandboxStripe } from '../services/stripe-gateway';
import { memoryStore } from './memory-store';
import { serveSandbox, type ServedSandbox } from './serve-for-tests';

const nowSec = 1_800_000_000;
let served: ServedSandbox;
let stripe: Stripe;
let received: Stripe.Event[];

beforeEach(async () => {
  served = await serveSandbox(() => nowSec);
  stripe = sandboxStripe({ baseUrl: () => served.baseUrl, secretKey: served.secretKey, webhookSecret: served.webhookSecret }).client();
  received = [];
  served.onWebhook(async (body, signature) => {
    received.push(Stripe.webhooks.constructEvent(Buffer.from(body), signature, served.webhookSecret, 300, undefined, nowSec * 1000));
    return 200;
  });
});
afterEach(() => served.close());

async function paidSession(): Promise<Stripe.Checkout.Session> {
  const session = await stripe.checkout.sessions.create({ mode: 'payment', line_items: [{ price_data: { currency: 'usd', unit_amount: 100, product_data: { name: 'x' } } }], success_url: 'http://localhost:3000/' });
  await fetch(`${served.baseUrl}/sandbox/pay/${session.id}`, { method: 'POST', body: new URLSearchParams({ card: '4242424242424242' }), redirect: 'manual' });
  return session;
}

function control(body: unknown): Promise<Response> {
  return fetch(`${served.baseUrl}/sandbox/control`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
}

test('webhooks carry a signature which the SDK accepts, and which fails under another secret', async () => {
  const session = await paidSession();
  await served.sandbox.sender.deliverNow();
  expect(received.map((event) => event.type)).toEqual(['payment_intent.created', 'payment_intent.succeeded', 'checkout.session.completed']);
  expect(received[2]).toMatchObject({ data: { object: { id: session.id } } });
  await control({ replay: received[2]?.id });
  served.onWebhook(async (body, signature) => {
    expect(() => Stripe.webhooks.constructEvent(Buffer.from(body), signature, 'whsec_other', 300, undefined, nowSec * 1000)).toThrow(/No signatures found/);
    return 200;
  });
  expect(await served.sandbox.sender.deliverNow()).toBe(1);
});

test('deliveries can be doubled, turned round, delayed or dropped, and any event sent again', async () => {
  await control({ deliveries: 'duplicate' });
  await paidSession();
  await served.sandbox.sender.deliverNow();
  expect(received.map((event) => event.id.slice(-1))).toEqual(['0', '0', '1', '1', '2', '2']);
  received = [];
  await control({ deliveries: 'reorder' });
  await paidSession();
  await served.sandbox.sender.deliverNow();
  expect(received.map((event) => event.id.slice(-1))).toEqual(['2', '1', '0']);
  received = [];
  await control({ deliveries: 'drop' });
  await paidSession();
  expect(await served.sandbox.sender.deliverNow()).toBe(0);
  const overview = (await (await control({ deliveries: 'normal' })).json()) as { events: { id: string; state: string; type: string }[] };
  expect(overview.events[0]).toMatchObject({ state: 'dropped', type: 'checkout.session.completed' });
  await control({ replay: overview.events[0]?.id, flush: true });
  expect(received.map((event) => event.id)).toEqual([overview.events[0]?.id]);
});

test('a webhook that is not answered with success is tried again until it is', async () => {
  const answers = [500, 503, 200, 200, 200];
  let calls = 0;
  served.onWebhook(async () => answers[calls++] ?? 200);
  await paidSession();
  expect(await served.sandbox.sender.deliverNow()).toBe(1);
  expect(await served.sandbox.sender.deliverNow()).toBe(2);
  expect(await served.sandbox.sender.deliverNow()).toBe(0);
  expect(calls).toBe(5);
});

test('a started sandbox delivers by itself, and one started anew sends what its predecessor did not', async () => {
  const store = memoryStore();
  const first = await serveSandbox(() => nowSec, store);
  stripe = sandboxStripe({ baseUrl: () => first.baseUrl, secretKey: first.secretKey, webhookSecret: first.webhookSecret }).client();
  const session = await stripe.checkout.sessions.create({ mode: 'payment', line_items: [{ price_data: { currency: 'usd', unit_amount: 100, product_data: { name: 'x' } } }], success_url: 'http://localhost:3000/' });
  await fetch(`${first.baseUrl}/sandbox/pay/${session.id}`, { method: 'POST', body: new URLSearchParams({ card: '4242424242424242' }), redirect: 'manual' });
  await first.close();
  const second = await serveSandbox(() => nowSec, store);
  let count = 0;
  const three = new Promise<void>((resolve) => {
    second.onWebhook(async () => {
      if (++count === 3) resolve();
      return 200;
    });
  });
  await second.sandbox.start();
  await three;
  await second.close();
  expect(count).toBe(3);
});

test('the controls refuse what they do not know and what a foreign form could send', async () => {
  expect((await control({ deliveries: 'sideways' })).status).toBe(400);
  expect((await control({ boom: true })).status).toBe(400);
  expect((await control({ replay: 'evt_none' })).status).toBe(400);
  expect((await fetch(`${served.baseUrl}/sandbox/control`, { method: 'POST', body: new URLSearchParams({ deliveries: 'drop' }) })).status).toBe(415);
});
