'use client';

import { useEffect, useRef, useState } from 'react';
import { ApiError, quoteName } from '@/lib/client/api';
import type { Quote } from '@/lib/client/wire';

/** A pause this long in typing sends the question. */
const PAUSE_MS = 140;

export interface QuoteState {
  /** The newest answer; it may still be of an earlier input while `asking`. */
  quote: Quote | null;
  asking: boolean;
  error: ApiError | null;
}

/** useQuote asks what `input` is worth as a name after each pause in typing; an older question is dropped. `retry` asks again. */
export function useQuote(input: string, initial: Quote | null): QuoteState & { retry: () => void } {
  const [state, setState] = useState<QuoteState>({ quote: initial, asking: false, error: null });
  const [attempt, setAttempt] = useState(0);
  const answered = useRef(initial?.input ?? '');

  useEffect(() => {
    if (input === '') {
      answered.current = '';
      setState({ quote: null, asking: false, error: null });
      return;
    }
    if (input === answered.current && attempt === 0) return;
    const abort = new AbortController();
    setState((before) => ({ ...before, asking: true }));
    const timer = setTimeout(() => {
      quoteName(input, abort.signal).then(
        (quote) => {
          answered.current = input;
          setState({ quote, asking: false, error: null });
        },
        (error: unknown) => {
          if (abort.signal.aborted) return;
          setState({ quote: null, asking: false, error: error instanceof ApiError ? error : new ApiError(0, 'unexpected', String(error)) });
        },
      );
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [input, attempt]);

  return { ...state, retry: () => setAttempt((n) => n + 1) };
}
