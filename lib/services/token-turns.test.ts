import { expect, test } from 'vitest';
import { MAX_TOKENS, TOKEN_TURN_SEALS } from '../core/registry/limits';
import { takeTurns, type Turn } from './token-turns';

/** play logs the tokens of so many validators, each with one on every seal, and gives for each the longest it had to wait, in seals. */
function play(validators: number, seals: number): Map<string, number> {
  const last = new Map<string, number>();
  const longest = new Map<string, number>();
  const logged = new Set<string>();
  for (let seal = 2; seal < seals; seal++) {
    const open: Turn[] = [seal - 2, seal - 1].flatMap((on) => Array.from({ length: validators }, (_, i) => ({ seal: on, vkey: `v${i}` }))).filter((turn) => !logged.has(`${turn.seal} ${turn.vkey}`));
    const chosen = takeTurns(open, (vkey) => last.get(vkey) ?? -1, MAX_TOKENS);
    expect(chosen.length).toBeLessThanOrEqual(MAX_TOKENS);
    for (const { seal: on, vkey } of chosen) {
      longest.set(vkey, Math.max(longest.get(vkey) ?? 0, seal - (last.get(vkey) ?? 1)));
      last.set(vkey, seal);
      logged.add(`${on} ${vkey}`);
    }
  }
  return longest;
}

test('up to a hundred validators are all logged in every seal', () => {
  expect(new Set(play(100, 10).values())).toEqual(new Set([1]));
});

test.each([120, 1_000, 2_900])('%d validators each have their turn at least once in 60 seals', (validators) => {
  const waited = play(validators, 200);
  expect(waited.size).toBe(validators);
  expect(Math.max(...waited.values())).toBeLessThanOrEqual(TOKEN_TURN_SEALS);
});

test('of two tokens of one validator the newer one comes first', () => {
  const rows = [{ seal: 4, vkey: 'a' }, { seal: 5, vkey: 'a' }, { seal: 5, vkey: 'b' }];
  expect(takeTurns(rows, (vkey) => (vkey === 'b' ? 3 : 1), 1)).toEqual([{ seal: 5, vkey: 'a' }]);
});
