import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeTokens, makeValidator, makeValidatorKey, sealTokens } from '../../core/assertion/fixture-tokens';
import { makeIdentity, makeRegister, makeRegistry, makeUpdate } from '../../core/assertion/fixtures';
import { toBase64 } from '../../core/bytes/base64';
import { FixtureLog } from '../../core/registry/fixture-log';
import { readRecord } from '../../core/registry/state';
import { CopyReader } from '../../copy/copy-reader';
import { listEvidence } from '../../copy/evidence-folder';
import { type Lie, tellLie } from '../../copy/lies-for-tests';
import { TestSource } from '../../copy/source-for-tests';
import { provideFastCrypto } from '../../native/fast-hash';
import { ReplayWorkers } from '../../native/replay-workers';
import { testIo } from '../io-for-tests';
import { run } from '../run';
import { sealForged, validateOnce } from './validate-for-tests';

/* A registry that cheats in a way that only a replay sees: hashes, map root and signatures fit the lie. What a follower sees is drilled in lib/copy. */

const root = mkdtempSync(join(tmpdir(), 'mns-cheating-'));
const world = makeRegistry('cheating');
const alice = makeIdentity(world.registry, 'alice');
const validator = makeValidatorKey('watcher');
const base = join(root, 'base');
let workers: ReplayWorkers;

/** A registry with a name, an enrolled validator and a seal that has no tokens yet. */
function newLog(): FixtureLog {
  const log = new FixtureLog(world);
  log.seal([makeRegister(world, alice, '@alice-cooper')]);
  log.seal([makeValidator(world, validator, alice, recordIn(log))]);
  return log;
}

function recordIn(log: FixtureLog) {
  const record = readRecord(log.state, 'alice-cooper')?.entry;
  if (record === undefined) throw new Error('the name is registered');
  return record;
}

beforeAll(async () => {
  provideFastCrypto();
  workers = new ReplayWorkers(1);
  const log = newLog();
  expect((await validateOnce(base, new TestSource(log), log, workers)).error).toBeNull();
});
afterAll(async () => {
  await workers.close();
  rmSync(root, { force: true, recursive: true });
});

/** A validator that signed the honest log up to here meets the source. */
async function meets(name: string, source: TestSource, log: FixtureLog) {
  const dir = join(root, name);
  cpSync(base, dir, { filter: (path) => !path.endsWith('.lock'), recursive: true });
  return { dir, ...(await validateOnce(dir, source, log, workers)) };
}

/** The lie is refused and not signed, the last good copy stays, and `mns verify` confirms the evidence anywhere. */
async function expectCaught(name: string, source: TestSource, log: FixtureLog, says: RegExp): Promise<void> {
  const { cosigned, dir, error, posted } = await meets(name, source, log);
  expect(error?.message).toMatch(says);
  expect(posted).toEqual([]);
  expect(cosigned).toBe(readFileSync(join(base, 'cosigned'), 'utf8'));
  const reader = CopyReader.open(dir);
  expect([reader.needHead().seal, reader.needHead().checked]).toEqual([2, 'replayed']);
  reader.close();
  const [file] = listEvidence(dir);
  const elsewhere = testIo();
  expect(await run(['verify', join(dir, 'evidence', file?.name ?? 'none'), '--registry', world.registry], elsewhere), elsewhere.outLines.join('\n')).toBe(0);
  expect(await run(['verify', join(dir, 'evidence', file?.name ?? 'none'), '--registry', makeRegistry('another').registry], testIo())).toBe(1);
}

function lyingSource(lie: Lie, make: (log: FixtureLog) => void = (log) => void log.seal([])): { log: FixtureLog; source: TestSource } {
  const log = newLog();
  make(log);
  const source = new TestSource(log);
  tellLie(source, log, lie);
  return { log, source };
}

function updating(log: FixtureLog): void {
  log.seal([makeUpdate(world, alice, recordIn(log), { service: 'honest.example' })]);
}

function changed(bytes: Uint8Array, from: string, to: string): Uint8Array {
  const text = Buffer.from(bytes).toString('utf8');
  expect(text).toContain(from);
  return Uint8Array.from(Buffer.from(text.replace(from, to)));
}

test('a record that no proof supports is caught', async () => {
  const { log, source } = lyingSource({ names: (entries) => [...entries, changed(newLog().names.find((one) => Buffer.from(one).includes('"alice-cooper"')) ?? new Uint8Array(), 'provider.example', 'thief.example')] });
  await expectCaught('no-proof', source, log, /replay-mismatch: Name-log entry \d+/);
});

test('a proof without its record is caught', async () => {
  const { log, source } = lyingSource({ names: () => [] }, updating);
  await expectCaught('no-record', source, log, /replay-mismatch: Name-log entry \d+/);
});

test('a record that is not what its proof says is caught', async () => {
  const { log, source } = lyingSource({ names: (entries) => entries.map((one) => changed(one, 'honest.example', 'thief.example')) }, updating);
  await expectCaught('rewritten', source, log, /replay-mismatch: Name-log entry \d+ is not what the proof log gives/);
});

test('a wrong map root is caught', async () => {
  const { log, source } = lyingSource({ seal: (seal) => ({ ...seal, map: { ...seal.map, root: toBase64(new Uint8Array(32)) } }) }, updating);
  await expectCaught('wrong-map', source, log, /replay-mismatch: Name-log entry \d+/);
});

test('a forged token in the log is caught', async () => {
  const log = newLog();
  const sealed = log.seals.at(-1);
  if (sealed === undefined) throw new Error('something is sealed');
  const honest = sealTokens(log, sealed, [validator]);
  const [token] = honest.tokens;
  if (token === undefined) throw new Error('there is a token');
  const cosignature = Buffer.from(token.cosignature, 'base64');
  cosignature[60] = (cosignature[60] ?? 0) ^ 1;
  sealForged(log, makeTokens(log, [{ ...honest, tokens: [{ ...token, cosignature: toBase64(cosignature) }] }]));
  await expectCaught('forged-token', new TestSource(log), log, /is not a valid assertion: bad-/);
});

test('a token that is logged twice is caught', async () => {
  const log = newLog();
  const sealed = log.seals.at(-1);
  if (sealed === undefined) throw new Error('something is sealed');
  const tokens = makeTokens(log, [sealTokens(log, sealed, [validator])]);
  log.seal([tokens]);
  expect(log.seals.at(-1)?.refused).toEqual([]);
  const source = new TestSource(log);
  tellLie(source, log, { proofs: (entries) => [...entries, tokens.bytes] });
  await expectCaught('repeated-token', source, log, /could not be sealed: /);
});

test('a log that stands still is told, and nothing more is signed', async () => {
  const log = newLog();
  const dir = join(root, 'stalled');
  cpSync(base, dir, { filter: (path) => !path.endsWith('.lock'), recursive: true });
  const { cosigned, error, io, posted } = await validateOnce(dir, new TestSource(log), log, workers, 3_600);
  expect([error, posted]).toEqual([null, []]);
  expect(cosigned).toBe(readFileSync(join(base, 'cosigned'), 'utf8'));
  expect(io.errLines.join('\n')).toContain('the log stands still');
});
