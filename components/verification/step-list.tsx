import { Check, ChevronRight, Minus, X } from 'lucide-react';
import type { CheckStep } from '@/lib/core/validation/check-step';
import { FactValue } from './fact-value';

const LOOK = {
  ok: { Icon: Check, ring: 'bg-accent-soft text-accent-strong', word: 'holds' },
  failed: { Icon: X, ring: 'bg-bad-soft text-bad', word: 'failed' },
  skipped: { Icon: Minus, ring: 'bg-sunken text-muted', word: 'not checked' },
} as const;

/** StepList shows each step of a verification in a sentence, and what it rests on one click below. A failed one stands open. */
export function StepList({ steps }: { steps: CheckStep[] }) {
  return (
    <ol className="divide-y divide-line">
      {steps.map((step, at) => (
        <li key={`${step.code}-${at}`}>
          <Step step={step} />
        </li>
      ))}
    </ol>
  );
}

function Step({ step }: { step: CheckStep }) {
  const { Icon, ring, word } = LOOK[step.state];
  const head = (
    <>
      <span className={`flex size-6 shrink-0 items-center justify-center rounded-full ${ring}`}>
        <Icon className="size-3.5" strokeWidth={2.5} aria-hidden="true" />
        <span className="sr-only">{word}: </span>
      </span>
      <span className={`min-w-0 flex-1 text-sm leading-6 ${step.state === 'failed' ? 'font-medium text-bad' : ''}`}>{step.title}</span>
    </>
  );
  if (step.facts.length === 0 && !step.problem) return <div className="flex items-start gap-3 py-2.5">{head}</div>;
  return (
    <details className="group" open={step.state === 'failed'}>
      <summary className="flex list-none items-start gap-3 rounded-md py-2.5">
        {head}
        <ChevronRight
          className="mt-1 size-4 shrink-0 text-muted transition-transform duration-150 group-open:rotate-90"
          aria-hidden="true"
        />
      </summary>
      <div className="space-y-3 pb-4 pl-9">
        {step.problem && (
          <p className="text-sm leading-relaxed text-ink">
            {step.problem.detail} <span className="font-mono text-xs text-muted">{step.problem.code}</span>
          </p>
        )}
        <dl className="space-y-2.5">
          {step.facts.map((fact) => (
            <div key={fact.label} className="text-[0.8125rem]">
              <dt className="text-muted">{fact.label}</dt>
              <dd>
                <FactValue fact={fact} />
              </dd>
            </div>
          ))}
        </dl>
      </div>
    </details>
  );
}
