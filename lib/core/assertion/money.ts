import { invariant } from '../refusal';

/** formatCents writes cents as dollars: `$0.10`, `$100`, `$10,000,000`, `-$1.50`; the same in every locale. */
export function formatCents(cents: number): string {
  invariant(Number.isSafeInteger(cents), 'money is integer cents');
  const positive = Math.abs(cents);
  const dollars = String(Math.floor(positive / 100)).replace(/\B(?=(?:\d{3})+$)/g, ',');
  const rest = positive % 100;
  return `${cents < 0 ? '-' : ''}$${dollars}${rest === 0 ? '' : `.${String(rest).padStart(2, '0')}`}`;
}
