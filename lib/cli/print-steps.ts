import type { Json } from '../core/bytes/canonical-json';
import type { CheckStep } from '../core/validation/check-step';
import type { Io } from './command';

const SIGNS: Record<CheckStep['state'], string> = { failed: '✗', ok: '✓', skipped: '–' };

/** printSteps shows a verification: one line a step, the facts of the one that failed, and the outcome; or all of it as one line of JSON with `extra`. */
export function printSteps(io: Pick<Io, 'out'>, outcome: { ok: boolean; steps: readonly CheckStep[] }, asJson: boolean, extra: { [field: string]: Json } = {}): void {
  const { ok, steps } = outcome;
  if (asJson) {
    io.out(JSON.stringify({ ok, ...extra, steps }));
    return;
  }
  for (const step of steps) {
    io.out(`${SIGNS[step.state]} ${step.title}`);
    if (step.state === 'skipped') continue;
    if (step.problem !== null) io.out(`    ${step.problem.code}: ${step.problem.detail}`);
    if (step.state === 'failed') for (const fact of step.facts) io.out(`    ${fact.label}: ${shown(fact)}`);
  }
}

function shown({ kind, value }: CheckStep['facts'][number]): string {
  return kind === 'time' ? new Date(Number(value) * 1000).toISOString() : value;
}
