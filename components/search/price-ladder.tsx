import type { PriceSchedule } from '@/lib/client/wire';
import { formatCents } from '@/lib/core/assertion/money';

/** shortCents writes large prices short, so that eight of them fit in a row: $1M, $20k. */
function shortCents(cents: number): string {
  if (cents >= 100_000_000) return `$${cents / 100_000_000}M`;
  if (cents >= 1_000_000) return `$${cents / 100_000}k`;
  return formatCents(cents);
}

/** PriceLadder shows what each length costs, and where the name being looked at stands. */
export function PriceLadder({ schedule, letters }: { schedule: PriceSchedule; letters: number | null }) {
  const steps = schedule.priceCents.map((cents, at) => ({ letters: at + 1, cents })).reverse();
  const current = letters === null ? null : Math.min(letters, steps.length);
  return (
    <section aria-labelledby="ladder" className="mt-4">
      <h2 id="ladder" className="text-[0.8125rem] text-muted">
        Price by letters and digits in the name
      </h2>
      <ol className="mt-2 grid grid-cols-4 gap-px overflow-hidden rounded-xl border bg-line sm:grid-cols-8">
        {steps.map((step) => (
          <li
            key={step.letters}
            aria-current={current === step.letters ? 'true' : undefined}
            className={`px-3 py-2.5 transition-colors ${current === step.letters ? 'bg-accent-soft' : 'bg-surface'}`}
          >
            <p className="text-xs text-muted">
              {step.letters}
              {step.letters === steps.length ? '+' : ''}
              <span className="sr-only"> letters</span>
            </p>
            <p className={`text-sm font-medium tabular-nums ${current === step.letters ? 'text-accent-strong' : ''}`}>
              <span aria-hidden="true">{shortCents(step.cents)}</span>
              <span className="sr-only">{formatCents(step.cents)}</span>
            </p>
          </li>
        ))}
      </ol>
    </section>
  );
}
