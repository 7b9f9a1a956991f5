import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Verifier } from '../core/keys/ed25519';
import { type ToVerify, verifyMany } from './fast-verify';
import { isPackable, packChecks, type VerifyAnswer } from './verify-wire';

/** The thread that asks has enough to do itself, and more than four it could not keep busy. */
const THREADS = Math.min(4, Math.max(1, availableParallelism() - 1));
/** So few checks cost less here than the way to a thread and back. */
const FEW_CHECKS = 3;
/** So many checks at once say that a thread is worth starting: it takes half a second of a core. */
const WORTH_A_THREAD = 8;

interface Job {
  checks: readonly ToVerify[];
  resolve: (good: boolean[]) => void;
}

interface Thread {
  worker: Worker;
  isReady: boolean;
  jobs: Map<number, Job>;
}

/**
 * VerifyThreads check signatures beside the thread that asks. A few checks, and all while no thread is up, are made here and at once; so
 * are those of a thread that broke. An answer never fails.
 */
export class VerifyThreads {
  private readonly threads: Thread[] = [];
  private isClosed = false;
  private nextId = 0;

  constructor(
    private readonly verify: Verifier,
    private readonly count: number = THREADS,
  ) {}

  /** check answers for each check, in their order, whether its signature is good. */
  check(checks: readonly ToVerify[]): boolean[] | Promise<boolean[]> {
    if (checks.length >= WORTH_A_THREAD && this.threads.length < this.count && !this.isClosed) this.start();
    const ready = this.threads.filter(({ isReady }) => isReady);
    // What has not the lengths of a key and a signature is bad: the rule says so here.
    if (checks.length <= FEW_CHECKS || ready.length === 0 || !checks.every(isPackable)) return verifyMany(checks, this.verify);
    const share = Math.ceil(checks.length / ready.length);
    const parts = ready.flatMap((thread, i) => {
      const part = checks.slice(i * share, (i + 1) * share);
      return part.length === 0 ? [] : [this.give(thread, part)];
    });
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : Promise.all(parts).then((answers) => answers.flat());
  }

  /** close ends the threads; what they were at, and what is asked later, is checked here. */
  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.all(this.threads.map(({ worker }) => worker.terminate()));
  }

  private give({ worker, jobs }: Thread, checks: readonly ToVerify[]): Promise<boolean[]> {
    const job = packChecks(this.nextId++, checks);
    worker.ref();
    return new Promise((resolve) => {
      jobs.set(job.id, { checks, resolve });
      worker.postMessage(job, [job.bytes.buffer, job.ends.buffer]);
    });
  }

  private start(): void {
    const worker = new Worker(new URL('./worker-start.mjs', import.meta.url), { workerData: { module: new URL('./verify-worker.ts', import.meta.url).href } });
    const thread: Thread = { worker, isReady: false, jobs: new Map() };
    this.threads.push(thread);
    // A process that has nothing else to do may end.
    worker.unref();
    worker.on('message', (answer: VerifyAnswer | 'ready') => {
      if (answer === 'ready') thread.isReady = true;
      else this.take(thread, answer);
    });
    worker.on('error', () => this.lose(thread));
    worker.on('exit', () => this.lose(thread));
  }

  private take({ worker, jobs }: Thread, { id, good }: VerifyAnswer): void {
    const job = jobs.get(id);
    jobs.delete(id);
    if (jobs.size === 0) worker.unref();
    job?.resolve(Array.from(good, (one) => one === 1));
  }

  private lose(thread: Thread): void {
    const at = this.threads.indexOf(thread);
    if (at >= 0) this.threads.splice(at, 1);
    for (const { checks, resolve } of thread.jobs.values()) resolve(verifyMany(checks, this.verify));
    thread.jobs.clear();
  }
}
