import { expect, test } from 'vitest';
import { Mutex } from './mutex';

test('work runs one at a time and in order, and what runs or waits is counted until it has ended, also by failing', async () => {
  const mutex = new Mutex();
  const steps: string[] = [];
  const work = (name: string, fails = false) =>
    mutex.run(async () => {
      steps.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, 1));
      steps.push(`${name} ends`);
      if (fails) throw new Error(name);
    });
  const all = [work('first'), work('second', true), work('third')];
  expect(mutex.pending).toBe(3);
  expect((await Promise.allSettled(all)).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(steps).toEqual(['first begins', 'first ends', 'second begins', 'second ends', 'third begins', 'third ends']);
  expect(mutex.pending).toBe(0);
});
