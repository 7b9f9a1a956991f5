import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from './database';
import { SEAL_CHANNEL } from './commit-seal';
import { readHead } from './heads';

/** SealFollower is stopped when its process closes the database. */
export interface SealFollower {
  stop(): Promise<void>;
}

/**
 * followSeals calls `onSeal` with the newest seal's number whenever that has grown, whoever sealed, starting with the
 * first after `seen`. Seals that follow each other quickly may be told as one. On a server it listens, and looks every
 * `pollMs` besides, so that a broken connection only makes it slower. `onSeal` is never called twice at once.
 */
export function followSeals(db: Database, seen: number, onSeal: (seal: number) => void | Promise<void>, options: { pollMs?: number; log?: (line: string) => void } = {}): SealFollower {
  const { pollMs = 1_000, log = () => undefined } = options;
  const stopping = new AbortController();
  let wake = () => {};
  let woken = false;
  const ring = () => {
    woken = true;
    wake();
  };
  const unsubscribe = db.signals.onSeal(ring);
  const pause = async (ms: number) => {
    if (woken || stopping.signal.aborted) return;
    const timer = new AbortController();
    await Promise.race([sleep(ms, undefined, { signal: AbortSignal.any([timer.signal, stopping.signal]) }).catch(() => undefined), new Promise<void>((resolve) => (wake = resolve))]);
    timer.abort();
  };

  const looking = (async () => {
    let last = seen;
    while (!stopping.signal.aborted) {
      woken = false;
      try {
        const { seal } = await readHead(db);
        if (seal > last) {
          await onSeal(seal);
          last = seal;
        }
      } catch (error) {
        log(`following seals: ${error instanceof Error ? error.message : String(error)}`);
        await sleep(Math.min(pollMs, 1_000), undefined, { signal: stopping.signal }).catch(() => undefined);
      }
      await pause(db.kind === 'embedded' ? pollMs * 10 : pollMs);
    }
  })();

  const listening = (async () => {
    while (!stopping.signal.aborted) {
      const client = await db.dedicated().catch(() => null);
      if (client !== null) {
        try {
          const ended = new Promise<void>((resolve) => {
            client.on('error', () => resolve());
            client.on('end', () => resolve());
            stopping.signal.addEventListener('abort', () => resolve());
            // An abort while the connection was being made is not told any more.
            if (stopping.signal.aborted) resolve();
          });
          client.on('notification', ring);
          await client.query(`LISTEN ${SEAL_CHANNEL}`);
          await ended;
        } catch {
          // Looking goes on; listening is tried again below.
        }
        await client.end().catch(() => undefined);
      } else if (db.kind === 'embedded') return;
      await sleep(pollMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  })();

  return {
    async stop() {
      stopping.abort();
      unsubscribe();
      wake();
      await Promise.all([looking, listening]);
    },
  };
}
