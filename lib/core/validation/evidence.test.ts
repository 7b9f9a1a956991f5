import { expect, test } from 'vitest';
import { makeCancel, makeRootTransfer, makeTransfer } from '../assertion/fixture-names';
import * as fixtures from '../assertion/fixtures';
import { DEFAULT_DELAYS } from '../assertion/policy-defaults';
import type { ParsedAssertion } from '../assertion/parse';
import { receiptToSign } from '../assertion/receipt';
import { toBase64 } from '../bytes/base64';
import { checkpointToSign, formatCheckpoint } from '../checkpoint/checkpoint';
import { attach } from '../keys/dsse';
import { signWith } from '../keys/sign';
import { FixtureLog } from '../registry/fixture-log';
import { fixtureTiles } from '../registry/fixture-tiles';
import { logOrigin, type LogKind } from '../registry/policy';
import { parseSeal } from '../registry/parse-entry';
import { encodeEntry, readRecord } from '../registry/state';
import { appendLeaves, headOf } from '../tlog/edge';
import { leafHash } from '../tlog/hash';
import { type Evidence, encodeEvidence } from './evidence-file';
import { fixtureProof } from './fixture-proof';
import { brokenReceiptEvidence, forkEvidence, noSealEvidence, replayEvidence, timeEvidence } from './make-evidence';
import { Replayer, ReplayMismatch } from './replay';
import { verifyEvidence } from './verify-evidence';

const world = fixtures.makeRegistry('evidence');
const alice = fixtures.makeIdentity(world.registry, 'alice');
const bob = fixtures.makeIdentity(world.registry, 'bob');
const accused = { policies: [world.genesis.envelope], registry: world.registry };

/** note signs any tree as the registry would. */
function note(log: LogKind, size: number, root: Uint8Array): string {
  const prepared = checkpointToSign({ origin: logOrigin(world.origin, log), root, size });
  return formatCheckpoint(prepared, [signWith(prepared, world.logs[log].seed)]);
}

/** signed signs a list of name-log entries, whatever they are. */
function signed(entries: readonly Uint8Array[]): { note: string; leaves: Uint8Array[]; tile: ReturnType<typeof fixtureTiles> } {
  const leaves = entries.map(leafHash);
  const { root, size } = headOf(appendLeaves({ levels: [], size: 0 }, leaves).edge);
  return { leaves, note: note('names', size, root), tile: fixtureTiles(leaves) };
}

function verify(evidence: Evidence, registry: string | null = world.registry) {
  const { kind, ok, says, steps } = verifyEvidence(encodeEvidence(evidence), { registry });
  return { code: steps.find((step) => step.state === 'failed')?.problem?.code ?? null, kind, ok, says };
}

/** twoViews are two logs that part after seal 1. */
function twoViews(): [FixtureLog, FixtureLog] {
  return ['one.example', 'two.example'].map((service) => {
    const log = new FixtureLog(world);
    log.seal([fixtures.makeRegister(world, alice, '@alice-of-evidence')]);
    log.seal([fixtures.makeRegister(world, bob, '@bob-of-evidence', { service })]);
    log.seal([]);
    return log;
  }) as [FixtureLog, FixtureLog];
}

test('two signed checkpoints of one size with two roots convict, the same one twice does not', () => {
  const [a, b] = twoViews();
  const tile = (): never => {
    throw new Error('not asked for at one size');
  };
  const fork = { ...accused, log: 'names', tile } as const;
  expect(verify(forkEvidence({ ...fork, a: a.notes().names, b: b.notes().names }))).toMatchObject({ kind: 'fork', ok: true });
  expect(verify(forkEvidence({ ...fork, a: a.notes().proofs, b: b.notes().proofs, log: 'proofs' }))).toMatchObject({ ok: true });
  expect(verify(forkEvidence({ ...fork, a: a.notes().names, b: a.notes().names }))).toMatchObject({ code: 'no-evidence', ok: false });
});

