import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { acceptSignatures, type VerifiedAssertion } from '../core/assertion/verify';
import { type Batch } from '../core/registry/batch';
import { type Period, type Replayer, ReplayMismatch, sealOf } from '../core/validation/replay';
import { type CheckAnswer, assertionsFrom, packEntries } from './replay-wire';

/** How many entries a job has: enough that messages cost little, few enough that all workers end at the same time. */
const JOB_ENTRIES = 128;
/** How many entries are given to the workers before the oldest period is replayed: they must not run dry meanwhile. */
const AHEAD_ENTRIES = 8_192;

/** Checked are entries that were found good. `open` parses them again, quickly, when their turn has come: until then they are bytes, and no garbage collector has to carry them about. */
export interface Checked {
  open(): VerifiedAssertion[];
}

interface Job {
  entries: readonly Uint8Array[];
  /** proof-log index of the first entry */
  first: number;
  resolve: (checked: Checked) => void;
  reject: (error: Error) => void;
}

interface Thread {
  worker: Worker;
  jobs: Map<number, Job>;
}

/**
 * ReplayWorkers check proof-log entries on all cores: form, hashes and every signature. One of them is enough for a process;
 * `close` it, or the process goes on.
 */
export class ReplayWorkers {
  /** signatures checked so far */
  signatures = 0;
  private readonly threads: Thread[];
  private nextId = 0;
  private gone: Error | null = null;

  constructor(readonly count: number = availableParallelism()) {
    this.threads = Array.from({ length: count }, () => this.start());
  }

  /**
   * check parses the entries and checks all their signatures; `first` is the proof-log index of the first of them. Throws
   * ReplayMismatch for the first entry that is no valid assertion.
   */
  async check(entries: readonly Uint8Array[], first: number): Promise<VerifiedAssertion[]> {
    return (await this.checkAhead(entries, first)).open();
  }

  /** checkAhead is `check` for entries whose turn comes later. */
  async checkAhead(entries: readonly Uint8Array[], first: number): Promise<Checked> {
    const parts: Promise<Checked>[] = [];
    for (let from = 0; from < entries.length; from += JOB_ENTRIES) parts.push(this.give(entries.slice(from, from + JOB_ENTRIES), first + from));
    // In their order, so that it is the first bad entry that is told; the others' failures are nobody's any more.
    for (const part of parts) part.catch(() => undefined);
    const checked: Checked[] = [];
    for (const part of parts) checked.push(await part);
    return { open: () => checked.flatMap((part) => part.open()) };
  }

  /** close ends the threads. What they were at is rejected. */
  async close(): Promise<void> {
    this.gone ??= new Error('the replay workers are closed');
    await Promise.all(this.threads.map(({ worker }) => worker.terminate()));
  }

  private start(): Thread {
    const worker = new Worker(new URL('./worker-start.mjs', import.meta.url), { workerData: { module: new URL('./replay-worker.ts', import.meta.url).href } });
    const thread: Thread = { worker, jobs: new Map() };
    worker.on('message', (answer: CheckAnswer) => this.take(thread, answer));
    worker.on('error', (error: Error) => this.fail(error));
    worker.on('exit', (code) => this.fail(new Error(`a replay worker ended with ${code}`)));
    return thread;
  }

  private give(entries: readonly Uint8Array[], first: number): Promise<Checked> {
    if (this.gone !== null) return Promise.reject(this.gone);
    const job = packEntries(this.nextId++, entries);
    const thread = this.threads.reduce((least, one) => (one.jobs.size < least.jobs.size ? one : least));
    return new Promise((resolve, reject) => {
      thread.jobs.set(job.id, { entries, first, resolve, reject });
      thread.worker.postMessage(job, [job.bytes.buffer, job.ends.buffer]);
    });
  }

  private take(thread: Thread, answer: CheckAnswer): void {
    const job = thread.jobs.get(answer.id);
    if (job === undefined) return;
    thread.jobs.delete(answer.id);
    switch (answer.kind) {
      case 'good':
        this.signatures += answer.signatures;
        // The checks were made, and found good, by the worker.
        job.resolve({ open: () => assertionsFrom(answer.text, job.entries).map((parsed) => acceptSignatures({ parsed, checks: [] }, [])) });
        return;
      case 'bad': {
        const at = job.first + answer.at;
        job.reject(new ReplayMismatch('proofs', at, `Proof-log entry ${at} is not a valid assertion: ${answer.code}. ${answer.detail}`));
        return;
      }
      case 'fault':
        job.reject(new Error(`a replay worker failed: ${answer.message}`));
    }
  }

  private fail(error: Error): void {
    this.gone ??= error;
    for (const { jobs } of this.threads) {
      for (const { reject } of jobs.values()) reject(this.gone);
      jobs.clear();
    }
  }
}

/**
 * replayPeriods is `Replayer.replayPeriod` over many periods, on all cores: the workers check what comes next while this thread
 * runs the transitions. It yields each seal in turn. Throws as `replayPeriod`.
 */
export async function* replayPeriods(replayer: Replayer, periods: AsyncIterable<Period> | Iterable<Period>, workers: ReplayWorkers): AsyncGenerator<Batch, void> {
  const waiting: { period: Period; checked: Promise<Checked> }[] = [];
  const isFarAhead = () => waiting.length > 1 && waiting.reduce((sum, { period }) => sum + period.proofs.length, 0) > AHEAD_ENTRIES;
  let first = replayer.edges.proofs.size;
  const step = async (): Promise<Batch | null> => {
    const oldest = waiting.shift();
    if (oldest === undefined) return null;
    const { period, checked } = oldest;
    const { timeSec } = sealOf(period.names, replayer.edges.names.size);
    return replayer.replay((await checked).open(), timeSec, period.names);
  };
  for await (const period of periods) {
    const checked = workers.checkAhead(period.proofs, first);
    // If an earlier period fails, nobody waits for this one.
    checked.catch(() => undefined);
    waiting.push({ period, checked });
    first += period.proofs.length;
    while (isFarAhead()) {
      const sealed = await step();
      if (sealed !== null) yield sealed;
    }
  }
  for (let sealed = await step(); sealed !== null; sealed = await step()) yield sealed;
}
