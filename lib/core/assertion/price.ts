import { invariant } from '../refusal';
import { PRICE_STEPS } from '../registry/limits';
import { lettersIn } from './name';
import type { Schedule } from './payloads';

export type { Schedule } from './payloads';

/** priceOf gives the price in cents of a canonical name under a schedule: by its letters and digits, eight and more alike. */
export function priceOf(name: string, schedule: Schedule): number {
  const priceCents = schedule.priceCents[Math.min(lettersIn(name), PRICE_STEPS) - 1];
  invariant(priceCents !== undefined, 'a schedule has eight prices and a name at least one letter');
  return priceCents;
}