test('two signed checkpoints of different sizes convict if the larger tree does not begin with the smaller', () => {
  const [a, b] = twoViews();
  const early = b.notes(b.seals[2]).names;
  const tile = fixtureTiles(a.leaves.names);
  expect(verify(forkEvidence({ ...accused, a: a.notes().names, b: early, log: 'names', tile }))).toMatchObject({ code: null, ok: true });
  // The shared beginning is no fork.
  expect(verify(forkEvidence({ ...accused, a: a.notes().names, b: b.notes(b.seals[1]).names, log: 'names', tile }))).toMatchObject({ code: 'no-evidence', ok: false });
});

test('what somebody else signed convicts nobody, nor does a file about another registry, nor one with a hash changed', () => {
  const [a, b] = twoViews();
  const other = fixtures.makeRegistry('other');
  const foreign = new FixtureLog(other);
  const good = forkEvidence({ ...accused, a: a.notes().names, b: b.notes().names, log: 'names', tile: fixtureTiles([]) });
  expect(verify(good, other.registry)).toMatchObject({ code: 'wrong-registry', ok: false });
  expect(verify(good, null).ok).toBe(true);
  expect(verify({ ...good, later: foreign.notes().names }).ok).toBe(false);
  const later = forkEvidence({ ...accused, a: a.notes().names, b: b.notes(b.seals[2]).names, log: 'names', tile: fixtureTiles(a.leaves.names) });
  expect(verify({ ...later, root: toBase64(new Uint8Array(32)) })).toMatchObject({ code: 'bad-consistency', ok: false });
});

test('a signed name log that does not end in a seal convicts', () => {
  const [a] = twoViews();
  const evidence = (entries: readonly Uint8Array[], at: ReturnType<typeof signed>) =>
    noSealEvidence({ ...accused, checkpoint: at.note, entries: [{ bytes: entries.at(-1) as Uint8Array, index: entries.length - 1 }], log: 'names', names: null, tile: at.tile });
  expect(verify(evidence(a.names.slice(0, 4), signed(a.names.slice(0, 4)))).ok).toBe(true);
  expect(verify(evidence(a.names, signed(a.names)))).toMatchObject({ code: 'no-evidence', ok: false });
});

test('a signed proof log that no seal has convicts: of a size between two seals, or of another root', () => {
  const [a] = twoViews();
  const sealAt = (number: number) => ({ bytes: a.names[a.seals[number]?.last.index ?? 0] as Uint8Array, index: a.seals[number]?.last.index ?? 0 });
  const wide = new FixtureLog(world);
  wide.seal([fixtures.makeRegister(world, alice, '@alice-of-evidence'), fixtures.makeRegister(world, bob, '@bob-of-evidence')]);
  const seals = wide.seals.map(({ last }) => ({ bytes: wide.names[last.index] as Uint8Array, index: last.index }));
  const inside = noSealEvidence({ ...accused, checkpoint: note('proofs', 2, new Uint8Array(32)), entries: seals, log: 'proofs', names: wide.notes().names, tile: fixtureTiles(wide.leaves.names) });
  expect(verify(inside).ok).toBe(true);
  const base = { ...accused, log: 'proofs', names: a.notes().names, tile: fixtureTiles(a.leaves.names) } as const;
  expect(verify(noSealEvidence({ ...base, checkpoint: note('proofs', 2, new Uint8Array(32)), entries: [sealAt(1)] })).ok).toBe(true);
  expect(verify(noSealEvidence({ ...base, checkpoint: a.notes(a.seals[1]).proofs, entries: [sealAt(1)] }))).toMatchObject({ code: 'no-evidence', ok: false });
  expect(verify(noSealEvidence({ ...base, checkpoint: note('proofs', 2, new Uint8Array(32)), entries: [sealAt(0), sealAt(2)] }))).toMatchObject({ code: 'bad-evidence', ok: false });
});

