import { expect, test } from 'vitest';
import { byStanding } from './cosigned-note';

const row = (vkey: string, role: 'validator' | 'witness' = 'validator') => ({ line: `${vkey}\n`, role, seal: 1, timeSec: 1, vkey });

test('a note that can’t hold all lines takes those of witnesses and of the validators who took part first, however the others are called', () => {
  const latecomers = Array.from({ length: 100 }, (_, n) => row(`0-${n}`));
  const rows = [...latecomers, row('north'), row('south'), row('watcher', 'witness')];
  const enrolled = [{ vkey: 'south' }, { vkey: 'gone' }, { vkey: 'north' }, ...latecomers];
  expect(byStanding(rows, enrolled).slice(0, 4).map(({ vkey }) => vkey)).toEqual(['watcher', 'south', 'north', '0-0']);
  expect(byStanding(rows, enrolled)).toHaveLength(rows.length);
});
