'use client';

import { useCallback, useEffect, useState } from 'react';
import { ApiError } from '@/lib/client/api';
import type { CheckResult } from '@/lib/client/check-step';

/** Check is where a verification in this browser stands. `unreachable`: it could not be done at all, which is no sign of cheating. */
export type Check<R extends CheckResult> = { state: 'checking' } | { state: 'done'; result: R } | { state: 'unreachable'; detail: string };

async function outcomeOf<R extends CheckResult>(run: () => Promise<R>): Promise<Check<R>> {
  try {
    return { state: 'done', result: await run() };
  } catch (error) {
    const detail = error instanceof ApiError ? error.detail : error instanceof Error ? error.message : String(error);
    return { state: 'unreachable', detail };
  }
}

/** useCheck runs a verification when the page is up and whenever `run` changes; `again` runs it once more. */
export function useCheck<R extends CheckResult>(run: () => Promise<R>): { check: Check<R>; again: () => void } {
  const [last, setLast] = useState<{ run: () => Promise<R>; check: Check<R> } | null>(null);

  useEffect(() => {
    let gone = false;
    void outcomeOf(run).then((check) => !gone && setLast({ run, check }));
    return () => {
      gone = true;
    };
  }, [run]);

  const again = useCallback(() => {
    setLast(null);
    void outcomeOf(run).then((check) => setLast({ run, check }));
  }, [run]);
  return { check: last?.run === run ? last.check : { state: 'checking' }, again };
}