test('a seal whose time is not after the one before convicts', () => {
  const [a] = twoViews();
  const index = a.last?.index ?? 0;
  const seal = parseSeal(a.names[index] as Uint8Array);
  const back = encodeEntry({ ...seal, timeSec: fixtures.FIXTURE_TIME_SEC });
  const bad = signed([...a.names.slice(0, -1), back]);
  const before = a.seals.at(-2)?.last.index ?? 0;
  const seals = [{ bytes: a.names[before] as Uint8Array, index: before }, { bytes: back, index }] as const;
  expect(verify(timeEvidence({ ...accused, checkpoint: bad.note, seals, tile: bad.tile })).ok).toBe(true);
  const honest = [seals[0], { bytes: a.names[index] as Uint8Array, index }] as const;
  expect(verify(timeEvidence({ ...accused, checkpoint: a.notes().names, seals: honest, tile: fixtureTiles(a.leaves.names) }))).toMatchObject({ code: 'no-evidence', ok: false });
});

test('a receipt next to a later state without what it promised convicts; one that was kept, or is not due, does not', () => {
  const log = new FixtureLog(world);
  const register = fixtures.makeRegister(world, alice, '@alice-of-evidence');
  const receiptOf = (parsed: ParsedAssertion, bySeal: number) => {
    const prepared = receiptToSign({ assertion: parsed.hash, bySeal, registry: world.registry });
    return attach(prepared, [signWith(prepared, world.registrar.seed)]);
  };
  const name = { kind: 'name', name: 'alice-of-evidence', tenure: null } as const;
  const evidence = (parsed: ParsedAssertion, bySeal: number) => brokenReceiptEvidence({ assertion: parsed.envelope, proof: fixtureProof(log, name), receipt: receiptOf(parsed, bySeal), registry: world.registry });
  log.seal([]);
  expect(verify(evidence(register, 1))).toMatchObject({ kind: 'broken-receipt', ok: true });
  expect(verify(evidence(register, 2))).toMatchObject({ code: 'no-evidence', ok: false });
  log.seal([fixtures.makeRegister(world, bob, '@alice-of-evidence')]);
  expect(verify(evidence(register, 2))).toMatchObject({ ok: true });
  const his = readRecord(log.state, 'alice-of-evidence')?.entry;
  if (his === undefined) throw new Error('bob has it');
  const update = fixtures.makeUpdate(world, bob, his, { service: 'moved.example' });
  expect(verify(evidence(update, 2))).toMatchObject({ ok: true });
  log.seal([update]);
  expect(verify(evidence(update, 3))).toMatchObject({ code: 'no-evidence', ok: false });
});

test('a promise that was kept convicts nobody, whatever became of the name since; a cancel that was promised and not logged convicts', () => {
  const carols = fixtures.makeRegistry('promises');
  const log = new FixtureLog(carols);
  const [carol, dave] = ['carol', 'dave'].map((label) => fixtures.makeIdentity(carols.registry, label)) as [fixtures.FixtureIdentity, fixtures.FixtureIdentity];
  const verdict = (parsed: ParsedAssertion, bySeal: number, tenure: number | null) => {
    const prepared = receiptToSign({ assertion: parsed.hash, bySeal, registry: carols.registry });
    const receipt = attach(prepared, [signWith(prepared, carols.registrar.seed)]);
    const proof = fixtureProof(log, { kind: 'name', name: 'carol-of-evidence', tenure });
    return verify(brokenReceiptEvidence({ assertion: parsed.envelope, proof, receipt, registry: carols.registry }), carols.registry);
  };
  const record = () => readRecord(log.state, 'carol-of-evidence')?.entry ?? expect.fail('nobody has it');
  const register = fixtures.makeRegister(carols, carol, '@carol-of-evidence');
  log.seal([register]);
  log.seal([makeTransfer(carols, carol, dave, record())]);
  const cancel = makeCancel(carols, record(), carol.root);
  log.seal([]);
  expect(verdict(cancel, 3, null)).toMatchObject({ ok: true, says: expect.stringContaining('still pending') as string });
  expect(verdict(cancel, 4, null)).toMatchObject({ code: 'no-evidence', ok: false });
  log.seal([cancel]);
  expect(verdict(cancel, 4, null)).toMatchObject({ code: 'no-evidence', ok: false });
  expect(log.seal([makeRootTransfer(carols, carol, dave, record())]).refused).toEqual([]);
  // The root key has passed the name on: the root chain of the old tenure ends in that.
  for (const tenure of [0, 1]) {
    expect(verdict(register, 1, tenure)).toMatchObject({ code: 'no-evidence', ok: false });
    expect(verdict(cancel, 4, tenure)).toMatchObject({ code: 'no-evidence', ok: false });
  }
});

