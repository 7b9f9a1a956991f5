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

/** formatCents writes cents as dollars: `$0.10`, `$100`, `$10,000,000`, `-$1.50`; the same in every locale. */
export function formatCents(cents: number): string {
  invariant(Number.isSafeInteger(cents), 'money is integer cents');
  const positive = Math.abs(cents);
  const dollars = String(Math.floor(positive / 100)).replace(/\B(?=(?:\d{3})+$)/g, ',');
  const rest = positive % 100;
  return `${cents < 0 ? '-' : ''}$${dollars}${rest === 0 ? '' : `.${String(rest).padStart(2, '0')}`}`;
}
