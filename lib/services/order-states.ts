import { invariant } from '../core/refusal';

/**
 * The life of an order, in one table. Nothing else decides which state may follow which: `stepOrder` takes its steps from here
 * and stores them as a compare-and-swap, so that a step done twice is done once.
 */
export type OrderState = 'awaiting-payment' | 'paid' | 'accepted' | 'sealed' | 'expired' | 'cancelled' | 'refunding' | 'refunded';

/** OrderStep is what can happen to an order. */
export type OrderStep =
  | 'pay' // its whole price has been received
  | 'expire' // its payment session has ended at Stripe without money
  | 'cancel' // the person gave it up before paying, and the session has ended at Stripe
  | 'accept' // the registry took the registration: a promise
  | 'seal' // the registration is in both logs
  | 'fail' // paid, but it can't be registered any more
  | 'refund'; // all its money has gone back

const TRANSITIONS: Readonly<Record<OrderState, Readonly<Partial<Record<OrderStep, OrderState>>>>> = {
  'awaiting-payment': { pay: 'paid', expire: 'expired', cancel: 'cancelled' },
  paid: { accept: 'accepted', fail: 'refunding' },
  accepted: { seal: 'sealed', fail: 'refunding' },
  refunding: { refund: 'refunded' },
  sealed: {},
  expired: {},
  cancelled: {},
  refunded: {},
};

export const ORDER_STATES = Object.keys(TRANSITIONS) as OrderState[];

/** nextState gives the state `step` leads to, or null where the table does not allow it. */
export function nextState(state: OrderState, step: OrderStep): OrderState | null {
  return TRANSITIONS[state][step] ?? null;
}

/** isFinal reports whether nothing can happen to an order any more. Money that still arrives for it goes straight back. */
export function isFinal(state: OrderState): boolean {
  return Object.keys(TRANSITIONS[state]).length === 0;
}

/** OPEN_STATES are those that reconciling has to drive on. */
export const OPEN_STATES = ORDER_STATES.filter((state) => !isFinal(state));

/** stepsFrom lists what may happen in a state, in the order of the table; for tests and drawings. */
export function stepsFrom(state: OrderState): { step: OrderStep; to: OrderState }[] {
  return (Object.keys(TRANSITIONS[state]) as OrderStep[]).map((step) => {
    const to = nextState(state, step);
    invariant(to !== null, 'a step that is listed leads somewhere');
    return { step, to };
  });
}
