import { expect, test } from 'vitest';
import { cosign, makeTokens, makeValidator, makeValidatorKey, makeValidatorRetired, sealTokens, tokensOn, tokensPayload } from '../assertion/fixture-tokens';
import { makeIdentity, makeRegister, makeRegistry, makeRotate, makeUpdate, nextIdentity, signedBy } from '../assertion/fixtures';
import type { ParsedAssertion } from '../assertion/parse';
import { checkSignatures } from '../assertion/verify';
import { toBase64 } from '../bytes/base64';
import { Refusal } from '../refusal';
import { FixtureLog } from './fixture-log';
import { TOKEN_AHEAD_SEC } from './limits';
import { readTokens, readValidator } from './lookup';
import { type RecordEntry, readRecord } from './state';

const world = makeRegistry('tokens');
const alice = makeIdentity(world.registry, 'alice');
const bob = makeIdentity(world.registry, 'bob');
const [north, south, east] = ['north', 'south', 'east'].map(makeValidatorKey) as [ReturnType<typeof makeValidatorKey>, ReturnType<typeof makeValidatorKey>, ReturnType<typeof makeValidatorKey>];

function recordOf(log: FixtureLog, name: string): RecordEntry {
  const record = readRecord(log.state, name)?.entry;
  if (record === undefined) throw new Error(`${name} is registered`);
  return record;
}

/** begin is a registry in which alice holds a name and has enrolled two validators. */
function begin(): FixtureLog {
  const log = new FixtureLog(world);
  log.seal([makeRegister(world, alice, '@alice-of-tokens'), makeRegister(world, bob, '@bob-of-tokens')]);
  const record = recordOf(log, 'alice-of-tokens');
  expect(log.seal([makeValidator(world, north, alice, record), makeValidator(world, south, alice, record)]).refused).toEqual([]);
  return log;
}

function refusal(log: FixtureLog, ...assertions: ParsedAssertion[]): string | undefined {
  return log.seal(assertions).refused.at(-1)?.code;
}

function newest(log: FixtureLog, back = 0) {
  const sealed = log.seals.at(-1 - back);
  if (sealed === undefined) throw new Error('no such seal');
  return sealed;
}

test('a validator takes part by its own key and an identity that holds a name, and only these two end it', () => {
  const log = begin();
  const entry = readValidator(log.state, north.text)?.entry;
  expect(entry).toMatchObject({ holds: { name: 'alice-of-tokens', tenure: 0 }, status: 'enrolled', udf: alice.udf, vkey: north.text });
  const head = entry?.head ?? '';
  expect(refusal(log, makeValidatorRetired(world, north, bob, head))).toBe('wrong-signers');
  expect(refusal(log, signedBy({ notAfter: world.notAfter, prev: head, registry: world.registry, type: 'validator-retired', vkey: north.text }, [alice.key]))).toBe('wrong-signers');
  expect(refusal(log, makeValidatorRetired(world, south, alice, head))).toBe('stale-prev');
  expect(refusal(log, makeValidatorRetired(world, east, alice, head))).toBe('unknown-validator');
  expect(refusal(log, makeValidatorRetired(world, north, alice, head))).toBeUndefined();
  const retired = readValidator(log.state, north.text)?.entry;
  expect(retired?.status).toBe('retired');
  expect(refusal(log, makeValidatorRetired(world, north, alice, retired?.head ?? ''))).toBe('unknown-validator');
  // It may come back, with the chain going on.
  expect(refusal(log, makeValidator(world, north, alice, recordOf(log, 'alice-of-tokens'), { prev: retired?.head ?? '' }))).toBeUndefined();
});

test('nobody enrols by a name that another identity holds, nor twice the same, nor past its chain', () => {
  const log = begin();
  const hers = recordOf(log, 'alice-of-tokens');
  const his = recordOf(log, 'bob-of-tokens');
  expect(refusal(log, makeValidator(world, east, alice, his))).toBe('wrong-tenure');
  expect(refusal(log, makeValidator(world, east, alice, { ...his, name: 'nobody-there' }))).toBe('unknown-name');
  expect(refusal(log, makeValidator(world, east, makeIdentity(world.registry, 'carol'), his))).toBe('unknown-identity');
  expect(refusal(log, makeValidator(world, north, alice, hers))).toBe('stale-prev');
  const head = readValidator(log.state, north.text)?.entry.head ?? '';
  expect(refusal(log, makeValidator(world, north, alice, hers, { prev: head }))).toBe('nothing-changes');
  expect(refusal(log, makeValidator(world, north, bob, his, { prev: head }))).toBeUndefined();
  expect(refusal(log, makeValidator(world, east, alice, hers), makeValidator(world, east, alice, hers))).toBe('stale-prev');
});

test('an identity that has rotated enrols and retires with its new key alone', () => {
  const log = begin();
  const later = nextIdentity(alice);
  log.seal([makeRotate(world, alice, later)]);
  const head = readValidator(log.state, north.text)?.entry.head ?? '';
  expect(refusal(log, makeValidatorRetired(world, north, alice, head))).toBe('wrong-signers');
  expect(refusal(log, makeValidatorRetired(world, north, later, head))).toBeUndefined();
});

test('tokens on the newest two seals are logged, with who gave them, in one entry', () => {
  const log = begin();
  log.seal([]);
  const tokens = makeTokens(log, [sealTokens(log, newest(log, 1), [south]), sealTokens(log, newest(log), [north, south])]);
  expect(refusal(log, tokens)).toBeUndefined();
  const keys = (...all: { pair: { text: string } }[]) => all.map(({ pair }) => pair.text).toSorted();
  const { number } = newest(log).seal;
  expect(readTokens(log.state)?.entry.seals).toEqual([{ keys: keys(south), seal: number - 2 }, { keys: keys(north, south), seal: number - 1 }]);
  expect(newest(log).names.entries).toHaveLength(2);
});

