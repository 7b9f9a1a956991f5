'use client';

import { useCallback, useEffect, useState } from 'react';
import { ApiError, quoteName } from '@/lib/client/api';
import type { Quote } from '@/lib/client/wire';

/** A pause this long in typing sends the question. */
const PAUSE_MS = 140;

interface Answer {
  /** What was asked; the answer is old while something else stands in the field. */
  input: string;
  quote: Quote | null;
  error: ApiError | null;
}

export interface QuoteState {
  /** The newest answer; it may still be of an earlier input while `asking`. */
  quote: Quote | null;
  asking: boolean;
  error: ApiError | null;
  retry: () => void;
}

async function ask(input: string, signal?: AbortSignal): Promise<Answer | null> {
  try {
    return { input, quote: await quoteName(input, signal), error: null };
  } catch (error) {
    if (signal?.aborted) return null;
    return { input, quote: null, error: error instanceof ApiError ? error : new ApiError(0, 'unexpected', String(error)) };
  }
}

/** useQuote asks what `input` is worth as a name after each pause in typing; an older question is dropped. `retry` asks again. */
export function useQuote(input: string, initial: Quote | null): QuoteState {
  const [answer, setAnswer] = useState<Answer | null>(initial && { input: initial.input, quote: initial, error: null });
  const asking = input !== '' && answer?.input !== input;

  useEffect(() => {
    if (!asking) return undefined;
    const abort = new AbortController();
    const timer = setTimeout(() => {
      void ask(input, abort.signal).then((found) => found && setAnswer(found));
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [input, asking]);

  const retry = useCallback(() => setAnswer(null), []);
  return input === ''
    ? { quote: null, asking: false, error: null, retry }
    : { quote: answer?.quote ?? null, error: answer?.error ?? null, asking, retry };
}
