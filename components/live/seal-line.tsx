'use client';

import Link from 'next/link';
import { durationText } from '@/components/ui/time';
import { useBeat, useServerNow } from './seal-feed';

/** sealSentence says how old the newest seal is and when the next is due, in words. */
export function sealSentence(ageSec: number, dueSec: number, periodSec: number): { text: string; late: boolean } {
  const sealed = `Sealed ${durationText(ageSec)} ago`;
  if (dueSec > 0) return { text: `${sealed} · next seal in ${durationText(dueSec)}`, late: false };
  if (ageSec < periodSec * 2.5 + 5) return { text: `${sealed} · sealing now`, late: false };
  return { text: `${sealed} · the next seal is late`, late: true };
}

/** SealLine is the heartbeat of the registry in one line. */
export function SealLine() {
  const beat = useBeat();
  const now = useServerNow();
  if (!beat) return <p>The registry can’t be reached at the moment.</p>;
  const { text, late } = sealSentence(now - beat.timeSec, beat.nextSealSec - now, beat.periodSec);
  return (
    <p className="flex items-center gap-2.5">
      <span aria-hidden="true" className={`size-2 shrink-0 rounded-full ${late ? 'bg-warn' : 'animate-breathe bg-accent'}`} />
      <Link href="/log" className="rounded-sm tabular-nums hover:text-ink">
        {text}
      </Link>
    </p>
  );
}
