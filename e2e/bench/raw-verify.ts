import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { ToVerify } from '@/lib/native/fast-verify';

/** RawVerify checks signatures on all cores and does nothing else. */
export interface RawVerify {
  /** run checks `count` signatures, spread over the cores. */
  run(count: number): Promise<void>;
  stop(): Promise<void>;
}

/** startRawVerify starts a thread a core and gives each the signatures to check. */
export async function startRawVerify(items: readonly ToVerify[]): Promise<RawVerify> {
  const threads = Array.from(
    { length: availableParallelism() },
    () => new Worker(new URL('../../lib/native/worker-start.mjs', import.meta.url), { workerData: { module: new URL('./verify-thread.ts', import.meta.url).href } }),
  );
  const ask = (thread: Worker, job: object) =>
    new Promise<void>((resolve, reject) => {
      thread.once('error', reject);
      thread.once('message', (answer: string) => {
        thread.removeListener('error', reject);
        if (answer === 'ready' || answer === 'done') resolve();
        else reject(new Error(answer));
      });
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
      thread.postMessage(job);
    });
  await Promise.all(threads.map((thread) => ask(thread, { items })));
  return {
    async run(count) {
      await Promise.all(threads.map((thread) => ask(thread, { count: Math.ceil(count / threads.length) })));
    },
    async stop() {
      await Promise.all(threads.map((thread) => thread.terminate()));
    },
  };
}
