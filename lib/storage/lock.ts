import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Database } from './database';

/** The advisory lock that the sealing process holds. */
const SEALING_LOCK = 72707371;

/** SealingLock says whether this process is the one that seals. */
export interface SealingLock {
  /** True while this process holds the lock, as far as it knows; the head's compare-and-swap decides in the end. */
  held(): boolean;
  stop(): Promise<void>;
}

/** LockOptions: how often to try for the lock, and to see whether it is still held. */
export interface LockOptions {
  retryMs?: number;
  heartbeatMs?: number;
  onChange?: (held: boolean) => void;
}

/**
 * campaign tries for the sealing lock until `stop`, and keeps it while its connection lives: a dead process loses it at
 * once, a silent one when the server notices. On the embedded database this process always has it.
 */
export async function campaign(db: Database, options: LockOptions = {}): Promise<SealingLock> {
  const { retryMs = 500, heartbeatMs = 2_000, onChange = () => undefined } = options;
  if (db.kind === 'embedded') {
    onChange(true);
    return { held: () => true, stop: () => Promise.resolve() };
  }
  const stopping = new AbortController();
  let held = false;
  const set = (value: boolean) => {
    if (held === value) return;
    held = value;
    onChange(value);
  };
  const pause = (ms: number, signal = stopping.signal) => sleep(ms, undefined, { signal }).catch(() => undefined);

  async function hold(client: pg.Client): Promise<void> {
    const ended = new AbortController();
    const lost = () => {
      ended.abort();
      set(false);
    };
    client.on('error', lost);
    client.on('end', lost);
    const either = AbortSignal.any([ended.signal, stopping.signal]);
    while (!either.aborted) {
      if (held) await withDeadline(client.query('SELECT 1'), heartbeatMs * 2);
      else {
        const { rows } = await withDeadline(client.query<{ got: boolean }>(`SELECT pg_try_advisory_lock(${SEALING_LOCK}) AS got`), heartbeatMs * 2);
        if (!ended.signal.aborted) set(rows[0]?.got === true);
      }
      await pause(held ? heartbeatMs : retryMs, either);
    }
  }

  const running = (async () => {
    while (!stopping.signal.aborted) {
      let client: pg.Client | null = null;
      try {
        client = await db.dedicated();
        if (client !== null) await hold(client);
      } catch {
        // The server is away or too slow: not the sealer any more; try again with a new connection.
      }
      set(false);
      await client?.end().catch(() => undefined);
      await pause(retryMs);
    }
  })();
  return {
    held: () => held,
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

async function withDeadline<T>(work: Promise<T>, ms: number): Promise<T> {
  const done = new AbortController();
  const late = sleep(ms, undefined, { signal: done.signal, ref: false }).then(() => {
    throw new Error(`the database gave no answer within ${ms} ms`);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    done.abort();
    late.catch(() => undefined);
  }
}
