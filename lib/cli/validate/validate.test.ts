import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { makeValidator } from '../../core/assertion/fixture-tokens';
import { parseAssertionEnvelope } from '../../core/assertion/parse';
import { makeIdentity, makeRegister, makeRegistry, makeRotate, makeUpdate, nextIdentity } from '../../core/assertion/fixtures';
import { parseVkey } from '../../core/note/vkey';
import { parseNote, verifyNote } from '../../core/note/note';
import { FixtureLog } from '../../core/registry/fixture-log';
import { readRecord } from '../../core/registry/state';
import { parseSignatureLine } from '../../core/note/note';
import { verifyEvidence } from '../../core/validation/verify-evidence';
import { publicKeyOf } from '../../core/keys/sign';
import { listEvidence, readEvidence } from '../../copy/evidence-folder';
import { CopyReader } from '../../copy/copy-reader';
import { TestSource } from '../../copy/source-for-tests';
import { ReplayWorkers } from '../../native/replay-workers';
import { openCosigningKey } from '../witness/witness-key';
import { SIGNED_FILE } from './signed-view';
import { followOnce, lyingSource, newFolder, sealForged, validateOnce } from './validate-for-tests';
import { openValidatorKey } from './validator-key';

const workers = new ReplayWorkers(1);
afterAll(() => workers.close());

const world = makeRegistry('validated');
const people = Array.from({ length: 12 }, (_, i) => makeIdentity(world.registry, `person ${i}`));
const [alice] = people as [(typeof people)[number]];

function record(log: FixtureLog, name: string) {
  const found = readRecord(log.state, name)?.entry;
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
}

/** Four seals: registrations, a minute without anything, updates and a rotation. */
function history(): FixtureLog {
  const log = new FixtureLog(world);
  log.seal(people.map((person, i) => makeRegister(world, person, `person-number-${i}`)));
  log.seal([]);
  log.seal([...people.slice(1, 6).map((person, i) => makeUpdate(world, person, record(log, `person-number-${i + 1}`), { service: 'new.example' })), makeRotate(world, alice, nextIdentity(alice))]);
  return log;
}

const log = history();
const tokenSize = (note: string | null) => Number(parseNote(note ?? '').text.split('\n')[1]);

test('what replays from genesis is signed by the validator’s own key, beside the log’s, and the key is private', async () => {
  const dir = newFolder();
  const { cosigned, error, io, posted } = await validateOnce(dir, new TestSource(log), log, workers);
  expect(error).toBeNull();
  const key = openValidatorKey(dir, null, io.random);
  expect(key.vkey.name).toBe('provider.example');
  expect(tokenSize(cosigned)).toBe(log.names.length);
  expect(verifyNote(parseNote(cosigned ?? ''), [key.vkey]).verified[0]?.timeSec).toBe((log.last?.timeSec ?? 0) + 5);
  expect(parseNote(cosigned ?? '').signatures).toHaveLength(2);
  expect(statSync(join(dir, 'validator-key')).mode & 0o777).toBe(0o600);
  expect(CopyReader.open(dir).needHead()).toMatchObject({ checked: 'replayed', seal: 3 });
  // Nobody has enrolled it, so nothing is sent.
  expect(posted).toEqual([]);
  expect(io.errLines.join()).toContain('not enrolled');
});

test('an enrolled validator posts its token, once for a seal, and goes on from where it was', async () => {
  const dir = newFolder();
  const own = history();
  const source = new TestSource(own);
  await validateOnce(dir, source, own, workers);
  const { seed, vkey } = openCosigningKey(join(dir, 'validator-key'), null, (n) => new Uint8Array(n));
  const text = openValidatorKey(dir, null, (n) => new Uint8Array(n)).text;
  const person = people[2] as (typeof people)[number];
  const validator = { pair: { publicKey: publicKeyOf(seed), seed, text: Buffer.from(publicKeyOf(seed)).toString('base64') }, text, vkey };
  expect(own.seal([makeValidator(world, validator, person, record(own, 'person-number-2'))]).refused).toEqual([]);
  source.show(own);
  const before = source.requests;
  const { cosigned, posted } = await validateOnce(dir, source, own, workers);
  expect(posted).toHaveLength(1);
  expect(parseSignatureLine((posted[0] ?? '').trimEnd()).name).toBe('provider.example');
  expect(verifyNote(parseNote(cosigned ?? ''), [parseVkey(text)]).verified).toHaveLength(1);
  expect(tokenSize(cosigned)).toBe(own.names.length);
  // The bundles from before were not fetched again.
  expect(source.requests - before).toBeLessThan(12);
});

