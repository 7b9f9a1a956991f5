import type { ReactNode } from 'react';
import type { Tone } from './notice';

const LOOK: Record<Tone, string> = {
  info: 'bg-sunken text-muted',
  good: 'bg-accent-soft text-accent-strong',
  warn: 'bg-warn-soft text-warn',
  bad: 'bg-bad-soft text-bad',
};

/** Badge is one word of state. */
export function Badge({ tone = 'info', children }: { tone?: Tone; children: ReactNode }) {
  return (
    <span className={`inline-flex items-center gap-1.5 rounded-full px-2.5 py-0.5 text-xs font-medium whitespace-nowrap ${LOOK[tone]}`}>
      {children}
    </span>
  );
}
