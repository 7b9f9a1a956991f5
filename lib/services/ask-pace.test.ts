import { expect, test } from 'vitest';
import type { WaitingOrder } from '../storage/order-store';
import { ASK_AGAIN_SEC, dueToAsk, MAX_ASKED } from './ask-pace';

const NOW = 1_800_000_000;
const waiting = (id: string, more: Partial<WaitingOrder> = {}): WaitingOrder => ({ id, createdSec: NOW - 10, expiresSec: NOW + 1_800, stripeSession: `cs_${id}`, problemCode: null, ...more });
const ids = (orders: WaitingOrder[]) => orders.map((order) => order.id);

test('an order that waits is asked about every two minutes, one that has something to be done at once', () => {
  expect(ids(dueToAsk([waiting('fresh')], new Map(), NOW))).toEqual([]);
  expect(ids(dueToAsk([waiting('old', { createdSec: NOW - ASK_AGAIN_SEC })], new Map(), NOW))).toEqual(['old']);
  expect(ids(dueToAsk([waiting('asked', { createdSec: NOW - 900 })], new Map([['asked', NOW - ASK_AGAIN_SEC + 1]]), NOW))).toEqual([]);
  const urgent = [waiting('over', { expiresSec: NOW }), waiting('no session', { stripeSession: null }), waiting('given up', { problemCode: 'cancelled' })];
  expect(ids(dueToAsk(urgent, new Map(), NOW))).toEqual(['over', 'no session', 'given up']);
});

test('however many orders wait, a round asks about a bounded number, and each has its turn', () => {
  const crowd = Array.from({ length: 2 * MAX_ASKED + 1 }, (_, n) => waiting(`order ${n}`, { expiresSec: NOW }));
  const asked = new Map<string, number>();
  for (let round = 1; round <= 3; round++) {
    const taken = dueToAsk(crowd, asked, NOW + round);
    expect(taken.length).toBe(MAX_ASKED);
    for (const { id } of taken) asked.set(id, NOW + round);
  }
  expect(asked.size).toBe(crowd.length);
});
