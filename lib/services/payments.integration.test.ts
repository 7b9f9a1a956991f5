import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type FixtureIdentity, makeRegister } from '../core/assertion/fixtures';
import { Refusal } from '../core/refusal';
import { readRecord } from '../core/registry/state';
import { readBalances } from '../storage/ledger-store';
import { KINDS, testDatabases, type TestDatabases } from '../storage/databases-for-tests';
import { checkBooks } from './books-for-tests';
import { cancelOrder } from './cancel-order';
import { quoteName } from './quote-name';
import { MAX_WAITING_ORDERS, SESSION_SEC } from './rails';
import { followSealedOrders } from './reconcile-payments';
import { ServiceRefusal } from './service-refusal';
import { BAD_CARD, Shop } from './shop-for-tests';

async function refusal(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'not refused',
    (error: unknown) => {
      if (error instanceof Refusal || error instanceof ServiceRefusal) return error.code;
      throw error;
    },
  );
}

describe.each(KINDS)('on %s', (kind) => {
  let databases: TestDatabases;
  let shop: Shop;
  let count = 0;
  let alice: FixtureIdentity;
  let bob: FixtureIdentity;

  beforeAll(async () => {
    databases = await testDatabases(kind);
    shop = await Shop.open(await databases.open());
  });
  afterAll(async () => {
    await shop.close();
    await databases.remove();
  });
  beforeEach(async () => {
    const label = randomBytes(4).toString('hex');
    [alice, bob] = [shop.person(`alice ${label}`), shop.person(`bob ${label}`)];
    count++;
    shop.fault = () => null;
    await shop.served.sandbox.sender.setControl({ mode: 'normal', delaySec: 0 });
    await shop.deliver();
  });

  /** $100: seven letters and digits. */
  const seven = () => `sevn${String(count).padStart(3, '0')}`;
  /** $0.10 */
  const long = (text = '') => `long-name-${text}${count}`;
  const stripeCents = async () => (await readBalances(shop.db)).find((each) => each.account === 'stripe')?.cents ?? 0;
  const creditCents = async (who: FixtureIdentity) => (await readBalances(shop.db)).find((each) => each.account === `credit:${who.udf}`)?.cents ?? 0;

  test('a $100 name: signed, paid, accepted, sealed, with a receipt and the whole history', async () => {
    const order = await shop.order(alice, seven());
    expect(order).toMatchObject({ state: 'awaiting-payment', rail: 'checkout', priceCents: 10_000, creditCents: null, sandbox: true, problem: null });
    expect(order.id).toMatch(/^[0-9a-f]{32}$/);
    expect(order.payUrl).toMatch(/^http:\/\/localhost:3000\/sandbox\/pay\/cs_test_/);
    expect(await quoteName(shop.ctx, { name: seven() })).toMatchObject({ status: 'held', heldUntilSec: order.expiresSec + 300, priceCents: 10_000, rail: 'checkout' });
    const back = await shop.pay(order);
    expect(back.headers.get('location')).toBe(`http://localhost:3000/orders/${order.id}`);
    await shop.deliver();
    expect(await shop.show(order)).toMatchObject({ state: 'accepted', payUrl: null, receipt: { payloadType: 'application/vnd.mns.receipt+json' } });
    expect(await quoteName(shop.ctx, { name: seven() })).toMatchObject({ status: 'taken' });
    shop.seal();
    await followSealedOrders(shop.ctx);
    const done = await shop.show(order);
    expect(done.history.map((event) => event.state)).toEqual(['awaiting-payment', 'paid', 'accepted', 'sealed']);
    expect(done.assertion).toMatchObject({ proofIndex: 1, nameIndex: 1 });
    await checkBooks(shop, [order.id]);
  });

  test('a $0.10 name is paid with credit bought at $1.00; the rest pays nine more at once, and no eleventh', async () => {
    expect(await refusal(shop.order(alice, long()))).toBe('credit-amount');
    expect(await refusal(shop.order(alice, long(), { creditCents: 99 }))).toBe('credit-amount');
    const first = await shop.order(alice, long(), { creditCents: 100 });
    expect(first).toMatchObject({ state: 'awaiting-payment', rail: 'credit', priceCents: 10, creditCents: 100 });
    await shop.pay(first);
    await shop.deliver();
    expect((await shop.show(first)).state).toBe('accepted');
    expect(await creditCents(alice)).toBe(90);
    const more = [];
    for (let n = 0; n < 9; n++) more.push(await shop.order(alice, long(`more-${n}-`)));
    expect(more.map((order) => order.state)).toEqual(Array(9).fill('accepted'));
    expect(await creditCents(alice)).toBe(0);
    expect(await refusal(shop.order(alice, long('last')))).toBe('credit-amount');
    shop.seal();
    await shop.reconcile();
    await checkBooks(shop, [first, ...more].map((order) => order.id));
  });

  test('a declined card takes nothing, keeps the name held, and another card pays', async () => {
    const before = await stripeCents();
    const order = await shop.order(alice, seven());
    await shop.pay(order, BAD_CARD);
    await shop.deliver();
    await shop.reconcile();
    expect((await shop.show(order)).state).toBe('awaiting-payment');
    expect(await stripeCents()).toBe(before);
    await shop.pay(order);
    await shop.deliver();
    expect((await shop.show(order)).state).toBe('accepted');
    expect(await stripeCents()).toBe(before - 10_000);
  });

  test('an abandoned order expires with its session: nothing charged, the name free again, the same identity waits a day', async () => {
    const before = await stripeCents();
    const order = await shop.order(alice, seven());
    shop.nowSec += SESSION_SEC;
    expect((await quoteName(shop.ctx, { name: seven() })).status).toBe('held');
    await shop.reconcile();
    expect((await shop.show(order)).state).toBe('expired');
    expect(await quoteName(shop.ctx, { name: seven() })).toMatchObject({ status: 'free', heldUntilSec: null });
    expect(await stripeCents()).toBe(before);
    expect(await refusal(shop.order(alice, seven(), { payload: { service: null } }))).toBe('hold-throttled');
    const other = await shop.order(bob, seven());
    expect(other.state).toBe('awaiting-payment');
    await cancelOrder(shop.ctx, other);
    shop.nowSec += 86_400;
    expect((await shop.order(alice, seven(), { payload: { service: null } })).state).toBe('awaiting-payment');
    await checkBooks(shop, [order.id, other.id]);
  });

  test('who could not pay because Stripe was away may order the name again at once', async () => {
    shop.fault = (point) => (point.startsWith('stripe') ? 'before' : null);
    const order = await shop.order(alice, seven());
    expect(order).toMatchObject({ state: 'awaiting-payment', payUrl: null });
    shop.nowSec += SESSION_SEC;
    shop.fault = () => null;
    await shop.reconcile();
    expect((await shop.show(order)).state).toBe('expired');
    const again = await shop.order(alice, seven(), { payload: { service: null } });
    expect(again.payUrl).not.toBeNull();
    await cancelOrder(shop.ctx, again);
    await checkBooks(shop, [order.id, again.id]);
  });

  test('a cancelled order can’t be paid any more, frees its name, and can’t be cancelled once paid', async () => {
    const order = await shop.order(alice, seven());
    expect((await cancelOrder(shop.ctx, order)).state).toBe('cancelled');
    expect(await (await shop.pay(order)).text()).toContain('The time to pay is over');
    expect((await cancelOrder(shop.ctx, order)).state).toBe('cancelled');
    const other = await shop.order(bob, seven());
    await shop.pay(other);
    expect(await refusal(cancelOrder(shop.ctx, { id: 'f'.repeat(32) }))).toBe('order-unknown');
    // The payment had not been heard of yet: cancelling asks Stripe and finds it.
    expect(await refusal(cancelOrder(shop.ctx, other))).toBe('order-closed');
    expect(await shop.show(other)).toMatchObject({ state: 'accepted', problem: null });
    expect(await refusal(cancelOrder(shop.ctx, other))).toBe('order-closed');
    shop.seal();
    await shop.reconcile();
    await checkBooks(shop, [order.id, other.id]);
  });

  test('the same signed registration again is the same order, even at the same moment', async () => {
    const [one, two] = await Promise.all([shop.order(alice, seven()), shop.order(alice, seven())]);
    expect(one.id).toBe(two.id);
    expect((await shop.order(alice, seven())).id).toBe(one.id);
    const paths = [one, two, await shop.show(one)].map((each) => each.payUrl).filter((url) => url !== null);
    expect(new Set(paths).size).toBe(1);
  });

  test('who reads a sealed registration in the log can’t get its order by sending it again', async () => {
    const order = await shop.order(alice, seven());
    await shop.pay(order);
    await shop.deliver();
    expect((await shop.order(alice, seven())).id).toBe(order.id);
    shop.seal();
    // In the log, though the order has not followed yet.
    expect(await refusal(shop.order(alice, seven()))).toBe('order-closed');
    await shop.reconcile();
    expect(await refusal(shop.order(alice, seven()))).toBe('order-closed');
    expect(shop.log.filter((line) => line.includes(order.id))).toEqual([]);
    await checkBooks(shop, [order.id]);
  });

  test('a payment that can’t be looked at does not keep those behind it from being found, and is found later', async () => {
    await shop.served.sandbox.sender.setControl({ mode: 'drop', delaySec: 0 });
    const orders = [];
    for (const letter of 'xyz') orders.push(await shop.order(alice, `${seven().slice(0, 4)}${letter}${seven().slice(5)}`));
    for (const order of orders) await shop.pay(order);
    const stuck = new URL(orders[1]?.payUrl ?? '').pathname.split('/').at(-1) ?? '';
    shop.fault = (point) => (point.includes(`sessions/${stuck}`) ? 'before' : null);
    await shop.reconcile();
    expect(await Promise.all(orders.map(async (order) => (await shop.show(order)).state))).toEqual(['accepted', 'awaiting-payment', 'accepted']);
    expect(shop.log.at(-1)).toContain('left for the next round');
    shop.fault = () => null;
    await shop.reconcile();
    shop.seal();
    await shop.reconcile();
    await checkBooks(shop, orders.map((order) => order.id));
  });

  test('an identity holds a few names at a time: one more waits until one is paid or cancelled', async () => {
    const orders = [];
    for (let n = 0; n < MAX_WAITING_ORDERS; n++) orders.push(await shop.order(alice, `${seven().slice(0, 4)}${n}${seven().slice(5)}`));
    expect(await refusal(shop.order(alice, `${seven().slice(0, 4)}z${seven().slice(5)}`))).toBe('hold-throttled');
    expect((await shop.order(alice, orders[0]?.name ?? '')).id).toBe(orders[0]?.id);
    for (const order of orders) await cancelOrder(shop.ctx, order);
    const next = await shop.order(alice, `${seven().slice(0, 4)}z${seven().slice(5)}`);
    await cancelOrder(shop.ctx, next);
    await checkBooks(shop, [...orders, next].map((order) => order.id));
  });

  test('two people want one name: one holds it, the other is told and never charged', async () => {
    const results = await Promise.allSettled([shop.order(alice, seven()), shop.order(bob, seven())]);
    const held = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const told = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
    expect(held.length).toBe(1);
    expect(told[0]).toMatchObject({ code: 'name-held', detail: expect.stringContaining('Somebody is buying') as string });
    const [order] = held;
    if (order === undefined) throw new Error('nobody got it');
    await shop.pay(order);
    await shop.deliver();
    expect(readRecord(shop.minutes.state, order.name)?.entry.udf).toBe(order.udf);
    expect(await refusal(shop.order(order.udf === alice.udf ? bob : alice, seven()))).toBe('name-taken');
  });

  test('what the registry would refuse is refused before anybody pays, and nothing is stored', async () => {
    expect(await refusal(shop.order(alice, seven(), { payload: { priceCents: 10 } }))).toBe('wrong-price');
    expect(await refusal(shop.order(alice, seven(), { payload: { schedule: 9 } }))).toBe('unknown-schedule');
    expect(await refusal(shop.order(alice, 'four'))).toBe('rail-not-open');
    expect(await refusal(shop.order(alice, 'x'))).toBe('rail-not-open');
    expect(await refusal(shop.order(alice, seven(), { payload: { notAfter: shop.nowSec + 600 } }))).toBe('expires-too-soon');
    expect((await quoteName(shop.ctx, { name: seven() })).status).toBe('free');
    expect(await quoteName(shop.ctx, { name: '@---' })).toMatchObject({ status: 'invalid', name: null, priceCents: null });
    expect(await quoteName(shop.ctx, { name: 'four' })).toMatchObject({ rail: 'invoice', priceCents: 2_000_000 });
    expect(await quoteName(shop.ctx, { name: '@x' })).toMatchObject({ rail: 'wire', letters: 1 });
  });

  test('a payment that comes after the hold: registered if the name is free, else refunded in full', async () => {
    await shop.served.sandbox.sender.setControl({ mode: 'drop', delaySec: 0 });
    const late = await shop.order(alice, seven());
    await shop.pay(late);
    shop.nowSec += SESSION_SEC + 3_600;
    await shop.reconcile();
    expect((await shop.show(late)).state).toBe('accepted');

    const loser = await shop.order(alice, `${seven().slice(0, 4)}x${seven().slice(5)}`);
    await shop.pay(loser);
    shop.nowSec += SESSION_SEC + 3_600;
    const winner = await shop.order(bob, loser.name);
    await shop.reconcile();
    expect(await shop.show(loser)).toMatchObject({ state: 'refunded', problem: { code: 'name-held' }, refunds: [{ amountCents: 10_000, done: true }] });
    await shop.pay(winner);
    await shop.reconcile();
    shop.seal();
    await shop.reconcile();
    expect((await shop.show(winner)).state).toBe('sealed');
    await checkBooks(shop, [late.id, loser.id, winner.id]);
  });

  test('paid but not registrable: money goes back by itself, and the order says why', async () => {
    const order = await shop.order(alice, seven());
    await shop.pay(order);
    shop.minutes.take(makeRegister(shop.world, bob, seven()));
    await shop.deliver();
    expect(await shop.show(order)).toMatchObject({ state: 'refunded', problem: { code: 'name-taken' }, refunds: [{ amountCents: 10_000, done: true }] });
    const bought = await shop.order(alice, long(), { creditCents: 500 });
    await shop.pay(bought);
    shop.minutes.take(makeRegister(shop.world, bob, long()));
    await shop.deliver();
    expect((await shop.show(bought)).state).toBe('refunded');
    expect(await creditCents(alice)).toBe(0);
    await checkBooks(shop, [order.id, bought.id]);
  });

  test('a registration accepted and then refused by its seal is refunded, credit to credit', async () => {
    const first = await shop.order(alice, long(), { creditCents: 100 });
    await shop.pay(first);
    await shop.deliver();
    shop.seal();
    await shop.reconcile();
    const second = await shop.order(alice, long('b'));
    const third = await shop.order(bob, seven());
    await shop.pay(third);
    await shop.deliver();
    expect(await creditCents(alice)).toBe(80);
    shop.refuseAtSeal();
    await shop.reconcile();
    expect([(await shop.show(second)).state, (await shop.show(third)).state]).toEqual(['refunded', 'refunded']);
    expect(await creditCents(alice)).toBe(90);
    await checkBooks(shop, [first.id, second.id, third.id]);
  });

  test('a registration refused by its seal ends though credit bought with it is spent: its price stays as credit', async () => {
    const first = await shop.order(alice, long(), { creditCents: 100 });
    await shop.pay(first);
    await shop.deliver();
    const before = await stripeCents();
    const second = await shop.order(alice, long('b'));
    expect([second.state, await creditCents(alice)]).toEqual(['accepted', 80]);
    shop.refuseAtSeal(first);
    shop.seal();
    await shop.reconcile();
    expect(await shop.show(second)).toMatchObject({ state: 'sealed' });
    expect(await shop.show(first)).toMatchObject({ state: 'refunded', refunds: [], problem: { code: 'expired', detail: expect.stringContaining('went back to your credit') as string } });
    expect([await creditCents(alice), await stripeCents()]).toEqual([90, before]);
    await checkBooks(shop, [first.id, second.id]);
  });

  test('a round serves orders with money in them before it asks about those that wait, and does not ask about these each time', async () => {
    const waiting = [await shop.order(alice, seven()), await shop.order(alice, `${seven().slice(0, 4)}w${seven().slice(5)}`)];
    const paid = await shop.order(bob, long(), { creditCents: 100 });
    shop.fault = (point) => (point === 'submit' ? 'before' : null);
    await shop.pay(paid);
    await shop.deliver();
    expect((await shop.show(paid)).state).toBe('paid');
    shop.nowSec += 150;
    const points: string[] = [];
    shop.fault = (point) => (points.push(point), null);
    await shop.reconcile();
    const asks = points.filter((point) => /sessions\/cs_test_\w+$/.test(point));
    expect(asks.length).toBeGreaterThanOrEqual(waiting.length);
    expect(points.indexOf('submit')).toBeLessThan(points.indexOf(asks[0] ?? 'none'));
    points.length = 0;
    await shop.reconcile();
    expect(points.filter((point) => /sessions\/cs_test_\w+$/.test(point))).toEqual([]);
    for (const order of waiting) await cancelOrder(shop.ctx, order);
    shop.seal();
    await shop.reconcile();
    await checkBooks(shop, [...waiting, paid].map((order) => order.id));
  });

  test('a name paid twice is registered once, and the second payment goes back', async () => {
    const order = await shop.order(alice, seven());
    await shop.pay(order);
    await shop.deliver();
    const stripe = shop.ctx.stripe.client();
    const twin = await stripe.checkout.sessions.create({ mode: 'payment', line_items: [{ price_data: { currency: 'usd', unit_amount: 10_000, product_data: { name: 'again' } } }], success_url: 'http://localhost:3000/', client_reference_id: order.id });
    await shop.pay({ payUrl: twin.url });
    await shop.deliver();
    await shop.reconcile();
    expect(await shop.show(order)).toMatchObject({ state: 'accepted', refunds: [{ amountCents: 10_000, done: true }] });
    shop.seal();
    await shop.reconcile();
    await checkBooks(shop, [order.id]);
  });

  test('a payment of another amount than asked goes back and does not pay the order', async () => {
    const order = await shop.order(alice, seven());
    const cheap = await shop.ctx.stripe.client().checkout.sessions.create({ mode: 'payment', line_items: [{ price_data: { currency: 'usd', unit_amount: 50, product_data: { name: 'cheap' } } }], success_url: 'http://localhost:3000/', client_reference_id: order.id });
    await shop.pay({ payUrl: cheap.url });
    await shop.deliver();
    await shop.reconcile();
    expect(await shop.show(order)).toMatchObject({ state: 'awaiting-payment', refunds: [{ amountCents: 50, done: true }] });
    shop.nowSec += SESSION_SEC;
    await shop.reconcile();
    expect((await shop.show(order)).state).toBe('expired');
    await checkBooks(shop, [order.id]);
  });

  test('no order is cheaper for a crowd: one credit pays one name, however many ask at once', async () => {
    const first = await shop.order(alice, long(), { creditCents: 100 });
    await shop.pay(first);
    await shop.deliver();
    const results = await Promise.allSettled(Array.from({ length: 12 }, (_, n) => shop.order(alice, long(`crowd-${n}-`))));
    const orders = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    expect(orders.length).toBe(9);
    expect(await creditCents(alice)).toBe(0);
    shop.seal();
    await shop.reconcile();
    await checkBooks(shop, [first, ...orders].map((order) => order.id));
  });
});
