'use client';

import { useEffect, useId, useRef, useState } from 'react';
import { CrossIcon } from '@/components/ui/icons';
import { Button, Spinner } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import type { PriceSchedule, Quote } from '@/lib/client/wire';
import { PriceLadder } from './price-ladder';
import { QuoteResult, quoteSentence } from './quote-result';
import { useQuote } from './use-quote';

interface SearchProps {
  initialQuery: string;
  initialQuote: Quote | null;
  schedule: PriceSchedule | null;
}

/** Search is the one field of the first page: what is typed is looked up as a name, and the address keeps it. */
export function Search({ initialQuery, initialQuote, schedule }: SearchProps) {
  const [query, setQuery] = useState(initialQuery);
  const field = useRef<HTMLInputElement>(null);
  const id = useId();
  const { quote, asking, error, retry } = useQuote(query.trim(), initialQuote);

  const change = (value: string) => {
    // The field already shows an @; one typed or pasted before the name is the same one.
    const next = value.replace(/^\s*@/, '');
    setQuery(next);
    history.replaceState(null, '', next.trim() ? `/?q=${encodeURIComponent(next.trim())}` : '/');
  };

  // What was typed before this code arrived stands in the field and nowhere else.
  useEffect(() => {
    const typed = field.current?.value ?? '';
    if (typed !== initialQuery) queueMicrotask(() => change(typed));
    // oxlint-disable-next-line react/exhaustive-deps -- only what stood there at the start
  }, []);

  return (
    <div>
      <search>
        <form action="/" method="get" onSubmit={(event) => event.preventDefault()}>
          <label htmlFor={id} className="sr-only">
            Name to look up
          </label>
          <div className="relative flex items-center rounded-2xl border border-edge bg-surface shadow-card transition-colors focus-within:border-accent focus-within:ring-3 focus-within:ring-accent/20">
            <span aria-hidden="true" className="pl-4 text-3xl font-semibold text-accent sm:pl-6 sm:text-5xl">
              @
            </span>
            <input
              ref={field}
              id={id}
              name="q"
              value={query}
              onChange={(event) => change(event.target.value)}
              placeholder="yourname"
              aria-describedby={`${id}-answer`}
              autoComplete="off"
              autoCapitalize="none"
              autoCorrect="off"
              spellCheck={false}
              enterKeyHint="search"
              maxLength={200}
              className="h-18 w-full min-w-0 bg-transparent pr-14 pl-1 text-3xl font-semibold tracking-[-0.03em] placeholder:text-muted/45 focus:outline-none sm:h-24 sm:pl-2 sm:text-5xl"
            />
            <span className="absolute right-3 flex items-center sm:right-5">
              {asking ? (
                <Spinner className="size-5 text-muted" />
              ) : (
                query !== '' && (
                  <button
                    type="button"
                    onClick={() => {
                      change('');
                      field.current?.focus();
                    }}
                    className="inline-flex size-9 items-center justify-center rounded-md text-muted hover:bg-sunken hover:text-ink"
                  >
                    <CrossIcon className="size-5" />
                    <span className="sr-only">Clear</span>
                  </button>
                )
              )}
            </span>
          </div>
        </form>
      </search>
      <output id={`${id}-answer`} className="sr-only">
        {asking ? '' : error ? error.detail : quote ? quoteSentence(quote) : ''}
      </output>
      <div className={`min-h-44 pt-6 transition-opacity duration-150 ${asking ? 'opacity-60' : ''}`}>
        {error ? (
          <Notice
            tone="bad"
            title="The name could not be looked up"
            action={
              <Button kind="secondary" onClick={retry}>
                Try again
              </Button>
            }
          >
            {error.detail}
          </Notice>
        ) : quote ? (
          <QuoteResult quote={quote} />
        ) : (
          <EmptyHint pick={change} />
        )}
      </div>
      {schedule && <PriceLadder schedule={schedule} letters={quote?.letters ?? null} />}
    </div>
  );
}

const EXAMPLES = ['coopersbakery', 'Alice Cooper', 'zoë'];

function EmptyHint({ pick }: { pick: (value: string) => void }) {
  return (
    <p className="flex flex-wrap items-center gap-x-1 gap-y-2 text-sm text-muted">
      <span className="mr-1">Try</span>
      {EXAMPLES.map((example) => (
        <button
          key={example}
          type="button"
          onClick={() => pick(example)}
          className="rounded-full border bg-surface px-3 py-1.5 text-ink hover:border-edge"
        >
          @{example}
        </button>
      ))}
    </p>
  );
}
