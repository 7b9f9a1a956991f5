import { Check } from 'lucide-react';

interface StepperProps {
  steps: readonly string[];
  /** Which step is being done, counted from 0. */
  current: number;
}

/** Stepper shows how far a person has come, and what is still ahead. */
export function Stepper({ steps, current }: StepperProps) {
  return (
    <nav aria-label="Progress">
      <ol className="flex items-center gap-2 text-sm sm:gap-3">
        {steps.map((step, at) => {
          const done = at < current;
          const now = at === current;
          return (
            <li key={step} aria-current={now ? 'step' : undefined} className="flex items-center gap-2 sm:gap-3">
              {at > 0 && <span aria-hidden="true" className={`h-px w-3 sm:w-8 ${done || now ? 'bg-accent' : 'bg-line'}`} />}
              <span
                aria-hidden="true"
                className={`flex size-6 shrink-0 items-center justify-center rounded-full text-xs font-medium ${done ? 'bg-accent text-accent-ink' : now ? 'bg-ink text-paper' : 'bg-sunken text-muted'}`}
              >
                {done ? <Check className="size-3.5" strokeWidth={3} /> : at + 1}
              </span>
              <span className={now ? 'font-medium' : 'sr-only text-muted sm:not-sr-only'}>
                {step}
                {done && <span className="sr-only"> (done)</span>}
              </span>
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
