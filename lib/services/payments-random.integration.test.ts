import { randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FixtureIdentity, makeRegister } from '../core/assertion/fixtures';
import { Refusal } from '../core/refusal';
import type { DeliveryMode } from '../sandbox/delivery';
import { answerChallenge, tryCard } from '../sandbox/sale';
import { readOrder } from '../storage/order-store';
import { testDatabases, type TestDatabases } from '../storage/databases-for-tests';
import { checkBooks } from './books-for-tests';
import { cancelOrder } from './cancel-order';
import { ServiceRefusal } from './service-refusal';
import { Killed, Shop } from './shop-for-tests';

let databases: TestDatabases;
let shop: Shop;

beforeAll(async () => {
  databases = await testDatabases('embedded');
  shop = await Shop.open(await databases.open());
});
afterAll(async () => {
  await shop.close();
  await databases.remove();
});

/** Move is one thing that a person, Stripe, time or fate does. Numbers choose among people, names and orders. */
type Move =
  | { do: 'order'; who: number; name: number; credit: boolean; service: number }
  | { do: 'card'; order: number; card: string }
  | { do: 'challenge'; order: number; approved: boolean }
  | { do: 'twin'; order: number }
  | { do: 'cancel'; order: number }
  | { do: 'wait'; minutes: number }
  | { do: 'mode'; mode: DeliveryMode }
  | { do: 'deliver' }
  | { do: 'replay'; event: number }
  | { do: 'reconcile' }
  | { do: 'seal' }
  | { do: 'rival'; name: number }
  | { do: 'kill'; point: number; side: 'before' | 'after' };

const small = fc.nat({ max: 7 });
const moves: fc.Arbitrary<Move>[] = [
  fc.record({ do: fc.constant('order' as const), who: fc.nat({ max: 2 }), name: fc.nat({ max: 5 }), credit: fc.boolean(), service: small }),
  fc.record({ do: fc.constant('order' as const), who: fc.nat({ max: 2 }), name: fc.nat({ max: 5 }), credit: fc.boolean(), service: small }),
  fc.record({ do: fc.constant('card' as const), order: small, card: fc.constantFrom('4242424242424242', '4242424242424242', '4000000000000002', '4000002500003155') }),
  fc.record({ do: fc.constant('card' as const), order: small, card: fc.constant('4242424242424242') }),
  fc.record({ do: fc.constant('challenge' as const), order: small, approved: fc.boolean() }),
  fc.record({ do: fc.constant('twin' as const), order: small }),
  fc.record({ do: fc.constant('cancel' as const), order: small }),
  fc.record({ do: fc.constant('wait' as const), minutes: fc.constantFrom(1, 20, 40, 1500) }),
  fc.record({ do: fc.constant('mode' as const), mode: fc.constantFrom<DeliveryMode>('normal', 'duplicate', 'reorder', 'drop') }),
  fc.record({ do: fc.constant('deliver' as const) }),
  fc.record({ do: fc.constant('deliver' as const) }),
  fc.record({ do: fc.constant('replay' as const), event: fc.nat({ max: 30 }) }),
  fc.record({ do: fc.constant('reconcile' as const) }),
  fc.record({ do: fc.constant('seal' as const) }),
  fc.record({ do: fc.constant('rival' as const), name: fc.nat({ max: 5 }) }),
  fc.record({ do: fc.constant('kill' as const), point: fc.nat({ max: 12 }), side: fc.constantFrom('before' as const, 'after' as const) }),
];

/** One script for each end, so that every run of the test sees them all. */
const order: Move = { do: 'order', who: 0, name: 0, credit: false, service: 0 };
const card: Move = { do: 'card', order: 0, card: '4242424242424242' };
const EXAMPLES: [Move[]][] = [
  [[order, card, { do: 'deliver' }]],
  [[order, { do: 'cancel', order: 0 }, card]],
  [[order, { do: 'wait', minutes: 40 }, card]],
  [[order, card, { do: 'rival', name: 0 }, { do: 'deliver' }]],
  [[order, card, { do: 'deliver' }, { do: 'mode', mode: 'drop' }, { do: 'twin', order: 0 }, { do: 'seal' }]],
];

class Run {
  readonly tag = randomBytes(3).toString('hex');
  readonly people: FixtureIdentity[] = [0, 1, 2].map((n) => shop.person(`${this.tag} ${n}`));
  readonly orders: string[] = [];

  /** Names 0 to 2 cost $100, 3 to 5 cost $0.10. */
  name(number: number): string {
    return number < 3 ? `${number}${this.tag}` : `number-${number}-${this.tag}`;
  }

