import { expect, test } from 'vitest';
import * as fixtures from '../assertion/fixtures';
import { checkSignatures } from '../assertion/verify';
import { utf8 } from '../bytes/bytes';
import { sha256 } from '../bytes/sha256';
import { MapTree } from '../map/tree';
import { type Batch, type BatchInput, batch, batchSteps } from './batch';
import { NOTHING_DUE } from './due-index';
import { FixtureLog } from './fixture-log';

const world = fixtures.makeRegistry('steps');
const log = new FixtureLog(world);
// The keys of a few identities, and many names: signing and checking is what takes time here.
const holders = [1, 2, 3, 4].map((i) => fixtures.makeIdentity(world.registry, `steps ${i}`));
const pending = Array.from({ length: 150 }, (_, i) => checkSignatures(fixtures.makeRegister(world, holders[i % 4] as fixtures.FixtureIdentity, i % 10 === 9 ? 'takentwice' : `stepsname${i}`)));
const input: BatchInput = { due: NOTHING_DUE, edges: log.edges, last: log.last, map: log.map, pending, state: log.state, timeSec: (log.last?.timeSec ?? 0) + 60 };

const facts = ({ staged, ...rest }: Batch): object => ({ ...rest, map: { root: staged.root, size: staged.size }, state: null });

/** stepsOf counts the steps, and gives the outcome. */
function stepsOf<Result>(steps: Generator<void, Result>): { count: number; result: Result } {
  for (let count = 1; ; count++) {
    const { done, value } = steps.next();
    if (done === true) return { count, result: value };
  }
}

test('a seal computed in steps is the one computed at once, byte for byte', () => {
  const whole = batch(input);
  const expected = facts(whole);
  whole.staged.abort();
  const { count, result } = stepsOf(batchSteps(input));
  expect(facts(result)).toEqual(expected);
  expect(result.refused.length).toBeGreaterThan(0);
  expect(count).toBeGreaterThan(2);
  result.staged.abort();
});

test('a seal that is ended after any step leaves map and state as they were', () => {
  const root = log.map.root();
  const { count, result } = stepsOf(batchSteps(input));
  result.staged.abort();
  for (let end = 1; end < count; end++) {
    const steps = batchSteps(input);
    for (let step = 0; step < end; step++) expect(steps.next().done).toBe(false);
    steps.return(result);
    expect(log.map.root()).toEqual(root);
    log.map.stage([]).abort();
  }
});

const hashOf = (what: string): Uint8Array => sha256(utf8(what));
const writesOf = (label: string, count: number) => Array.from({ length: count }, (_, i) => ({ key: hashOf(`key ${i * 7}`), value: hashOf(`${label} ${i}`) }));

test('a map staged in steps has the root of one staged at once; readers see the old one meanwhile, and one that is ended can be staged again', () => {
  const whole = new MapTree();
  whole.stage(writesOf('first', 3_000)).commit();
  const stepped = new MapTree();
  stepsOf(stepped.stageSteps(writesOf('first', 3_000))).result.commit();
  expect(stepped.root()).toEqual(whole.root());
  const before = whole.root();
  const second = writesOf('second', 5_000);
  whole.stage(second).commit();

  const { count, result } = stepsOf(stepped.stageSteps(second));
  expect(count).toBeGreaterThan(8);
  result.abort();
  for (const end of [1, 5, count - 1]) {
    const steps = stepped.stageSteps(second);
    for (let step = 0; step < end; step++) steps.next();
    expect(stepped.root()).toEqual(before);
    expect(stepped.prove(hashOf('key 0')).found).toBe(true);
    steps.return(result);
  }
  stepsOf(stepped.stageSteps(second)).result.commit();
  expect(stepped.root()).toEqual(whole.root());
});
