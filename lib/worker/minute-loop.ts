import { sequenceBatch, type Sequenced } from '../services/sequence-batch';
import type { AppContext } from '../services/app-context';

/** Job is work of the sealing process besides sealing: each period, after the seal. */
export interface Job {
  name: string;
  /** run every this many seconds at most; 0 is every period */
  everySec: number;
  run: (ctx: AppContext) => Promise<unknown>;
}

/** Lead says whether this process is the one that seals; `stop` leaves that to others for good. */
export interface Lead {
  held(): boolean;
  stop(): Promise<void>;
}

/** How long stopping waits for jobs; each of them can be cut off anywhere and goes on at the next start. */
const MAX_JOB_WAIT_MS = 10_000;

/** LoopStats is how the loop is doing, for /metrics and /healthz. */
export interface LoopStats {
  seals: number;
  assertions: number;
  refused: number;
  lastTookMs: number;
  /** why nothing is sealed any more, or null */
  halted: string | null;
}

/** MinuteLoop closes a seal each period while this process leads. */
export interface MinuteLoop {
  readonly stats: LoopStats;
  /** wake looks at once whether something is to be done: when the lead was won. */
  wake(): void;
  /** stop ends the loop after the seal and the jobs it is at. */
  stop(): Promise<void>;
}

/** How often a process without the lead looks whether it has it. */
const LOOK_MS = 250;

/** startMinuteLoop starts the loop. Seals stand on whole periods of the clock; a cut that a dead sealer left is sealed at once. */
export function startMinuteLoop(ctx: AppContext, lead: Lead, jobs: readonly Job[]): MinuteLoop {
  const stats: LoopStats = { seals: 0, assertions: 0, refused: 0, lastTookMs: 0, halted: null };
  const lastRun = new Map<string, number>();
  const stopping = new AbortController();
  let led = false;
  let ring = () => {};

  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      ring = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  async function sealOnce(): Promise<void> {
    try {
      note(await sequenceBatch(ctx.core));
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      if (error instanceof Error && (error.name === 'DamageError' || error.name === 'InvariantError')) {
        stats.halted = text;
        // What no seal may ever take must not be promised, nor paid for. Another process looks for itself whether it can go on.
        void ctx.core.acceptor.close();
        void lead.stop();
        ctx.log(`SEALING HAS STOPPED: ${text}. Nothing more will be signed by this process; look at the database before starting it again`);
      } else {
        ctx.log(`this seal failed and is tried again: ${error instanceof Error ? (error.stack ?? text) : text}`);
      }
    }
  }

  function note(done: Sequenced): void {
    if (done.done === 'sealed') {
      stats.seals += 1;
      stats.assertions += done.assertions;
      stats.refused += done.refused;
      stats.lastTookMs = done.tookMs;
      if (done.assertions + done.refused > 0) ctx.log(`seal ${done.seal}: ${done.assertions} assertions${done.refused > 0 ? `, ${done.refused} refused` : ''}, ${Math.round(done.tookMs)} ms`);
    } else if (done.done === 'clock-behind') {
      ctx.log(`the clock is behind the last seal by ${done.bySec} s: nothing is sealed until it has caught up`);
    }
  }

  const busy = new Map<string, Promise<void>>();

  /** Jobs run beside the loop: one that waits for somebody else, such as a payment service, must not delay a seal. */
  function startJobs(): void {
    for (const job of jobs) {
      const nowSec = ctx.clock();
      if (busy.has(job.name) || nowSec - (lastRun.get(job.name) ?? 0) < job.everySec) continue;
      lastRun.set(job.name, nowSec);
      busy.set(job.name, runJob(job).finally(() => busy.delete(job.name)));
    }
  }

  async function runJob(job: Job): Promise<void> {
    try {
      await job.run(ctx);
    } catch (error) {
      ctx.log(`${job.name} failed and is tried again: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
  }

  /** The seal that is due: at the first look after winning the lead if the last one is older than a period, then on whole periods. */
  function dueMs(nowMs: number): number {
    const periodMs = ctx.registry.periodSec * 1000;
    if (!led && ctx.registry.head.timeSec * 1000 + periodMs <= nowMs) return nowMs;
    return (Math.floor(nowMs / periodMs) + 1) * periodMs;
  }

  const running = (async () => {
    let next = dueMs(Date.now());
    while (!stopping.signal.aborted) {
      const waitMs = next - Date.now();
      if (waitMs > 0) await pause(Math.min(waitMs, 60_000));
      if (stopping.signal.aborted) break;
      const leads = lead.held() && stats.halted === null;
      if (leads && !led) next = Math.min(next, dueMs(Date.now()));
      if (!leads) led = false;
      if (Date.now() < next) continue;
      if (leads) {
        led = true;
        await sealOnce();
        startJobs();
      }
      // A seal may be overdue while another process has the lead: looking again at once, and again, would let nothing else run.
      next = leads ? dueMs(Date.now()) : Date.now() + LOOK_MS;
    }
  })();

  return {
    stats,
    wake: () => ring(),
    async stop() {
      stopping.abort();
      ring();
      await running;
      await Promise.race([Promise.all(busy.values()), pause(MAX_JOB_WAIT_MS)]);
      ring();
    },
  };
}
