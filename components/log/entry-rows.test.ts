import { expect, test } from 'vitest';
import type { LogEntry } from '../../lib/client/wire';
import { makeIdentity, makeRegister, makeRegistry } from '../../lib/core/assertion/fixtures';
import { toBase64 } from '../../lib/core/bytes/base64';
import { FixtureLog } from '../../lib/core/registry/fixture-log';
import { rowsOf } from './entry-rows';

function entriesOf(log: FixtureLog): LogEntry[] {
  return log.names
    .map((bytes, index) => ({ log: 'names' as const, index, bytes: toBase64(bytes), seal: 0, timeSec: 0, paired: null }))
    .reverse();
}

test('seals over nothing share a line, and nothing else is ever left out', () => {
  const world = makeRegistry('entry rows');
  const log = new FixtureLog(world);
  log.seal([makeRegister(world, makeIdentity(world.registry, 'rows'), 'Alice')]);
  for (let i = 0; i < 5; i++) log.seal([]);
  const rows = rowsOf(entriesOf(log));
  expect(rows.map(({ meaning, count }) => [meaning.kind, count])).toEqual([
    ['seal', 5],
    ['seal', 1],
    ['record', 1],
    ['identity', 1],
    ['seal', 1],
    ['policy', 1],
  ]);
  expect(rows.reduce((sum, { count }) => sum + count, 0)).toBe(log.names.length);
  expect(rows[0]?.meaning.sentence).toBe('5 seals in a row over minutes without changes.');
  expect(rows[2]?.meaning.sentence).toMatch(/^@alice belongs to M[A-Z0-9-]{33}, served by provider\.example\.$/);
});

test('an entry that can’t be read is shown as that', () => {
  const [row] = rowsOf([{ log: 'proofs', index: 0, bytes: 'AAAA', seal: 0, timeSec: 0, paired: null }]);
  expect(row?.meaning).toMatchObject({ kind: 'unknown', name: null });
});
