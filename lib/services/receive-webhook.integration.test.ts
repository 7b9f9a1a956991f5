import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { FixtureIdentity } from '../core/assertion/fixtures';
import { signatureHeader } from '../sandbox/delivery';
import { testDatabases, type TestDatabases } from '../storage/databases-for-tests';
import { readTransfers } from '../storage/ledger-store';
import { isKnownEvent } from '../storage/webhook-store';
import { checkBooks } from './books-for-tests';
import { SESSION_SEC } from './rails';
import { receiveWebhook } from './receive-webhook';
import { ServiceRefusal } from './service-refusal';
import { Shop } from './shop-for-tests';

let databases: TestDatabases;
let shop: Shop;
let alice: FixtureIdentity;
let count = 0;

beforeAll(async () => {
  databases = await testDatabases('embedded');
  shop = await Shop.open(await databases.open());
});
afterAll(async () => {
  await shop.close();
  await databases.remove();
});
beforeEach(async () => {
  alice = shop.person(`alice ${randomBytes(4).toString('hex')}`);
  count++;
  await shop.served.sandbox.sender.setControl({ mode: 'normal', delaySec: 0 });
  await shop.deliver();
});

const seven = () => `hook${String(count).padStart(3, '0')}`;
const mode = (mode: 'duplicate' | 'reorder' | 'drop' | 'normal') => shop.served.sandbox.sender.setControl({ mode, delaySec: 0 });

async function end(id: string): Promise<void> {
  shop.seal();
  await shop.reconcile();
  expect((await shop.show({ id })).state).toBe('sealed');
  expect((await readTransfers(shop.db, id)).map((transfer) => transfer.kind)).toEqual(['payment', 'registered']);
  await checkBooks(shop, [id]);
}

async function code(body: Uint8Array, signature: string | null): Promise<string> {
  try {
    return await receiveWebhook(shop.ctx, { body, signature });
  } catch (error) {
    if (error instanceof ServiceRefusal) return error.code;
    throw error;
  }
}

const newest = async () => (await shop.served.sandbox.store.list('event', 1))[0];

test('a webhook delivered twice counts once', async () => {
  await mode('duplicate');
  const order = await shop.order(alice, seven());
  await shop.pay(order);
  await shop.deliver();
  await end(order.id);
});

test('webhooks in the wrong order end in the same state', async () => {
  await mode('reorder');
  const order = await shop.order(alice, seven());
  await shop.pay(order);
  await shop.deliver();
  await end(order.id);
});

test('a webhook that never comes is made up for by reconciling', async () => {
  await mode('drop');
  const order = await shop.order(alice, seven());
  await shop.pay(order);
  await shop.deliver();
  expect((await shop.show(order)).state).toBe('awaiting-payment');
  await shop.reconcile();
  expect((await shop.show(order)).state).toBe('accepted');
  await end(order.id);
});

test('a webhook that comes a day late, after reconciling and sealing, changes nothing', async () => {
  await mode('drop');
  const order = await shop.order(alice, seven());
  await shop.pay(order);
  const event = await newest();
  await shop.reconcile();
  shop.seal();
  await shop.reconcile();
  shop.nowSec += 86_400;
  expect(await shop.served.sandbox.sender.replay(event?.id ?? '')).toBe(true);
  await shop.deliver();
  expect(await isKnownEvent(shop.db, event?.id ?? '')).toBe(true);
  await end(order.id);
});

test('an event that names an ended session does not end an order that was paid', async () => {
  const order = await shop.order(alice, seven());
  const session = order.payUrl?.split('/').at(-1) ?? '';
  await shop.pay(order);
  const body = Buffer.from(JSON.stringify({ id: `evt_lie_${count}`, object: 'event', created: shop.nowSec, livemode: false, type: 'checkout.session.expired', data: { object: { id: session, object: 'checkout.session', status: 'expired', payment_status: 'unpaid' } } }));
  expect(await code(body, signatureHeader(body.toString(), shop.served.webhookSecret, shop.nowSec))).toBe('paid');
  expect(await code(body, signatureHeader(body.toString(), shop.served.webhookSecret, shop.nowSec))).toBe('duplicate');
  await end(order.id);
});

test('unsigned, wrongly signed, stale and foreign events are refused, each with its own code, and leave nothing behind', async () => {
  const event = { id: `evt_test_${count}`, object: 'event', created: shop.nowSec, livemode: false, type: 'checkout.session.completed', data: { object: { id: 'cs_test_none', object: 'checkout.session' } } };
  const body = Buffer.from(JSON.stringify(event));
  const secret = shop.served.webhookSecret;
  expect(await code(body, null)).toBe('webhook-unsigned');
  expect(await code(body, 'nonsense')).toBe('webhook-bad-signature');
  expect(await code(body, signatureHeader(body.toString(), 'whsec_other', shop.nowSec))).toBe('webhook-bad-signature');
  expect(await code(Buffer.concat([body, Buffer.from(' ')]), signatureHeader(body.toString(), secret, shop.nowSec))).toBe('webhook-bad-signature');
  expect(await code(new Uint8Array(), signatureHeader('', secret, shop.nowSec))).toBe('webhook-bad-signature');
  expect(await code(body, signatureHeader(body.toString(), secret, shop.nowSec - 301))).toBe('webhook-stale');
  const live = Buffer.from(JSON.stringify({ ...event, livemode: true }));
  expect(await code(live, signatureHeader(live.toString(), secret, shop.nowSec))).toBe('webhook-foreign');
  const junk = Buffer.from('not json');
  expect(await code(junk, signatureHeader('not json', secret, shop.nowSec))).toBe('webhook-bad-signature');
  const shapeless = Buffer.from('[1]');
  expect(await code(shapeless, signatureHeader('[1]', secret, shop.nowSec))).toBe('webhook-foreign');
  expect(await isKnownEvent(shop.db, event.id)).toBe(false);
  expect(await code(body, signatureHeader(body.toString(), secret, shop.nowSec))).toBe('ignored');
});

test('a session of the same account that is no order of ours is taken note of and left alone', async () => {
  const session = await shop.ctx.stripe.client().checkout.sessions.create({ mode: 'payment', line_items: [{ price_data: { currency: 'usd', unit_amount: 700, product_data: { name: 'mug' } } }], success_url: 'http://localhost:3000/', expires_at: shop.nowSec + SESSION_SEC });
  await shop.pay({ payUrl: session.url });
  const event = await newest();
  await shop.deliver();
  expect(await isKnownEvent(shop.db, event?.id ?? '')).toBe(true);
  expect((await shop.ctx.stripe.client().refunds.list({ payment_intent: session.id.replace('cs_test_', 'pi_') })).data).toEqual([]);
});

test('while Stripe cannot be reached a webhook is not swallowed: it fails, and is delivered again', async () => {
  const order = await shop.order(alice, seven());
  await shop.pay(order);
  shop.fault = (point) => (point.startsWith('stripe') ? 'before' : null);
  expect(await shop.served.sandbox.sender.deliverNow()).toBe(2);
  shop.fault = () => null;
  expect((await shop.show(order)).state).toBe('awaiting-payment');
  expect(await shop.served.sandbox.sender.deliverNow()).toBe(1);
  await end(order.id);
});
