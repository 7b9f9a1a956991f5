'use client';

import { clockText, utcText } from '@/components/ui/time';
import { useServerNow } from './seal-feed';

/** Countdown counts down to a moment of the server's clock; then it says `done`. */
export function Countdown({ untilSec, done }: { untilSec: number; done: string }) {
  const now = useServerNow();
  // Without the server's clock (the registry could not be read) the moment itself is said.
  if (now === 0) return <span>{utcText(untilSec)}</span>;
  const leftSec = untilSec - now;
  if (leftSec <= 0) return <span>{done}</span>;
  return (
    <span role="timer" className="font-medium text-ink tabular-nums">
      {clockText(leftSec)}
    </span>
  );
}
