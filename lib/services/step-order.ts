import { invariant } from '../core/refusal';
import type { Queries } from '../storage/database';
import { moveOrder, type OrderMove, type StoredOrder } from '../storage/order-store';
import { nextState, type OrderState, type OrderStep } from './order-states';

/**
 * stepOrder is the only way in which services change an order's state: along the table of transitions, and only if the
 * order is still where `order` was read. Answers whether it did; a step the table does not know is a bug.
 */
export async function stepOrder(tx: Queries, order: Pick<StoredOrder, 'id' | 'state'>, step: OrderStep, known: Omit<OrderMove, 'id' | 'from' | 'to'>): Promise<boolean> {
  const to = nextState(order.state as OrderState, step);
  invariant(to !== null, `an order that is ${order.state} can’t ${step}`);
  return moveOrder(tx, { ...known, id: order.id, from: order.state, to });
}