test('a cancel that was promised convicts too once the transfer has taken effect in spite of it', () => {
  const carols = fixtures.makeRegistry('lost cancel', { delays: { ...DEFAULT_DELAYS, transferSec: 60 } });
  const log = new FixtureLog(carols);
  const [carol, dave] = ['carol', 'dave'].map((label) => fixtures.makeIdentity(carols.registry, label)) as [fixtures.FixtureIdentity, fixtures.FixtureIdentity];
  log.seal([fixtures.makeRegister(carols, carol, '@carol-of-evidence')]);
  const record = () => readRecord(log.state, 'carol-of-evidence')?.entry ?? expect.fail('nobody has it');
  log.seal([makeTransfer(carols, carol, dave, record())]);
  const cancel = makeCancel(carols, record(), carol.root);
  const prepared = receiptToSign({ assertion: cancel.hash, bySeal: 3, registry: carols.registry });
  log.seal([]);
  expect(record().tenure).toBe(1);
  const proof = fixtureProof(log, { kind: 'name', name: 'carol-of-evidence', tenure: null });
  const evidence = brokenReceiptEvidence({ assertion: cancel.envelope, proof, receipt: attach(prepared, [signWith(prepared, carols.registrar.seed)]), registry: carols.registry });
  expect(verify(evidence, carols.registry)).toMatchObject({ ok: true, says: expect.stringContaining('took effect') as string });
});

/** judged replays a log whose last period was tampered with, and makes evidence of what the replay refuses. */
function judged(log: FixtureLog, names: readonly Uint8Array[], proofs?: readonly Uint8Array[]) {
  const replayer = Replayer.fromGenesis();
  for (const sealed of log.seals.slice(0, -1)) {
    const [first, end] = sealed.seal.covers;
    replayer.replayPeriod({ names: log.names.slice(sealed.names.first, sealed.last.index + 1), proofs: log.proofs.slice(first, end) });
  }
  const { edges, last } = replayer;
  if (last === null) throw new Error('there is a seal before');
  const period = { names, proofs: proofs ?? log.seals.at(-1)?.proofs.entries ?? [] };
  const all = [...log.names.slice(0, edges.names.size), ...names];
  const { note: checkpoint, tile } = signed(all);
  const proofLeaves = [...log.leaves.proofs.slice(0, edges.proofs.size), ...period.proofs.map(leafHash)];
  const from = { due: replayer.due, edges, last, map: replayer.map, state: replayer.state };
  const before = { bytes: log.names[last.index] as Uint8Array, index: last.index };
  const evidence = replayEvidence({ ...accused, before, checkpoint, from, period, tiles: { names: tile, proofs: fixtureTiles(proofLeaves) } });
  expect(() => replayer.replayPeriod(period)).toThrow(ReplayMismatch);
  return evidence;
}

/** reseal is the period's entries with another seal in the end. */
function reseal(log: FixtureLog, entries: readonly Uint8Array[], change: object = {}): Uint8Array[] {
  const seal = parseSeal(log.names.at(-1) as Uint8Array);
  return [...entries, encodeEntry({ ...seal, ...change })];
}