  id(number: number): string | null {
    return this.orders.length === 0 ? null : (this.orders[number % this.orders.length] ?? null);
  }

  async suffix(number: number): Promise<string | null> {
    const id = this.id(number);
    const session = id === null ? null : ((await readOrder(shop.db, id))?.stripeSession ?? null);
    return session === null ? null : session.replace('cs_test_', '');
  }

  /** make makes one move. What is refused is refused; whoever dies is dead; anything else is a bug. */
  async make(move: Move): Promise<void> {
    try {
      await this.attempt(move);
    } catch (error) {
      const isExpected = error instanceof Refusal || error instanceof ServiceRefusal || error instanceof Killed || (error instanceof Error && error.message.includes('connection to Stripe'));
      if (!isExpected) throw error;
    }
  }

  private async attempt(move: Move): Promise<void> {
    const { sandbox } = shop.served;
    switch (move.do) {
      case 'order': {
        const who = this.people[move.who];
        if (who === undefined) return;
        const order = await shop.order(who, this.name(move.name), { ...(move.credit ? { creditCents: 100 + move.service } : {}), payload: { service: `p${move.service}.example` } });
        if (!this.orders.includes(order.id)) this.orders.push(order.id);
        return;
      }
      case 'card': {
        const suffix = await this.suffix(move.order);
        if (suffix !== null) await sandbox.sales.change(suffix, (sale) => tryCard(sale, move.card, shop.nowSec));
        return;
      }
      case 'challenge': {
        const suffix = await this.suffix(move.order);
        if (suffix !== null) await sandbox.sales.change(suffix, (sale) => answerChallenge(sale, move.approved, shop.nowSec));
        return;
      }
      case 'twin': {
        const id = this.id(move.order);
        const order = id === null ? null : await readOrder(shop.db, id);
        if (order === null || order.stripeSession === null) return;
        const twin = await shop.ctx.stripe.client().checkout.sessions.create({ mode: 'payment', line_items: [{ price_data: { currency: 'usd', unit_amount: order.creditCents ?? order.priceCents, product_data: { name: 'twin' } } }], success_url: 'http://localhost:3000/', client_reference_id: order.id });
        await sandbox.sales.change(twin.id.replace('cs_test_', ''), (sale) => tryCard(sale, '4242424242424242', shop.nowSec));
        return;
      }
      case 'cancel': {
        const id = this.id(move.order);
        if (id !== null) await cancelOrder(shop.ctx, { id });
        return;
      }
      case 'wait':
        shop.nowSec += move.minutes * 60;
        return;
      case 'mode':
        return sandbox.sender.setControl({ mode: move.mode, delaySec: 0 });
      case 'deliver':
        await sandbox.sender.deliverNow();
        return;
      case 'replay': {
        const event = (await sandbox.store.list('event', 31))[move.event];
        if (event !== undefined) await sandbox.sender.replay(event.id);
        return;
      }
      case 'reconcile':
        return shop.reconcile();
      case 'seal':
        return shop.seal();
      case 'rival':
        // Somebody whom another rail let in: the name is gone, whoever holds it here.
        shop.minutes.take(makeRegister(shop.world, shop.person(`rival ${this.tag}`), this.name(move.name)));
        return;
      case 'kill': {
        let points = 0;
        shop.fault = () => (points++ === move.point ? move.side : null);
      }
    }
  }

  /** rest lets everything come to its end: no more faults, time passes, the registry works. */
  async rest(): Promise<void> {
    shop.fault = () => null;
    await shop.served.sandbox.sender.setControl({ mode: 'normal', delaySec: 0 });
    await shop.deliver();
    shop.nowSec += 2 * 86_400;
    // Every twin is paid or open; an open one is Stripe's own business and runs out there.
    await shop.served.sandbox.sales.sweep(1_000);
    for (let round = 0; round < 2; round++) {
      await shop.deliver();
      await shop.reconcile();
      shop.seal();
    }
    await shop.reconcile();
  }
}

test('under random events, deaths and times each order ends once, sums are zero, no name is free and no payment is lost', async () => {
  const ends = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(...moves), { minLength: 8, maxLength: 40 }), async (script) => {
      const run = new Run();
      for (const move of script) await run.make(move);
      await run.rest();
      for (const order of await checkBooks(shop, run.orders)) ends.set(order.state, (ends.get(order.state) ?? 0) + 1);
    }),
    { numRuns: 35, endOnFailure: true, examples: EXAMPLES },
  );
  expect([...ends.keys()].sort()).toEqual(['cancelled', 'expired', 'refunded', 'sealed']);
}, 600_000);
