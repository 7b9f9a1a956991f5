import { expect, test } from 'vitest';
import { cosign, makeValidatorKey } from '../assertion/fixture-tokens';
import { FIXTURE_TIME_SEC, makeRegistry } from '../assertion/fixtures';
import { parseNote } from '../note/note';
import { Refusal } from '../refusal';
import { FixtureLog } from '../registry/fixture-log';
import { fixtureProof } from './fixture-proof';
import { verifyStateProof } from './light-client';
import { checkTokens, formatTokenPolicy, parseTokenPolicy } from './token-policy';
import type { Json } from '../bytes/canonical-json';

const keys = ['north', 'south', 'east'].map(makeValidatorKey);
const [north, south, east] = keys as [(typeof keys)[0], (typeof keys)[0], (typeof keys)[0]];
const witnesses = keys.map(({ text }, i) => `witness v${i} ${text}`).join('\n');
const policy = parseTokenPolicy(`# whose tokens I count\n# max-age 120\n\n${witnesses} https://east.example/mns\ngroup g 2 v0 v1 v2\nquorum g\n`);

const log = new FixtureLog(makeRegistry('policy'));
const note = log.notes().names;
const { text } = parseNote(note);
const at = (key: (typeof keys)[0], timeSec: number) => cosign(key, text, timeSec).line;

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
  return 'fine';
}

test('a policy is read from its text, and written so that it reads the same', () => {
  expect(policy).toMatchObject({ maxAgeSec: 120, threshold: 2, validators: [{ name: 'v0', url: null }, { name: 'v1' }, { name: 'v2', url: 'https://east.example/mns' }] });
  expect(parseTokenPolicy(formatTokenPolicy(policy))).toEqual(policy);
  const one = parseTokenPolicy(`witness only ${north.text}\nquorum only`);
  expect(one).toMatchObject({ maxAgeSec: 600, threshold: 1, validators: [{ name: 'only' }] });
});

test.each([
  ['no quorum', witnesses],
  ['a quorum of nobody', `${witnesses}\nquorum none`],
  ['an unknown quorum', `${witnesses}\nquorum g`],
  ['half, which two halves could both be', `${witnesses}\ngroup g 1 v0 v1\nquorum g`],
  ['any of three', `${witnesses}\ngroup g any v0 v1 v2\nquorum g`],
  ['more than there are', `${witnesses}\ngroup g 4 v0 v1 v2\nquorum g`],
  ['a member that is not named before', `group g all v0\n${witnesses}\nquorum g`],
  ['a quorum of a group that comes after', `${witnesses}\nquorum g\ngroup g 2 v0 v1 v2`],
  ['a quorum of a validator who comes after', `quorum v0\n${witnesses}`],
  ['one key under two names', `witness a ${north.text}\nwitness b ${north.text}\ngroup g all a b\nquorum g`],
  ['one validator twice', `${witnesses}\ngroup g all v0 v0\nquorum g`],
  ['a group of groups', `${witnesses}\ngroup g all v0\ngroup h all g v1\nquorum h`],
  ['the key of a log', `witness a ${makeRegistry('policy').policy.logs.names[0] ?? ''}\nquorum a`],
  ['another keyword', `${witnesses}\nwitnesses\nquorum v0`],
  ['two quorums', `${witnesses}\nquorum v0\nquorum v1`],
  ['an age that is none', `# max-age soon\n${witnesses}\nquorum v0`],
])('a policy with %s is refused', (_what, source) => {
  expect(codeOf(() => parseTokenPolicy(source))).toBe('bad-token-policy');
});

test('tokens count by the k-th newest of those who are trusted', () => {
  const t = FIXTURE_TIME_SEC;
  const signed = note + at(north, t + 5) + at(south, t + 60) + at(east, t + 90) + at(makeValidatorKey('stranger'), t + 500);
  expect(checkTokens(signed, policy, t + 100)).toEqual({ count: 3, kthTimeSec: t + 60, names: ['v2', 'v1', 'v0'] });
  expect(codeOf(() => checkTokens(signed, policy, t + 180))).toBe('fine');
  expect(codeOf(() => checkTokens(signed, policy, t + 181))).toBe('stale-proof');
  expect(codeOf(() => checkTokens(signed, policy, null))).toBe('fine');
});

test('too few do not count: none, one, one twice, or one of a time that lies ahead', () => {
  const t = FIXTURE_TIME_SEC;
  expect(codeOf(() => checkTokens(note, policy, t))).toBe('too-few-tokens');
  expect(codeOf(() => checkTokens(note + at(north, t), policy, t))).toBe('too-few-tokens');
  expect(codeOf(() => checkTokens(note + at(north, t) + at(north, t + 1), policy, t))).toBe('too-few-tokens');
  expect(codeOf(() => checkTokens(note + at(north, t) + at(south, t + 121), policy, t))).toBe('too-few-tokens');
  expect(codeOf(() => checkTokens(note + at(north, t) + at(makeValidatorKey('stranger'), t), policy, t))).toBe('too-few-tokens');
});

test('a forged line of a trusted validator spoils the note, rather than count or be passed over', () => {
  const t = FIXTURE_TIME_SEC;
  const forged = cosign(south, text.replace('\n2\n', '\n3\n'), t).line;
  expect(codeOf(() => checkTokens(note + at(north, t) + at(east, t) + forged, policy, t))).toBe('bad-signature');
});

test('a light client with a policy shows whose tokens it counted, refuses too few and too old ones, and says so if it trusts nobody', () => {
  const t = log.last?.timeSec ?? 0;
  const registry = log.world.registry;
  const proof = fixtureProof(log, { kind: 'name', name: 'nobody', tenure: null });
  const run = (checkpoint: string, tokens: typeof policy | null, nowSec: number) => {
    const json: object = { ...proof, checkpoint };
    const { ok, steps } = verifyStateProof(json as Json, { nowSec, registry, tokens });
    const step = steps.find(({ code }) => code === 'tokens');
    return { code: step?.problem?.code ?? null, facts: step?.facts.map(({ value }) => value).join(' '), ok, state: step?.state };
  };
  expect(run(note, null, t)).toMatchObject({ ok: true, state: 'skipped' });
  expect(run(note + at(north, t + 1) + at(east, t + 2), policy, t + 10)).toMatchObject({ code: null, ok: true, state: 'ok' });
  expect(run(note + at(north, t + 1) + at(east, t + 2), policy, t + 10).facts).toContain('v2, v0');
  expect(run(note + at(north, t + 1), policy, t + 10)).toMatchObject({ code: 'too-few-tokens', ok: false });
  expect(run(note + at(north, t + 1) + at(east, t + 2), policy, t + 1_000)).toMatchObject({ code: 'stale-proof', ok: false });
});
