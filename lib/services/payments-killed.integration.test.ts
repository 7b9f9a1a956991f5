import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FixtureIdentity, makeRegister } from '../core/assertion/fixtures';
import type { Order } from '../client/wire';
import { nameKey } from '../core/registry/state';
import { testDatabases, type TestDatabases } from '../storage/databases-for-tests';
import { checkBooks } from './books-for-tests';
import { cancelOrder } from './cancel-order';
import type { OrderState } from './order-states';
import { SESSION_SEC } from './rails';
import { Killed, Shop } from './shop-for-tests';

/*
 * Each test runs one story again and again, and kills the process at every point where it touches the world in turn: just
 * before a transaction, a request to Stripe or a submission takes effect, and just after, before it hears so.
 */

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

interface Story {
  who: FixtureIdentity;
  name: string;
  /** ids of orders to be checked in the end, beside the story's own */
  others: string[];
}

interface Plot {
  creditCents?: number;
  before?: (story: Story) => Promise<void>;
  /** what the person does with the open order; runs again after a kill, as a person would try again */
  acts: (order: Order, story: Story) => Promise<void>;
  ends: OrderState;
}

/** survive does something as a process that may die, and once more after it was started again. */
async function survive(act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof Killed)) {
      // The SDK wraps what its HTTP client threw.
      if (!(error instanceof Error) || !error.constructor.name.startsWith('Stripe')) throw error;
    }
    await act();
  }
}

async function tell(plot: Plot, dieAt: number, side: 'before' | 'after'): Promise<number> {
  const tag = randomBytes(3).toString('hex');
  const story: Story = { who: shop.person(`holder ${tag}`), name: plot.creditCents === undefined && plot.before === undefined ? `k${tag}` : `killed-${tag}`, others: [] };
  await plot.before?.(story);
  let points = 0;
  shop.fault = () => (points++ === dieAt ? side : null);
  let id = '';
  await survive(async () => {
    id = (await shop.order(story.who, story.name, plot.creditCents === undefined ? {} : { creditCents: plot.creditCents })).id;
  });
  // A page that shows the order before the payment session is known shows it again a moment later.
  if ((await shop.show({ id })).state === 'awaiting-payment' && (await shop.show({ id })).payUrl === null) await shop.reconcile();
  await survive(async () => plot.acts(await shop.show({ id }), story));
  await shop.deliver();
  await shop.reconcile();
  shop.seal();
  await shop.reconcile();
  const met = points;
  shop.fault = () => null;
  await shop.deliver();
  await shop.reconcile();
  shop.seal();
  await shop.reconcile();
  const order = await shop.show({ id });
  expect([dieAt, side, order.state, shop.log.slice(-3)]).toEqual([dieAt, side, plot.ends, shop.log.slice(-3)]);
  await checkBooks(shop, [id, ...story.others]);
  return met;
}

async function everywhere(plot: Plot): Promise<void> {
  const points = await tell(plot, Infinity, 'before');
  expect(points).toBeGreaterThan(1);
  for (let point = 0; point < points; point++) {
    await tell(plot, point, 'before');
    await tell(plot, point, 'after');
  }
}

const pay = async (order: Order) => {
  if (order.state === 'awaiting-payment' && order.payUrl !== null) await shop.pay(order);
};

test('killed anywhere, a name paid by card is registered once and charged once', async () => {
  await everywhere({ acts: pay, ends: 'sealed' });
});

test('killed anywhere, a name paid with credit bought for it is registered once, and the rest of the credit is there', async () => {
  await everywhere({ creditCents: 100, acts: pay, ends: 'sealed' });
});

test('killed anywhere, a name paid from credit takes its price once', async () => {
  await everywhere({
    before: async (story) => {
      const first = await shop.order(story.who, `${story.name}-first`, { creditCents: 100 });
      await shop.pay(first);
      await shop.deliver();
      story.others.push(first.id);
    },
    acts: async () => {},
    ends: 'sealed',
  });
});

test('killed anywhere, a payment for a name that is gone goes back once', async () => {
  await everywhere({
    acts: async (order, story) => {
      await pay(order);
      if (shop.minutes.state.get(nameKey(story.name)) === null) {
        shop.minutes.take(makeRegister(shop.world, shop.person(`other ${story.name}`), story.name));
      }
    },
    ends: 'refunded',
  });
});

test('killed anywhere, a cancelled order is cancelled and nothing is charged', async () => {
  await everywhere({ acts: async (order) => void (await cancelOrder(shop.ctx, order)), ends: 'cancelled' });
});

test('killed anywhere, an order nobody pays expires and nothing is charged', async () => {
  await everywhere({
    acts: async () => {
      shop.nowSec += SESSION_SEC;
      await shop.reconcile();
    },
    ends: 'expired',
  });
});
