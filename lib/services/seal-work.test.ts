import { expect, test } from 'vitest';
import type { Batch } from '../core/registry/batch';
import { SealWork } from './seal-work';

/** stepsOf counts what becomes of a computation that ends in no seal: how many steps were made, and whether it was ended before. */
function stepsOf(count: number, seen: { steps: number; endedEarly: boolean }): Generator<void, Batch | null> {
  return (function* () {
    let complete = false;
    try {
      for (let step = 0; step < count; step++) {
        seen.steps += 1;
        const untilMs = performance.now() + 4;
        while (performance.now() < untilMs);
        yield;
      }
      complete = true;
    } finally {
      seen.endedEarly = !complete;
    }
    return null;
  })();
}

test('between the steps of a seal other work has its turn, every few milliseconds', async () => {
  let turns = 0;
  const timer = setInterval(() => (turns += 1), 1);
  const seen = { endedEarly: false, steps: 0 };
  await new SealWork(stepsOf(20, seen)).run();
  clearInterval(timer);
  expect(seen).toEqual({ endedEarly: false, steps: 20 });
  expect(turns).toBeGreaterThanOrEqual(5);
});

test('a seal that is ended on the way makes no further step, and forgets what it has begun', async () => {
  const seen = { endedEarly: false, steps: 0 };
  const work = new SealWork(stepsOf(50, seen));
  setTimeout(() => work.abort(), 20);
  expect(await work.run()).toBe(null);
  expect(seen.endedEarly).toBe(true);
  expect(seen.steps).toBeLessThan(50);
  work.abort();
});
