'use client';

import { useSyncExternalStore } from 'react';

function subscribe(changed: () => void): () => void {
  addEventListener('online', changed);
  addEventListener('offline', changed);
  return () => {
    removeEventListener('online', changed);
    removeEventListener('offline', changed);
  };
}

/** OfflineBanner says that the network is gone, what still works, and that the rest goes on by itself. */
export function OfflineBanner() {
  const online = useSyncExternalStore(
    subscribe,
    () => navigator.onLine,
    () => true,
  );
  return (
    <output>
      {!online && (
        <p className="block bg-ink px-4 py-2 text-center text-[0.8125rem] leading-5 text-paper">
          You are offline. What is on this page stays, checking a receipt file still works, and the rest goes on when the network is back.
        </p>
      )}
    </output>
  );
}
