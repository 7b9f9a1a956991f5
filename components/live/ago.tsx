'use client';

import { durationText, utcText } from '@/components/ui/time';
import { useServerNow } from './seal-feed';

/** Ago says how long ago a moment was, and keeps saying it truly. */
export function Ago({ sec }: { sec: number }) {
  const now = useServerNow();
  return (
    <time dateTime={new Date(sec * 1000).toISOString()} title={utcText(sec)} className="tabular-nums">
      {durationText(now - sec)} ago
    </time>
  );
}
