import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Order, Problem, Quote } from '../client/wire';
import { type FixtureIdentity, makeIdentity, registerPayload, signedBy } from '../core/assertion/fixtures';
import { envelopeToJson } from '../core/keys/dsse';
import { readBalances } from '../storage/ledger-store';
import { startPostgres, type TestPostgres } from '../storage/postgres-for-tests';
import { getJson, openTestApp, proved, request, type TestApp } from './app-for-tests';

let postgres: TestPostgres;

beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

describe.each(['embedded', 'postgres'] as const)('%s', (kind) => {
  let shop: TestApp;
  let alice: FixtureIdentity;
  let bob: FixtureIdentity;

  beforeAll(async () => {
    shop = await openTestApp({ databaseUrl: kind === 'postgres' ? await postgres.createDatabase() : undefined });
    [alice, bob] = [makeIdentity(shop.world.registry, 'alice'), makeIdentity(shop.world.registry, 'bob')];
  });
  afterAll(() => shop.close());

  const postJson = (path: string, body: unknown) => request(`${shop.url}${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  const quote = async (name: string) => JSON.parse((await postJson('/api/v1/quotes', { name })).text) as Quote;
  const order = (who: FixtureIdentity, name: string, more: object = {}) => postJson('/api/v1/orders', { assertion: envelopeToJson(signedBy(registerPayload(shop.world, who, name), [who.key]).envelope), ...more });
  const control = (body: object) => postJson('/sandbox/control', body);
  const pay = (made: Order, card: string) => request(`${shop.url}${new URL(made.payUrl ?? '').pathname}`, { method: 'POST', body: new URLSearchParams({ card }), redirect: 'manual' });

  async function until(id: string, states: Order['state'][]): Promise<Order> {
    const untilMs = Date.now() + 30_000;
    for (;;) {
      const shown = await getJson<Order>(`${shop.url}/api/v1/orders/${id}`);
      if (states.includes(shown.state)) return shown;
      if (Date.now() > untilMs) throw new Error(`order is still ${shown.state}; ${shop.lines.slice(-5).join(' | ')}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  test('a $100 name is bought over HTTP: quote, order, declined card, good card, webhook, seal, proof', async () => {
    expect(await quote('@Sevens7')).toMatchObject({ status: 'free', name: 'sevens7', priceCents: 10_000, rail: 'checkout' });
    const answer = await order(alice, '@Sevens7');
    expect(answer.status).toBe(201);
    const made = JSON.parse(answer.text) as Order;
    expect((await order(alice, '@Sevens7')).status).toBe(200);
    expect(await quote('@Sevens7')).toMatchObject({ status: 'held' });
    const refused = await order(bob, '@Sevens7');
    expect([refused.status, (JSON.parse(refused.text) as Problem).code]).toEqual([409, 'name-held']);
    expect((await pay(made, '4000000000000002')).status).toBe(303);
    expect((await getJson<Order>(`${shop.url}/api/v1/orders/${made.id}`)).state).toBe('awaiting-payment');
    expect((await pay(made, '4242424242424242')).headers.get('location')).toBe(`http://localhost:41900/orders/${made.id}`);
    const done = await until(made.id, ['sealed']);
    expect(done.history.map((event) => event.state)).toEqual(['awaiting-payment', 'paid', 'accepted', 'sealed']);
    expect(done.assertion.proofIndex).not.toBeNull();
    expect((await proved(shop.url, 'names/sevens7', shop.world.registry)).record?.udf).toBe(alice.udf);
    expect((await request(`${shop.url}/api/v1/orders/${made.id}/proof`)).status).toBe(200);
    expect(await quote('@Sevens7')).toMatchObject({ status: 'taken' });
  });

  test('a $0.10 name is bought with $1.00 of credit though no webhook ever comes, and the next one needs no payment', async () => {
    await control({ deliveries: 'drop' });
    const first = JSON.parse((await order(alice, 'a-long-one', { creditCents: 100 })).text) as Order;
    expect(first).toMatchObject({ rail: 'credit', creditCents: 100, priceCents: 10 });
    await pay(first, '4242424242424242');
    await until(first.id, ['sealed']);
    const second = JSON.parse((await order(alice, 'another-long-one')).text) as Order;
    expect(second.state).toBe('accepted');
    await until(second.id, ['sealed']);
    const balances = new Map((await readBalances(shop.app.ctx.db)).map(({ account, cents }) => [account, cents]));
    expect([balances.get(`credit:${alice.udf}`), balances.get('income'), balances.get('stripe')]).toEqual([80, 10_020, -10_100]);
    await control({ deliveries: 'normal' });
  });

  test('an order whose session ends early is expired, and its name is free for another', async () => {
    const made = JSON.parse((await order(alice, 'eight8x')).text) as Order;
    const ended = await control({ expire: made.payUrl?.split('/').at(-1) });
    expect(ended.status).toBe(200);
    await until(made.id, ['expired']);
    expect(await quote('eight8x')).toMatchObject({ status: 'free' });
    const again = await order(alice, 'eight8x', { markAcknowledged: true });
    expect(again.status).toBe(200);
    const other = JSON.parse((await order(bob, 'eight8x')).text) as Order;
    const cancelled = await postJson(`/api/v1/orders/${other.id}/cancel`, {});
    expect((JSON.parse(cancelled.text) as Order).state).toBe('cancelled');
  });

  test('a refund that Stripe could not make is told of in /metrics, /healthz, the log and the order, until a person has looked', async () => {
    const figure = async () => /^mns_refunds_failed (\d+)$/m.exec((await request(`${shop.url}/metrics`)).text)?.[1];
    expect(await figure()).toBe('0');
    const made = JSON.parse((await order(bob, 'failed7')).text) as Order;
    await postJson(`/api/v1/orders/${made.id}/cancel`, {});
    await shop.app.ctx.db.prisma.refund.createMany({ data: [{ id: 'pi_failed', orderId: made.id, amountCents: 100, reason: 'test', state: 'failed', createdSec: 1, updatedSec: 1 }] });
    expect(await figure()).toBe('1');
    expect((await getJson<Order>(`${shop.url}/api/v1/orders/${made.id}`)).refunds).toEqual([{ amountCents: 100, done: false, failed: true }]);
    await expect.poll(async () => (await getJson<{ attention: string[]; ok: boolean }>(`${shop.url}/healthz`)).attention, { timeout: 5_000 }).toEqual(['1 refund has failed at Stripe']);
    expect(shop.lines.filter((line) => line.startsWith('1 refund has failed at Stripe')).length).toBe(1);
  });
});
