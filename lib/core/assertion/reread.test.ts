import { expect, test } from 'vitest';
import { FixtureHistory, ACTION_KINDS } from '../validation/fixture-history';
import { makeRegistry } from './fixtures';
import { parseAssertion } from './parse';
import { findingsOf, rereadAssertion } from './reread';

test('what was parsed once is read again as the same, whatever its type', () => {
  const history = new FixtureHistory(makeRegistry('reread'));
  // Three rounds of everything, so that there are names to hand on, dispute and close.
  for (let round = 0; round < 3; round++) for (const kind of ['register', ...ACTION_KINDS] as const) history.minute([{ kind, value: round, what: round, who: round }]);
  const types = new Set<string>();
  for (const { bytes } of [history.log.world.genesis, ...history.sent]) {
    const parsed = parseAssertion(bytes);
    types.add(parsed.payload.type);
    expect(rereadAssertion(bytes, findingsOf(parsed))).toEqual(parsed);
  }
  expect([...types]).toEqual(expect.arrayContaining(['genesis', 'mark', 'policy', 'register', 'reserve', 'rotate', 'update', 'transfer']));
});