test('a signed period that does not replay convicts: entry changed, left out, made up; a wrong map root', () => {
  const log = new FixtureLog(world);
  log.seal([fixtures.makeRegister(world, alice, '@alice-of-evidence')]);
  log.seal([fixtures.makeRegister(world, bob, '@bob-of-evidence')]);
  const honest = log.seals.at(-1)?.names.entries.slice(0, -1) ?? [];
  const record = readRecord(log.state, 'bob-of-evidence')?.entry;
  const hers = readRecord(log.state, 'alice-of-evidence')?.entry;
  if (record === undefined || hers === undefined) throw new Error('both are registered');
  const stolen = encodeEntry({ ...hers, prev: 4, udf: bob.udf });
  const cases = {
    changed: reseal(log, [...honest.slice(0, -1), encodeEntry({ ...record, udf: alice.udf })]),
    'left out': reseal(log, honest.slice(0, -1)),
    'made up': reseal(log, [...honest, stolen]),
    map: reseal(log, honest, { map: { root: toBase64(new Uint8Array(32)), size: 5 } }),
    number: reseal(log, honest, { number: 7 }),
  };
  for (const [what, names] of Object.entries(cases)) {
    const evidence = judged(log, names);
    expect({ what, ...verify(evidence) }).toMatchObject({ code: null, kind: 'replay', ok: true, what });
    // Without the state that it rests on, the file shows nothing.
    expect(verify({ ...evidence, state: evidence.state.slice(1) })).toMatchObject({ ok: false });
  }
});

test('an assertion in the log that should not be there convicts: badly signed, or against the rules', () => {
  const log = new FixtureLog(world);
  log.seal([fixtures.makeRegister(world, alice, '@alice-of-evidence')]);
  const good = fixtures.makeRegister(world, bob, '@bob-of-evidence');
  log.seal([good]);
  const honest = log.seals.at(-1)?.names.entries.slice(0, -1) ?? [];
  const [first = '', ...rest] = good.envelope.signatures.map(({ sig }) => sig);
  const forged = { ...good.envelope, signatures: good.envelope.signatures.map(({ keyid }, i) => ({ keyid, sig: i === 0 ? (rest[0] ?? '') : first })) };
  for (const bytes of [new TextEncoder().encode(JSON.stringify(forged)), fixtures.makeRegister(world, bob, '@alice-of-evidence').bytes, new Uint8Array([1, 2, 3])]) {
    const edge = appendLeaves(log.seals.at(-2)?.edges.proofs ?? { levels: [], size: 0 }, [leafHash(bytes)]).edge;
    const { root, size } = headOf(edge);
    const evidence = judged(log, reseal(log, honest, { proofs: { root: toBase64(root), size } }), [bytes]);
    expect(verify(evidence)).toMatchObject({ code: null, ok: true });
  }
});

test('a period that does replay convicts nobody, however it is packed', () => {
  const log = new FixtureLog(world);
  log.seal([fixtures.makeRegister(world, alice, '@alice-of-evidence')]);
  log.seal([fixtures.makeRegister(world, bob, '@bob-of-evidence')]);
  const honest = log.seals.at(-1)?.names.entries.slice(0, -1) ?? [];
  const evidence = judged(log, reseal(log, honest, { number: 7 }));
  const { note: checkpoint } = signed(log.names);
  const entries = [...evidence.names.entries.slice(0, -1), toBase64(log.names.at(-1) as Uint8Array)];
  const tile = fixtureTiles(log.leaves.names);
  const state = evidence.state.map((one) => ({ ...one, shown: one.shown === null ? null : { ...one.shown, inclusion: noSealEvidence({ ...accused, checkpoint, entries: [{ bytes: log.names[one.shown.index] as Uint8Array, index: one.shown.index }], log: 'names', names: null, tile }).shown[0]?.inclusion ?? [] } }));
  expect(verify({ ...evidence, checkpoint, names: { ...evidence.names, entries }, state })).toMatchObject({ code: 'no-evidence', ok: false });
});
