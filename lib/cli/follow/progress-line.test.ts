import { expect, test } from 'vitest';
import { testIo } from '../io-for-tests';
import { ProgressLine, durationText, progressText } from './progress-line';

test('progress says share, entries, rates and time left; at the end how long it took', () => {
  expect(progressText({ bytes: 5_000_000, done: 5_000, total: 20_000 }, 2_000, false)).toBe('25 % 5,000 of 20,000 entries, 2,500/s, 2.5 MB/s, 6 s left');
  expect(progressText({ bytes: 20_000_000, done: 20_000, total: 20_000 }, 8_000, true)).toBe('[########################] 100 % 20,000 of 20,000 entries, 2,500/s, 2.5 MB/s, in 8 s');
  expect([90, 600, 7_500, 300_000].map(durationText)).toEqual(['90 s', '10 min', '2 h 5 min', '3 days']);
});

test('on a terminal the line is drawn again, elsewhere it comes now and then, and a short fetch shows none', () => {
  for (const isTty of [true, false]) {
    let nowMs = 0;
    const drawn: string[] = [];
    const io = testIo({ isTty, redraw: (line) => void drawn.push(line) });
    const line = new ProgressLine(io, () => nowMs);
    line.begin();
    line.show({ bytes: 1, done: 1, total: 1_999 });
    for (let done = 100; done <= 3_000; done += 100) {
      nowMs += 1_000;
      line.show({ bytes: done, done, total: 3_000 });
    }
    expect([drawn.length, io.errLines.length]).toEqual(isTty ? [29, 1] : [0, 3]);
  }
});
