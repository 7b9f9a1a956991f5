'use client';

import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import { getRegistry } from '@/lib/client/api';
import { onLiveness, onSeal } from '@/lib/client/events';
import type { RegistryInfo } from '@/lib/client/wire';

/** Beat is where the registry stands: the newest seal and when the next is due, by the server's clock. */
export interface Beat {
  seal: number;
  timeSec: number;
  nextSealSec: number;
  periodSec: number;
  namesSize: number;
  proofsSize: number;
  /** Server time at which this was true. */
  nowSec: number;
  /** This browser's clock at that moment, in seconds; null if it came with the page. */
  localSec: number | null;
  live: boolean;
}

const Feed = createContext<Beat | null>(null);

function beatOf(info: RegistryInfo, localSec: number | null): Beat {
  return {
    seal: info.names.seal,
    timeSec: info.names.timeSec,
    nextSealSec: info.nextSealSec,
    periodSec: info.periodSec,
    namesSize: info.names.size,
    proofsSize: info.proofs.size,
    nowSec: info.nowSec,
    localSec,
    live: false,
  };
}

const localNow = () => Date.now() / 1000;

/** SealFeed gives a page the beat of the registry: from the server at first, then live, by polling where the stream is blocked. */
export function SealFeed({ registry, children }: { registry: RegistryInfo | null; children: ReactNode }) {
  const [beat, setBeat] = useState<Beat | null>(() => registry && beatOf(registry, null));
  const [live, setLive] = useState(false);

  useEffect(() => {
    const stopSeals = onSeal((event) =>
      setBeat((before) => ({
        seal: event.seal,
        timeSec: event.timeSec,
        nextSealSec: event.nextSealSec,
        periodSec: before?.periodSec ?? Math.max(1, event.nextSealSec - event.timeSec),
        namesSize: event.names.size,
        proofsSize: event.proofs.size,
        nowSec: Math.max(event.timeSec, serverNow(before)),
        localSec: localNow(),
        live: true,
      })),
    );
    const stopLiveness = onLiveness(setLive);
    return () => {
      stopSeals();
      stopLiveness();
    };
  }, []);

  const periodSec = beat?.periodSec ?? 60;
  useEffect(() => {
    if (live) return undefined;
    const refresh = () => {
      getRegistry().then(
        (info) => setBeat(beatOf(info, localNow())),
        () => undefined,
      );
    };
    const timer = setInterval(refresh, Math.max(5, periodSec / 2) * 1000);
    return () => clearInterval(timer);
  }, [live, periodSec]);

  const value = useMemo(() => beat && { ...beat, live }, [beat, live]);
  return <Feed value={value}>{children}</Feed>;
}

/** pageSec is when this page began to arrive, by this browser's clock: the moment its own beat was true. */
function pageSec(): number {
  const [navigation] = performance.getEntriesByType('navigation');
  const afterMs = navigation instanceof PerformanceNavigationTiming ? navigation.responseStart : 0;
  return (performance.timeOrigin + afterMs) / 1000;
}

function serverNow(beat: Beat | null): number {
  return beat ? beat.nowSec + localNow() - (beat.localSec ?? pageSec()) : 0;
}

/** useBeat is the newest beat, or null while the registry could not be read. */
export function useBeat(): Beat | null {
  return useContext(Feed);
}

/** useServerNow is the server's time in whole seconds, ticking; equal to the rendered one until the page is live. */
export function useServerNow(): number {
  const beat = useBeat();
  const [now, setNow] = useState(() => beat?.nowSec ?? 0);
  useEffect(() => {
    const tick = () => setNow(Math.floor(serverNow(beat)));
    tick();
    const timer = setInterval(tick, 1000);
    return () => clearInterval(timer);
  }, [beat]);
  return now;
}
