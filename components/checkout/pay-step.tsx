'use client';

import { CircleCheck } from 'lucide-react';
import { useState, type FormEvent } from 'react';
import { Button } from '@/components/ui/button';
import type { ApiError } from '@/lib/client/api';
import { formatCents } from '@/lib/core/assertion/money';
import { OrderProblem } from './order-problem';
import type { SignableQuote } from './registration';
import { StepHeading } from './step-heading';

/** The amounts of credit offered, in cents; the first is the least that can be bought. */
const CREDIT_CENTS = [100, 500, 1000];

interface PayStepProps {
  quote: SignableQuote;
  busy: string | null;
  problem: ApiError | null;
  pay: (creditCents: number | null) => void;
  back: () => void;
}

/** PayStep stores the signed registration with an order and goes on to the payment page. */
export function PayStep({ quote, busy, problem, pay, back }: PayStepProps) {
  const onCredit = quote.rail === 'credit';
  const offered = CREDIT_CENTS.filter((cents) => cents >= quote.minimumCreditCents && cents >= quote.priceCents);
  const [creditCents, setCreditCents] = useState(offered[0] ?? quote.minimumCreditCents);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!busy) pay(onCredit ? creditCents : null);
  };

  return (
    <form onSubmit={submit} className="space-y-6">
      <StepHeading title="Pay">
        <p className="flex items-center gap-2 text-ink">
          <CircleCheck className="size-4.5 text-accent" aria-hidden="true" /> Signed with your key.
        </p>
      </StepHeading>
      {onCredit && (
        <fieldset>
          <legend className="text-sm font-medium">How much credit?</legend>
          <p className="mt-1 text-[0.8125rem] leading-5 text-muted">
            {formatCents(quote.priceCents)} is less than a card can be charged. So you buy credit once, and this name takes{' '}
            {formatCents(quote.priceCents)} of it. The rest stays yours: it never expires, pays for more names, and can be refunded. Credit
            you have already is used first, and then nothing is charged.
          </p>
          <div className="mt-3 grid gap-3 sm:grid-cols-3">
            {offered.map((cents) => (
              <label
                key={cents}
                className="card relative flex cursor-pointer flex-col gap-0.5 p-4 has-checked:border-accent has-checked:bg-accent-soft has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent"
              >
                <input
                  type="radio"
                  name="credit"
                  value={cents}
                  checked={creditCents === cents}
                  onChange={() => setCreditCents(cents)}
                  className="absolute top-4.5 right-4 accent-accent"
                />
                <span className="text-lg font-semibold tabular-nums">{formatCents(cents)}</span>
                <span className="text-[0.8125rem] text-muted">{Math.floor(cents / quote.priceCents)} names like this</span>
              </label>
            ))}
          </div>
        </fieldset>
      )}
      {problem && <OrderProblem problem={problem} name={quote.name} />}
      <div className="flex flex-wrap gap-3">
        <Button type="submit" large busy={busy}>
          Pay {formatCents(onCredit ? creditCents : quote.priceCents)}
        </Button>
        <Button kind="quiet" large onClick={back} disabled={busy !== null}>
          Back
        </Button>
      </div>
      <p className="text-[0.8125rem] leading-5 text-muted">
        The name is then held for you for about 30 minutes. Closing the tab loses nothing: the first page brings you back to your order.
      </p>
    </form>
  );
}
