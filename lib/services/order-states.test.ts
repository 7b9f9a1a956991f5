import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { isFinal, nextState, OPEN_STATES, ORDER_STATES, stepsFrom, type OrderState, type OrderStep } from './order-states';

const STEPS: OrderStep[] = ['pay', 'expire', 'cancel', 'accept', 'seal', 'fail', 'refund'];

test('the table of transitions is exactly the one documented', () => {
  const lines = ORDER_STATES.flatMap((state) => stepsFrom(state).map(({ step, to }) => `${state} --${step}--> ${to}`));
  expect(lines).toEqual([
    'awaiting-payment --pay--> paid',
    'awaiting-payment --expire--> expired',
    'awaiting-payment --cancel--> cancelled',
    'paid --accept--> accepted',
    'paid --fail--> refunding',
    'accepted --seal--> sealed',
    'accepted --fail--> refunding',
    'refunding --refund--> refunded',
  ]);
});

test('every open state can still reach an end', () => {
  const reaches = (state: OrderState): boolean => isFinal(state) || stepsFrom(state).some(({ to }) => reaches(to));
  expect(ORDER_STATES.filter(reaches)).toEqual(ORDER_STATES);
  expect(OPEN_STATES).toEqual(['awaiting-payment', 'paid', 'accepted', 'refunding']);
});

test('under any order of steps an order ends once, and an order that was paid ends sealed or refunded', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...STEPS), { maxLength: 40 }), (steps) => {
      let state: OrderState = 'awaiting-payment';
      const seen: OrderState[] = [state];
      for (const step of steps) {
        const to = nextState(state, step);
        if (to === null) continue;
        expect(isFinal(state)).toBe(false);
        state = to;
        seen.push(to);
      }
      expect(seen.filter(isFinal).length).toBeLessThanOrEqual(1);
      if (isFinal(state)) expect(seen.includes('paid')).toBe(state === 'sealed' || state === 'refunded');
    }),
  );
});
