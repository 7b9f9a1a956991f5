import { afterAll, expect, test } from 'vitest';
import { makeTokens, makeValidator, makeValidatorKey, sealTokens } from '../core/assertion/fixture-tokens';
import { type FixtureIdentity, makeIdentity, makeRegister, makeRegistry, makeRotate, makeUpdate, nextIdentity } from '../core/assertion/fixtures';
import { parseAssertion } from '../core/assertion/parse';
import { equalBytes, text, utf8 } from '../core/bytes/bytes';
import { encodeEnvelope } from '../core/keys/dsse';
import { FixtureLog } from '../core/registry/fixture-log';
import { readRecord } from '../core/registry/state';
import { type Period, Replayer, ReplayMismatch } from '../core/validation/replay';
import { ReplayWorkers, replayPeriods } from './replay-workers';

const world = makeRegistry('replay workers');
const log = new FixtureLog(world);
const people = Array.from({ length: 40 }, (_, i) => makeIdentity(world.registry, `person ${i}`));
log.seal(people.map((person, i) => makeRegister(world, person, `@Workername${i}`)));
log.seal([]);
log.seal(people.slice(0, 30).map((person, i) => makeUpdate(world, person, recordOf(`workername${i}`), { service: 'other.example' })));
const [first] = people;
if (first !== undefined) log.seal([makeRotate(world, first, nextIdentity(first)), makeRegister(world, people[1] ?? first, '@Secondname')]);

const workers = new ReplayWorkers(2);
afterAll(() => workers.close());

function recordOf(name: string) {
  const found = readRecord(log.state, name);
  if (found === null) throw new Error(`no ${name}`);
  return found.entry;
}

function periods(): Period[] {
  return log.seals.map((sealed) => ({ proofs: sealed.proofs.entries, names: sealed.names.entries }));
}

async function replayed(input: readonly Period[]): Promise<Replayer> {
  const replayer = Replayer.fromGenesis();
  for await (const sealed of replayPeriods(replayer, input, workers)) expect(sealed.refused).toEqual([]);
  return replayer;
}

async function mismatch(input: readonly Period[]): Promise<ReplayMismatch> {
  try {
    await replayed(input);
  } catch (error) {
    if (error instanceof ReplayMismatch) return error;
    throw error;
  }
  throw new Error('it was replayed');
}

test('workers replay a history to the same heads as one thread does', async () => {
  const alone = Replayer.fromGenesis();
  for (const period of periods()) alone.replayPeriod(period);
  const together = await replayed(periods());
  expect(together.heads()).toEqual(alone.heads());
  expect(together.map.root()).toEqual(alone.map.root());
  // Genesis 2, registrations 4 each, updates 1, a rotation 4, and a registration whose certificate one of the workers may know.
  expect(workers.signatures).toBeGreaterThanOrEqual(2 + 40 * 4 + 30 + 4 + 2);
});

test('what a worker hands back is the parsed assertion, envelope and certificate included', async () => {
  const entries = log.proofs;
  const checked = await workers.check(entries, 0);
  expect(checked).toHaveLength(entries.length);
  for (const [i, { parsed }] of checked.entries()) {
    const bytes = entries[i] ?? new Uint8Array();
    const own = parseAssertion(bytes);
    expect(equalBytes(encodeEnvelope(parsed.envelope), bytes)).toBe(true);
    expect(parsed.hash).toBe(own.hash);
    expect(parsed.certificate === null).toBe(own.certificate === null);
    if (parsed.certificate !== null && own.certificate !== null) expect(encodeEnvelope(parsed.certificate.envelope)).toEqual(encodeEnvelope(own.certificate.envelope));
    expect(Object.keys(parsed.payload).sort()).toEqual(Object.keys(own.payload).sort());
  }
});

test('a signature that is not valid is told with the index of its entry, the first one first', async () => {
  const bad = periods();
  const [genesis, registrations, ...rest] = bad;
  if (genesis === undefined || registrations === undefined) throw new Error('no periods');
  const proofs = registrations.proofs.map((bytes, i) => (i === 17 || i === 33 ? withOtherSignature(bytes) : bytes));
  const error = await mismatch([genesis, { ...registrations, proofs }, ...rest]);
  expect(error.log).toBe('proofs');
  expect(error.index).toBe(genesis.proofs.length + 17);
  expect(error.detail).toContain('bad-signature');
});

test('an entry that is no assertion is told with its index', async () => {
  const [genesis, ...rest] = periods();
  if (genesis === undefined) throw new Error('no periods');
  const error = await mismatch([genesis, { proofs: [...(rest[0]?.proofs ?? []), utf8('{}')], names: rest[0]?.names ?? [] }]);
  expect(error.index).toBe(1 + 40);
});

test('a name log that differs is told, as one thread tells it', async () => {
  const [genesis, registrations] = periods();
  if (genesis === undefined || registrations === undefined) throw new Error('no periods');
  const names = [...registrations.names.slice(1), registrations.names[0] ?? new Uint8Array()];
  const swapped = registrations.names.map((entry, i) => (i === 0 ? (registrations.names[2] ?? entry) : entry));
  expect((await mismatch([genesis, { ...registrations, names: swapped }])).log).toBe('names');
  expect((await mismatch([genesis, { ...registrations, names }])).code).toBe('replay-mismatch');
});

test('closed workers refuse instead of hanging', async () => {
  const closed = new ReplayWorkers(1);
  const running = closed.check(log.proofs, 0);
  const outcome = expect(running).rejects.toThrow();
  await closed.close();
  await outcome;
  await expect(closed.check(log.proofs, 0)).rejects.toThrow('closed');
});

/** The last signature's S is one more: still canonical, no longer valid. */
function withOtherSignature(bytes: Uint8Array): Uint8Array {
  const whole = text(bytes);
  const at = whole.lastIndexOf('"sig":"') + 20;
  const other = whole[at] === 'A' ? 'B' : 'A';
  return utf8(whole.slice(0, at) + other + whole.slice(at + 1));
}

test('a token that its validator did not sign is found by a worker, as every other signature', async () => {
  const own = new FixtureLog(world);
  const [person, other] = people as [FixtureIdentity, FixtureIdentity];
  own.seal([makeRegister(world, person, '@Validating-name')]);
  const record = readRecord(own.state, 'validating-name')?.entry;
  if (record === undefined) throw new Error('the name is registered');
  const validator = makeValidatorKey('worker');
  const sealed = own.seal([makeValidator(world, validator, person, record)]);
  const good = makeTokens(own, [sealTokens(own, sealed, [validator])]);
  const forged = makeTokens(own, [sealTokens(own, sealed, [{ ...validator, pair: other.key }])]);
  const [checked] = await workers.check([good.bytes], 0);
  expect(checked?.parsed).toEqual(good);
  await expect(workers.check([good.bytes, forged.bytes], 7)).rejects.toThrow(/Proof-log entry 8 is not a valid assertion: bad-signature/);
});
