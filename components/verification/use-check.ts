'use client';

import { useCallback, useEffect, useState } from 'react';
import { ApiError } from '@/lib/client/api';
import type { CheckResult } from '@/lib/client/check-step';

/** Check is where a verification in this browser stands. `unreachable`: it could not be done at all, which is no sign of cheating. */
export type Check<R extends CheckResult> = { state: 'checking' } | { state: 'done'; result: R } | { state: 'unreachable'; detail: string };

/** useCheck runs a verification when the page is up and whenever `run` changes; `again` runs it once more. */
export function useCheck<R extends CheckResult>(run: () => Promise<R>): { check: Check<R>; again: () => void } {
  const [check, setCheck] = useState<Check<R>>({ state: 'checking' });
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    let gone = false;
    setCheck({ state: 'checking' });
    run().then(
      (result) => !gone && setCheck({ state: 'done', result }),
      (error: unknown) => {
        if (gone) return;
        const detail = error instanceof ApiError ? error.detail : error instanceof Error ? error.message : String(error);
        setCheck({ state: 'unreachable', detail });
      },
    );
    return () => {
      gone = true;
    };
  }, [run, attempt]);
  const again = useCallback(() => setAttempt((n) => n + 1), []);
  return { check, again };
}
