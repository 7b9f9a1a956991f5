'use client';

import { useCallback } from 'react';
import { QuoteResult } from '@/components/search/quote-result';
import { CheckPanel } from '@/components/verification/check-panel';
import { useCheck } from '@/components/verification/use-check';
import type { Quote } from '@/lib/client/wire';

/** NameOffer is the page of a name nobody holds: what it would cost, and the proof that the log has no record of it. */
export function NameOffer({ asked, quote }: { asked: string; quote: Quote }) {
  const run = useCallback(async () => (await import('@/lib/client/verify-name')).fetchAndVerifyName(asked), [asked]);
  const { check, again } = useCheck(run);
  return (
    <div className="pt-4 sm:pt-10">
      <h1 className="sr-only">@{asked}</h1>
      <p className="mb-5 text-lg text-muted">
        Nobody holds <span className="text-ink">@{asked}</span>.
      </p>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-x-12 gap-y-8 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <QuoteResult quote={quote} />
        <CheckPanel title="No record, proved" check={check} again={again} />
      </div>
    </div>
  );
}
