'use client';

import { useCallback } from 'react';
import { Badge } from '@/components/ui/badge';
import { Notice } from '@/components/ui/notice';
import { CheckBadge } from '@/components/verification/check-badge';
import { CheckPanel } from '@/components/verification/check-panel';
import { useCheck } from '@/components/verification/use-check';
import type { RecordEntry } from '@/lib/core/registry/state';
import { RecordFacts } from './record-facts';
import { RecordNotices } from './record-notices';

interface NameViewProps {
  /** As asked for: `alice` or `alice.0`. */
  asked: string;
  record: RecordEntry;
  index: number;
}

/** NameView shows the record of a name as the server sent it, then as this browser verified it. */
export function NameView({ asked, record: sent, index: sentIndex }: NameViewProps) {
  const run = useCallback(async () => (await import('@/lib/client/verify-name')).fetchAndVerifyName(asked), [asked]);
  const { check, again } = useCheck(run);
  const verified = check.state === 'done' && check.result.ok ? check.result : null;
  // What was proved replaces what was sent: it may be newer, and it is what the browser vouches for.
  const record = verified?.record ?? sent;
  const index = verified?.record ? (verified.index ?? sentIndex) : sentIndex;
  const gone = verified !== null && verified.record === null;
  const written = record.display === record.name ? null : record.display;

  return (
    <div className="pt-4 sm:pt-10">
      <div className="flex flex-wrap items-center gap-2">
        <CheckBadge check={check} />
        {asked.includes('.') && <Badge>Tenure {record.tenure}</Badge>}
        {record.ended && <Badge tone="warn">Ended</Badge>}
        {record.ended === null && record.case !== null && <Badge tone="warn">Disputed</Badge>}
        {record.pending.length > 0 && <Badge tone="warn">Changes hands</Badge>}
      </div>
      <h1 className={`mt-4 ${asked.length > 18 ? 'text-hero-long' : 'text-hero'}`}>
        <span className="text-accent">@</span>
        {asked}
      </h1>
      {written && (
        <p className="mt-3 text-lg text-muted">
          shown as <span className="text-ink">{written}</span>
        </p>
      )}
      <div className="mt-8 grid gap-x-12 gap-y-8 sm:mt-10 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="min-w-0 space-y-6">
          {gone && (
            <Notice tone="bad" alert title="The proof says that this name has no record">
              The server showed one all the same. Don’t rely on it.
            </Notice>
          )}
          <RecordNotices record={record} />
          <RecordFacts record={record} index={index} />
        </div>
        <div className="min-w-0">
          <CheckPanel title="How this was checked" check={check} again={again} />
        </div>
      </div>
    </div>
  );
}