test('a record that the proof log does not give is refused: evidence, no signature, the copy as it was', async () => {
  const dir = newFolder();
  const honest = new TestSource(log);
  honest.show(log, 2);
  const early = await validateOnce(dir, honest, log, workers);
  expect(early.error).toBeNull();
  const signedBefore = readFileSync(join(dir, SIGNED_FILE), 'utf8');
  // The last period says another service than its holder signed.
  const { error, io, cosigned, posted } = await validateOnce(dir, lyingSource(log, (entry) => entry.replace('"service":"new.example"', '"service":"evil.example"')), log, workers);
  expect(error?.message).toMatch(/^replay-mismatch: Name-log entry \d+ is not what the proof log gives/);
  expect(posted).toEqual([]);
  expect(cosigned).toBe(early.cosigned);
  expect(readFileSync(join(dir, SIGNED_FILE), 'utf8')).toBe(signedBefore);
  expect(CopyReader.open(dir).needHead().seal).toBe(2);
  expect(io.errLines.join('\n')).toContain('evidence against the registry');
  const [file] = listEvidence(dir);
  expect(verifyEvidence(readEvidence(dir, file?.name ?? '') ?? new Uint8Array(0), { registry: world.registry })).toMatchObject({ kind: 'replay', ok: true });
});

test('a copy that was only followed is replayed from its genesis first, and then signed', async () => {
  const dir = newFolder();
  await followOnce(dir, new TestSource(log), log);
  expect(CopyReader.open(dir).needHead().checked).toBe('followed');
  const { cosigned, error } = await validateOnce(dir, new TestSource(log), log, workers);
  expect(error).toBeNull();
  expect(CopyReader.open(dir).needHead().checked).toBe('replayed');
  expect(tokenSize(cosigned)).toBe(log.names.length);
});

test('a forged signature, which a follower can’t see, is found in a followed copy and in what comes new', async () => {
  const own = history();
  const signed = makeUpdate(world, people[3] as (typeof people)[number], record(own, 'person-number-3'), { service: 'evil.example' });
  const [signature] = signed.envelope.signatures;
  const other = makeUpdate(world, people[4] as (typeof people)[number], record(own, 'person-number-4'), { service: 'evil.example' });
  const forged = parseAssertionEnvelope({ ...signed.envelope, signatures: [{ keyid: signature?.keyid ?? '', sig: other.envelope.signatures[0]?.sig ?? '' }] });
  sealForged(own, forged);
  own.seal([]);
  const source = new TestSource(own);
  const followed = newFolder();
  await followOnce(followed, source, own);
  for (const dir of [followed, newFolder()]) {
    const { cosigned, error } = await validateOnce(dir, source, own, workers);
    expect(error?.message).toMatch(/is not a valid assertion: bad-signature/);
    expect(cosigned).toBeNull();
    const [file] = listEvidence(dir);
    expect(verifyEvidence(readEvidence(dir, file?.name ?? '') ?? new Uint8Array(0), { registry: world.registry })).toMatchObject({ kind: 'replay', ok: true });
  }
});

test('a seal two minutes from the clock is not signed, and what follows may be', async () => {
  const dir = newFolder();
  const own = history();
  const source = new TestSource(own);
  const late = await validateOnce(dir, source, own, workers, 121);
  expect(late.cosigned).toBeNull();
  expect(late.io.errLines.join()).toContain('it is not signed');
  own.seal([]);
  source.show(own);
  expect(tokenSize((await validateOnce(dir, source, own, workers)).cosigned)).toBe(own.names.length);
});

test('nothing smaller than what was signed before, and no other log of its size, is ever signed', async () => {
  const dir = newFolder();
  const source = new TestSource(log);
  await validateOnce(dir, source, log, workers);
  // The copy is lost, what was signed is remembered: a registry that went back, or made another history, gets nothing.
  const forget = () => {
    for (const name of ['head.json', 'names', 'proofs', 'state', 'floor.json', 'cosigned', 'policies.json']) rmSync(join(dir, name), { force: true, recursive: true });
  };
  forget();
  source.show(log, 2);
  const smaller = await validateOnce(dir, source, log, workers);
  expect(smaller.io.errLines.join('\n')).toContain('NOT SIGNED');
  expect(smaller.cosigned).toBeNull();
  forget();
  const other = new FixtureLog(world);
  other.seal(people.map((person, i) => makeRegister(world, person, `other-name-${i}`)));
  other.seal([]);
  other.seal(people.map((person, i) => makeUpdate(world, person, record(other, `other-name-${i}`), { service: 'x.example' })));
  other.seal([]);
  expect(other.names.length).toBeGreaterThan(log.names.length);
  const forked = await validateOnce(dir, new TestSource(other), other, workers);
  expect(forked.cosigned).toBeNull();
  expect(forked.io.errLines.join('\n')).toContain('does not begin with');
  expect(listEvidence(dir).map(({ name }) => name.split('-')[0])).toContain('fork');
});

test('without the memory of what it has signed a key signs nothing', async () => {
  const dir = newFolder();
  await validateOnce(dir, new TestSource(log), log, workers);
  rmSync(join(dir, SIGNED_FILE));
  await expect(validateOnce(dir, new TestSource(log), log, workers)).rejects.toThrow(/^bad-file/);
  writeFileSync(join(dir, SIGNED_FILE), '{"format":"mns-validator-signed/v1","view":{}}');
  await expect(validateOnce(dir, new TestSource(log), log, workers)).rejects.toThrow(/^bad-file/);
  expect(() => openValidatorKey(newFolder(), null, (n) => new Uint8Array(n))).toThrow(/^bad-option/);
  const bad = newFolder();
  expect(() => openValidatorKey(bad, 'Not A Name', (n) => new Uint8Array(n))).toThrow();
  expect(existsSync(join(bad, 'validator-key'))).toBe(false);
});