test('a token counts once a validator and seal, also over two minutes', () => {
  const log = begin();
  const first = newest(log);
  expect(refusal(log, makeTokens(log, [sealTokens(log, first, [north])]))).toBeUndefined();
  expect(refusal(log, makeTokens(log, [sealTokens(log, first, [north, south])]))).toBe('token-repeated');
  const again = begin();
  const sealed = newest(again);
  again.seal([makeTokens(again, [sealTokens(again, sealed, [north])])]);
  expect(refusal(again, makeTokens(again, [sealTokens(again, sealed, [south])]))).toBeUndefined();
  const { tokens } = sealTokens(again, sealed, [north]);
  const repeated = { ...sealTokens(again, sealed, [north]), tokens: [...tokens, ...tokens] };
  expect(() => makeTokens(again, [repeated])).toThrow(/ascend/);
});

test('two tokens assertions never share a seal', () => {
  const log = begin();
  const sealed = newest(log);
  expect(refusal(log, makeTokens(log, [sealTokens(log, sealed, [north])]), makeTokens(log, [sealTokens(log, sealed, [south])]))).toBe('chain-busy');
});

test('a token on an older seal, another root or another size is refused', () => {
  const log = begin();
  const old = newest(log);
  log.seal([]);
  log.seal([]);
  expect(refusal(log, makeTokens(log, [sealTokens(log, old, [north])]))).toBe('unknown-checkpoint');
  const on = (back: number, change: object) => {
    const { heads, seal } = newest(log, back);
    return makeTokens(log, [tokensOn(world.origin, { ...heads.names, seal: seal.number, timeSec: seal.timeSec, ...change }, [north])]);
  };
  const root = new Uint8Array(32).fill(7);
  expect(refusal(log, on(0, { root }))).toBe('unknown-checkpoint');
  expect(refusal(log, on(0, { size: newest(log).heads.names.size - 1 }))).toBe('unknown-checkpoint');
  expect(refusal(log, on(1, { root }))).toBe('bad-consistency');
  expect(refusal(log, on(1, { size: newest(log, 1).heads.names.size - 1 }))).toBe('unknown-checkpoint');
  expect(refusal(log, on(0, { seal: newest(log).seal.number + 1 }))).toBe('unknown-checkpoint');
  const older = sealTokens(log, newest(log, 1), [north]);
  expect(refusal(log, makeTokens(log, [older], { consistency: [] }))).toBe('bad-consistency');
  const now = newest(log);
  expect(refusal(log, makeTokens(log, [sealTokens(log, now, [north])], { consistency: [toBase64(new Uint8Array(32))] }))).toBe('bad-consistency');
});

test('tokens of another registry’s log are refused, and so is a signature around them', () => {
  const log = begin();
  const payload = tokensPayload(log, [sealTokens(log, newest(log), [north])]);
  const { heads, seal } = newest(log);
  const foreign = tokensOn('another.example', { ...heads.names, seal: seal.number, timeSec: seal.timeSec }, [north]);
  expect(refusal(log, makeTokens(log, [foreign], { origin: 'another.example' }))).toBe('other-registry');
  expect(refusal(log, signedBy(payload, [north.pair]))).toBe('wrong-signers');
});

test('who is not enrolled gives no tokens, nor who has left', () => {
  const log = begin();
  expect(refusal(log, makeTokens(log, [sealTokens(log, newest(log), [east, north])]))).toBe('unknown-validator');
  log.seal([makeValidatorRetired(world, north, alice, readValidator(log.state, north.text)?.entry.head ?? '')]);
  expect(refusal(log, makeTokens(log, [sealTokens(log, newest(log), [north])]))).toBe('unknown-validator');
});

test('a token of a time that lies ahead is refused', () => {
  const log = begin();
  expect(refusal(log, makeTokens(log, [sealTokens(log, newest(log), [north], 60 + TOKEN_AHEAD_SEC + 1)]))).toBe('bad-cosignature');
  expect(refusal(log, makeTokens(log, [sealTokens(log, newest(log), [north], 60 + TOKEN_AHEAD_SEC)]))).toBeUndefined();
});

test('a forged token is no verified assertion: over another text, by another key, or of another time', () => {
  const log = begin();
  const group = sealTokens(log, newest(log), [north]);
  const forge = (bytes: Uint8Array) => makeTokens(log, [{ ...group, tokens: [{ cosignature: toBase64(bytes), vkey: north.text }] }]);
  const text = newest(log).checkpoints.names.text;
  const timeSec = newest(log).seal.timeSec + 5;
  const good = cosign(north, text, timeSec).bytes;
  expect(() => checkSignatures(forge(good))).not.toThrow();
  const later = Uint8Array.from(good);
  later[7] = (later[7] ?? 0) ^ 1;
  for (const bytes of [cosign(south, text, timeSec).bytes, cosign(north, newest(log, 1).checkpoints.names.text, timeSec).bytes, later]) {
    expect(() => checkSignatures(forge(bytes))).toThrow(Refusal);
  }
});

test('a name’s holder may change it while a validator stands on it', () => {
  const log = begin();
  expect(refusal(log, makeUpdate(world, alice, recordOf(log, 'alice-of-tokens'), { service: 'elsewhere.example' }))).toBeUndefined();
  expect(refusal(log, makeTokens(log, [sealTokens(log, newest(log), [north])]))).toBeUndefined();
});
