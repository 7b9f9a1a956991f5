import { expect } from 'vitest';
import { readRecord } from '../core/registry/state';
import { readBalances, readTransfers } from '../storage/ledger-store';
import { type StoredOrder, readHistory, readOrder } from '../storage/order-store';
import { isFinal, stepsFrom, type OrderState } from './order-states';
import type { Shop } from './shop-for-tests';

/**
 * checkBooks compares orders, ledger, registry and sandbox once everything has come to rest: each order has ended once and by
 * allowed steps, sums are zero, there is no name without payment and no payment without name or refund.
 */
export async function checkBooks(shop: Shop, orderIds: readonly string[]): Promise<StoredOrder[]> {
  const orders: StoredOrder[] = [];
  for (const id of orderIds) {
    const order = await readOrder(shop.db, id);
    if (order === null) throw new Error(`order ${id} is gone`);
    orders.push(order);
    await checkHistory(shop, order);
    if (order.state === 'sealed') expect(readRecord(shop.minutes.state, order.name)?.entry.udf).toBe(order.udf);
  }
  const sealed = orders.filter((order) => order.state === 'sealed');
  expect(new Set(sealed.map((order) => order.name)).size).toBe(sealed.length);
  await checkMoney(shop, orders);
  return orders;
}

async function checkHistory(shop: Shop, order: StoredOrder): Promise<void> {
  const states = (await readHistory(shop.db, order.id)).map((event) => event.state as OrderState);
  expect(states[0]).toBe('awaiting-payment');
  states.forEach((state, place) => {
    const next = states[place + 1];
    if (next !== undefined) expect(stepsFrom(state).map((step) => step.to)).toContain(next);
  });
  expect([states.at(-1), isFinal(order.state as OrderState), states.filter(isFinal).length]).toEqual([order.state, true, 1]);
}

async function checkMoney(shop: Shop, orders: StoredOrder[]): Promise<void> {
  const byId = new Map(orders.map((order) => [order.id, order]));
  const sales = (await shop.served.sandbox.sales.list(5_000)).filter((sale) => byId.has(sale.clientReference ?? ''));
  const withMoney = new Set<string>();
  for (const sale of sales.filter((each) => each.status === 'complete')) {
    const order = byId.get(sale.clientReference ?? '');
    const backCents = sale.refunds.reduce((sum, refund) => sum + refund.amountCents, 0);
    const bought = order?.state === 'sealed' && order.paymentIntent === `pi_${sale.suffix}`;
    // Credit that is spent in part can't go back to the card: the order's price went to the credit instead.
    const kept = order?.paymentIntent === `pi_${sale.suffix}` && (await readTransfers(shop.db, order.id)).some(({ kind }) => kind === 'credit-returned');
    expect([sale.clientReference, backCents]).toEqual([sale.clientReference, bought || kept ? 0 : sale.amountCents]);
    if (bought && order !== undefined) withMoney.add(order.id);
  }
  for (const order of orders) {
    const paidFromCredit = order.rail === 'credit' && order.creditCents === null;
    if (order.state === 'sealed' && !paidFromCredit) expect([order.id, withMoney.has(order.id)]).toEqual([order.id, true]);
  }
  const balances = await readBalances(shop.db);
  for (const { account, cents, entriesCents } of balances) {
    expect([account, cents]).toEqual([account, entriesCents]);
    if (account.startsWith('order:') && byId.has(account.slice(6))) expect([account, cents]).toEqual([account, 0]);
    if (account.startsWith('credit:')) expect(cents).toBeGreaterThanOrEqual(0);
  }
  expect(balances.reduce((sum, { cents }) => sum + cents, 0)).toBe(0);
}
