import Link from 'next/link';
import { Countdown } from '@/components/live/countdown';
import { Badge } from '@/components/ui/badge';
import { buttonClass } from '@/components/ui/button';
import { ArrowRightIcon } from '@/components/ui/icons';
import { Notice, type Tone } from '@/components/ui/notice';
import type { NameStatus, Quote } from '@/lib/client/wire';
import { formatCents } from '@/lib/core/assertion/money';
import { MarkNoticeText } from './mark-notice';
import { OPEN_RAILS, RAIL_TEXT } from './rails';

const STATUS: Record<NameStatus, { word: string; tone: Tone }> = {
  free: { word: 'Free', tone: 'good' },
  taken: { word: 'Taken', tone: 'info' },
  held: { word: 'Being paid for', tone: 'warn' },
  reserved: { word: 'Reserved', tone: 'warn' },
  invalid: { word: 'Not a name', tone: 'bad' },
};

/** wasFolded tells whether what was typed is not already the name as it is written. */
function wasFolded(quote: Quote): boolean {
  return quote.name !== null && quote.input.trim().replace(/^@/, '') !== quote.name;
}

/** quoteSentence says the whole answer in one sentence, for screen readers. */
export function quoteSentence(quote: Quote): string {
  if (quote.status === 'invalid') return `${quote.input} is not a name. ${quote.problem?.detail ?? ''}`;
  const written = wasFolded(quote) ? `${quote.input} is written @${quote.name}. ` : '';
  const price = quote.status === 'free' && quote.priceCents !== null ? `, ${formatCents(quote.priceCents)} once, for life` : '';
  return `${written}@${quote.name}: ${STATUS[quote.status].word}${price}.`;
}

/** QuoteResult shows what became of a typed name: how it is written, whether it can be had, and what it costs. */
export function QuoteResult({ quote }: { quote: Quote }) {
  const { word, tone } = STATUS[quote.status];
  if (quote.status === 'invalid' || quote.name === null) {
    return (
      <div className="animate-rise">
        <Notice tone="bad" title={`“${quote.input}” can’t be a name`}>
          {quote.problem?.detail ?? 'A name has 1 to 63 letters, digits and single hyphens between them.'}
        </Notice>
      </div>
    );
  }
  const { name } = quote;
  const shown = quote.display ?? name;
  return (
    <div className="animate-rise space-y-5">
      <div className="card p-5 sm:p-7">
        <div className="grid items-start gap-x-8 gap-y-5 sm:grid-cols-[1fr_auto]">
          <div className="min-w-0 space-y-2.5">
            <Badge tone={tone}>{word}</Badge>
            <p
              className={
                name.length > 18 ? 'text-hero-long' : 'text-4xl font-semibold tracking-[-0.035em] [overflow-wrap:anywhere] sm:text-5xl'
              }
            >
              <span className="text-accent">@</span>
              {name}
            </p>
            {wasFolded(quote) && (
              <p className="text-sm text-muted">
                <span className="font-medium text-ink">@{shown}</span> is written <span className="font-mono text-ink">@{name}</span>:
                capitals, accents, spaces and underscores make no difference. You can still show it your way.
              </p>
            )}
          </div>
          {quote.status === 'free' && quote.priceCents !== null && (
            <div className="sm:text-right">
              <p className="text-3xl font-semibold tracking-tight tabular-nums sm:text-4xl">{formatCents(quote.priceCents)}</p>
              <p className="mt-1 text-sm text-muted">once, for life</p>
            </div>
          )}
        </div>
        <Outcome quote={quote} name={name} shown={shown} />
      </div>
      {quote.mark && (
        <Notice tone="warn" title="A trademark is recorded for this name">
          <MarkNoticeText mark={quote.mark} />
        </Notice>
      )}
    </div>
  );
}

function Outcome({ quote, name, shown }: { quote: Quote; name: string; shown: string }) {
  switch (quote.status) {
    case 'free':
      if (quote.rail !== null && !OPEN_RAILS.has(quote.rail)) {
        return (
          <p className="mt-5 border-t pt-4 text-sm text-muted">
            Names of this price are paid by {quote.rail === 'invoice' ? 'invoice and bank transfer' : 'contract and wire'}, which this
            registry doesn’t take yet. It can’t be bought today; a longer form of it can.
          </p>
        );
      }
      return (
        <div className="mt-6 flex flex-wrap items-center gap-x-5 gap-y-3 border-t pt-5">
          <Link
            href={`/checkout?name=${encodeURIComponent(shown)}`}
            className={`${buttonClass('primary', true)} max-w-full`}
            prefetch={false}
          >
            <span className="truncate">Register @{name}</span>
            <ArrowRightIcon className="size-4 shrink-0" />
          </Link>
          {quote.rail && <p className="min-w-60 flex-1 text-[0.8125rem] leading-5 text-muted">{RAIL_TEXT[quote.rail]}</p>}
        </div>
      );
    case 'taken':
      return (
        <p className="mt-5 border-t pt-4 text-sm text-muted">
          Somebody holds this name.{' '}
          <Link href={`/@${name}`} className="link">
            See the record of @{name}
          </Link>
        </p>
      );
    case 'held':
      return (
        <p className="mt-5 border-t pt-4 text-sm text-muted">
          Somebody has signed for this name and is paying now. If they don’t finish, it is free again
          {quote.heldUntilSec !== null && (
            <>
              {' '}
              in <Countdown untilSec={quote.heldUntilSec} done="a moment: search again" />
            </>
          )}
          .
        </p>
      );
    default:
      return (
        <p className="mt-5 border-t pt-4 text-sm text-muted">
          {quote.problem?.detail ?? 'The registry keeps this name back. It can’t be bought; try a longer form of it.'}
        </p>
      );
  }
}
