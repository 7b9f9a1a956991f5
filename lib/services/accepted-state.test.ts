import { expect, test } from 'vitest';
import { FIXTURE_TIME_SEC, makeIdentity, makeRegister, makeRegistry, verified } from '../core/assertion/fixtures';
import { FixtureLog } from '../core/registry/fixture-log';
import { readRecord } from '../core/registry/state';
import { AcceptedState } from './accepted-state';

const world = makeRegistry();
const register = (name: string) => verified(makeRegister(world, makeIdentity(world.registry, name), `@${name}`));
const atSec = FIXTURE_TIME_SEC + 60;

function start() {
  const log = new FixtureLog(world);
  const accepted = new AcceptedState(log.state, log.due, { seal: 0, namesSize: log.names.length, proofsSize: log.proofs.length, lastSeq: 0 });
  return { log, accepted };
}

test('a draft that is not kept leaves nothing behind', () => {
  const { accepted } = start();
  accepted.draft(atSec).take(register('first-name'));
  expect([readRecord(accepted, 'first-name'), accepted.waiting, accepted.position.lastSeq]).toEqual([null, 0, 0]);
});

test('what is kept is seen by the next draft, also after the cut, and only what is sealed is forgotten', () => {
  const { accepted } = start();
  const first = register('first-name');
  const draft = accepted.draft(atSec);
  draft.take(first);
  draft.keep([first.parsed.hash], 1);
  expect(accepted.promisedSeal(first.parsed.hash)).toBe(1);
  expect(() => accepted.draft(atSec).take(register('first-name'))).toThrow('name-taken');

  accepted.cut(1, atSec);
  expect([accepted.openSeal, accepted.position.cutSeal]).toEqual([2, 1]);
  expect(() => accepted.draft(atSec).take(register('first-name'))).toThrow('name-taken');
  const second = register('second-name');
  const next = accepted.draft(atSec + 60);
  next.take(second);
  next.keep([second.parsed.hash], 2);
  expect(accepted.promisedSeal(second.parsed.hash)).toBe(2);

  accepted.sealedCut(1);
  expect([accepted.promisedSeal(first.parsed.hash), accepted.promisedSeal(second.parsed.hash), accepted.position]).toEqual([null, 2, { seal: 1, cutSeal: 1, lastSeq: 2 }]);
  expect(readRecord(accepted, 'second-name')?.entry.name).toBe('second-name');
});
