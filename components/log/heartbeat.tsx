'use client';

import { useBeat, useServerNow } from '@/components/live/seal-feed';
import { sealSentence } from '@/components/live/seal-line';
import { withThousands } from '@/components/ui/grouped';

/** Heartbeat shows the minute going by: the newest seal, its age, and how far the next one is. */
export function Heartbeat() {
  const beat = useBeat();
  const now = useServerNow();
  if (!beat) return null;
  const ageSec = Math.max(0, now - beat.timeSec);
  const dueSec = beat.nextSealSec - now;
  const { text, late } = sealSentence(ageSec, dueSec, beat.periodSec);
  const share = Math.min(1, ageSec / Math.max(1, beat.nextSealSec - beat.timeSec));
  return (
    <div className="card p-5 sm:p-6">
      <div className="flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1">
        <p className="text-lg font-medium tracking-tight tabular-nums">Seal {withThousands(beat.seal)}</p>
        <p className={`text-sm tabular-nums ${late ? 'text-warn' : 'text-muted'}`}>{text}</p>
      </div>
      <svg viewBox="0 0 100 1" preserveAspectRatio="none" className="mt-4 h-1 w-full rounded-full bg-sunken" aria-hidden="true">
        <rect
          width={share * 100}
          height="1"
          className={`transition-[width] duration-1000 ease-linear ${late ? 'fill-warn' : 'fill-accent'}`}
        />
      </svg>
    </div>
  );
}
