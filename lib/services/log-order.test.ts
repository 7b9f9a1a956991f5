import { expect, test } from 'vitest';
import { orderInLog, withoutOrderIds } from './log-order';

const ID = '0123456789abcdef0123456789abcdef';

test('no line of the log tells a whole order id', () => {
  expect(orderInLog(ID)).toBe('order 01234567');
  expect(withoutOrderIds(`GET /api/v1/orders/${ID}/proof, key mns-order-${ID}-session`)).toBe('GET /api/v1/orders/01234567…/proof, key mns-order-01234567…-session');
  expect(withoutOrderIds('nothing of the kind')).toBe('nothing of the kind');
});
