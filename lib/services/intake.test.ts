import { expect, test } from 'vitest';
import { makeIdentity, makeRegister, makeRegistry, signedBy } from '../core/assertion/fixtures';
import type { ParsedAssertion } from '../core/assertion/parse';
import { planSignatures } from '../core/assertion/verify';
import type { Accepted } from './context';
import { type Candidate, Intake, type IntakeParts } from './intake';

const world = makeRegistry();
const assertions = ['a', 'b', 'c', 'd', 'e', 'f'].map((label) => makeRegister(world, makeIdentity(world.registry, label), `@name-${label}`));
const accepted = (parsed: ParsedAssertion): Accepted => ({ hash: new Uint8Array(32), bySeal: 1, receipt: parsed.envelope });

/** opened is an intake whose groups are noted and, unless told otherwise, accepted at once. */
function opened(parts: Partial<IntakeParts> = {}) {
  const groups: string[][] = [];
  const intake = new Intake({
    verifyMany: (checks) => checks.map(() => true),
    load: () => Promise.resolve(),
    accept: (group) => {
      groups.push(group.map(({ verified }) => verified.parsed.hash));
      for (const one of group) one.accepted(accepted(one.verified.parsed));
      return Promise.resolve();
    },
    ...parts,
  });
  const add = (parsed: ParsedAssertion) => new Promise<Accepted>((resolve, reject) => intake.add(planSignatures(parsed), resolve, reject));
  return { intake, add, groups };
}

const hashes = (from: number, end: number) => assertions.slice(from, end).map(({ hash }) => hash);

test('what comes in one turn goes in one group, in its order, and all are answered', async () => {
  const { intake, add, groups } = opened();
  const answers = assertions.map(add);
  expect(intake.size).toBe(6);
  await Promise.all(answers);
  expect(groups).toEqual([hashes(0, 6)]);
  expect(intake.size).toBe(0);
});

test('while one group is stored the next is prepared, and is stored only after it', async () => {
  const steps: string[] = [];
  const stores: (() => void)[] = [];
  const { intake, add } = opened({
    load: (parsed) => (steps.push(`load ${parsed.length}`), Promise.resolve()),
    accept: async (group: readonly Candidate[]) => {
      steps.push(`store ${group.length}`);
      await new Promise<void>((resolve) => stores.push(resolve));
      steps.push(`stored ${group.length}`);
      for (const one of group) one.accepted(accepted(one.verified.parsed));
    },
  });
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const first = assertions.slice(0, 2).map(add);
  for (let i = 0; i < 5; i++) await turn();
  const second = assertions.slice(2, 5).map(add);
  for (let i = 0; i < 5; i++) await turn();
  expect(steps).toEqual(['load 2', 'store 2', 'load 3']);
  stores.shift()?.();
  await Promise.all(first);
  await turn();
  expect(steps).toEqual(['load 2', 'store 2', 'load 3', 'stored 2', 'store 3']);
  stores.shift()?.();
  await Promise.all(second);
  await intake.empty();
});

test('a bad signature refuses its assertion alone', async () => {
  const bad = assertions[2] as ParsedAssertion;
  const wrong = planSignatures(bad).checks[0]?.signature;
  const { add, groups } = opened({ verifyMany: (checks) => checks.map(({ signature }) => Buffer.compare(signature, wrong ?? signature) !== 0) });
  const answers = await Promise.allSettled(assertions.map(add));
  expect(answers.map(({ status }) => status)).toEqual(assertions.map((one) => (one === bad ? 'rejected' : 'fulfilled')));
  expect(answers[2]).toMatchObject({ reason: { code: 'bad-signature' } });
  expect(groups.flat()).toEqual(assertions.filter((one) => one !== bad).map(({ hash }) => hash));
});

test('an assertion that nobody signed is refused, whatever stands beside it', async () => {
  const unsigned = signedBy((assertions[0] as ParsedAssertion).payload, []);
  const { add } = opened();
  const answers = await Promise.allSettled([add(unsigned), add(assertions[1] as ParsedAssertion)]);
  expect(answers.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
});

test('checks that fail altogether refuse their group, and the next one goes on', async () => {
  let fails = true;
  const { intake, add } = opened({ verifyMany: (checks) => (fails ? Promise.reject(new Error('no memory')) : checks.map(() => true)) });
  const answers = await Promise.allSettled(assertions.slice(0, 3).map(add));
  expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  fails = false;
  await add(assertions[0] as ParsedAssertion);
  await intake.empty();
  expect(intake.size).toBe(0);
});
