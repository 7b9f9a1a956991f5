import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import * as fixtures from '../assertion/fixtures';
import { DEFAULT_DELAYS } from '../assertion/policy-defaults';
import { toBase64 } from '../bytes/base64';
import { text, utf8 } from '../bytes/bytes';
import { encodeJson, type Json } from '../bytes/canonical-json';
import { checkpointToSign, formatCheckpoint, parseCheckpointBody } from '../checkpoint/checkpoint';
import type { Envelope } from '../keys/dsse';
import { signWith } from '../keys/sign';
import { parseNote } from '../note/note';
import { FixtureLog } from '../registry/fixture-log';
import { fixtureTiles } from '../registry/fixture-tiles';
import { parseEntry, parseSeal } from '../registry/parse-entry';
import { logOrigin } from '../registry/policy';
import { encodeEntry } from '../registry/state';
import { appendLeaves, headOf } from '../tlog/edge';
import { leafHash } from '../tlog/hash';
import { inclusionPlan } from '../tlog/inclusion';
import { runPlan } from '../tlog/nodes';
import { ACTION_KINDS, type Action, FixtureHistory } from './fixture-history';
import { encodeEvidence, type Evidence } from './evidence-file';
import { forkEvidence, type ReplayFault, replayEvidence } from './make-evidence';
import { Replayer } from './replay';
import { parseTokenPolicy } from './token-policy';
import { verifyEvidence } from './verify-evidence';
import { Refusal } from '../refusal';

const delays = { ...DEFAULT_DELAYS, curingSec: 120, noticeSec: 60, policySec: 120, quoteSec: 60, transferSec: 60 };
const world = fixtures.makeRegistry('evidence-fuzz', { delays });
const accused = { policies: [world.genesis.envelope], registry: world.registry };

function note(size: number, root: Uint8Array): string {
  const prepared = checkpointToSign({ origin: logOrigin(world.origin, 'names'), root, size });
  return formatCheckpoint(prepared, [signWith(prepared, world.logs.names.seed)]);
}

const base = new FixtureLog(world);
base.seal([fixtures.makeRegister(world, fixtures.makeIdentity(world.registry, 'alice'), '@alice-of-fuzz')]);
const fork = encodeEvidence(forkEvidence({ ...accused, a: base.notes().names, b: note(base.names.length, new Uint8Array(32)), log: 'names', tile: fixtureTiles([]) }));

test('any bytes, and any change of a good file, end in an answer, and in a conviction only if nothing of weight changed', () => {
  expect(verifyEvidence(fork, { registry: world.registry }).ok).toBe(true);
  fc.assert(
    fc.property(fc.nat(fork.length - 1), fc.integer({ max: 255, min: 1 }), (at, change) => {
      const bytes = Uint8Array.from(fork);
      bytes[at] = (bytes[at] ?? 0) ^ change;
      const found = verifyEvidence(bytes, { registry: world.registry });
      // A flipped bit may leave a signature line of nobody, or a name of a key that nobody asks; it never makes other contents convict.
      if (found.ok) expect(found.kind).toBe('fork');
      else expect(found.says).toBeNull();
    }),
    { numRuns: 200 },
  );
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => !verifyEvidence(bytes, { registry: null }).ok));
  fc.assert(fc.property(fc.jsonValue(), fc.constantFrom('fork', 'no-seal', 'time', 'broken-receipt', 'replay'), (value, kind) => {
    const json = { format: 'mns-evidence/v1', kind, registry: world.registry, value: JSON.parse(JSON.stringify(value)) as Json };
    let bytes: Uint8Array;
    try {
      bytes = encodeJson(json);
    } catch (error) {
      if (error instanceof Refusal) return;
      throw error;
    }
    expect(verifyEvidence(bytes, { registry: null }).ok).toBe(false);
  }));
});

const action: fc.Arbitrary<Action> = fc.record({
  kind: fc.constantFrom(...ACTION_KINDS, 'register' as const, 'update' as const, 'validator' as const, 'tokens' as const),
  value: fc.nat(1_000),
  what: fc.nat(4),
  who: fc.nat(2),
});
const minutes = fc.array(fc.array(action, { maxLength: 6 }), { maxLength: 6, minLength: 2 });

/** lastPeriod is a random history up to its last seal, and that seal's period with its entries changed, as a validator would hold both. */
function lastPeriod(plan: readonly (readonly Action[])[], change: number): ReplayFault {
  const { log } = new FixtureHistory(world).play(plan);
  const last = log.seals.at(-1);
  if (last === undefined) throw new Error('there are seals');
  const replayer = Replayer.fromGenesis();
  for (const { names, proofs } of log.seals.slice(0, -1)) replayer.replayPeriod({ names: names.entries, proofs: proofs.entries });
  const { edges, last: before } = replayer;
  if (before === null) throw new Error('there is a seal before');
  const names = forge(last.names.entries, change);
  const leaves = [...log.leaves.names.slice(0, edges.names.size), ...names.map(leafHash)];
  const head = headOf(appendLeaves({ levels: [], size: 0 }, leaves).edge);
  return {
    before: { bytes: log.names[before.index] ?? new Uint8Array(0), index: before.index },
    checkpoint: note(head.size, head.root),
    from: { due: replayer.due, edges, last: before, map: replayer.map, state: replayer.state },
    period: { names, proofs: last.proofs.entries },
    policies: log.proofs.filter((bytes) => /"type":"(genesis|policy)"/.test(payloadText(bytes))).map((bytes) => JSON.parse(text(bytes)) as Envelope),
    registry: world.registry,
    tiles: { names: fixtureTiles(leaves), proofs: fixtureTiles(log.leaves.proofs) },
  };
}

const verify = (evidence: Evidence) => verifyEvidence(encodeEvidence(evidence), { registry: world.registry });

test('whatever the last period of a random history is changed into, its evidence convicts; unchanged it makes none', () => {
  fc.assert(
    fc.property(minutes, fc.nat(6), (plan, change) => {
      const fault = lastPeriod(plan, change);
      if (change === 0) {
        expect(() => replayEvidence(fault)).toThrow('no-evidence');
        return;
      }
      const found = verify(replayEvidence(fault));
      expect({ failed: found.steps.find(({ state }) => state === 'failed') ?? null, ok: found.ok }).toEqual({ failed: null, ok: true });
    }),
    { numRuns: 15 },
  );
});

/** busy are histories in which much happens to few names, so that things fall due in their last period too. */
const busy = fc.array(
  fc.array(
    fc.record({
      kind: fc.constantFrom('register' as const, 'register' as const, 'update' as const, 'transfer' as const, 'transfer' as const, 'rotate' as const, 'dispute' as const, 'reassign' as const, 'validator' as const, 'tokens' as const),
      value: fc.nat(1_000),
      what: fc.nat(2),
      who: fc.nat(2),
    }),
    { maxLength: 9, minLength: 6, size: 'max' },
  ),
  { maxLength: 6, minLength: 4, size: 'max' },
);

test('an honest period convicts nobody, whatever of the state a file leaves out', () => {
  const tried = { due: 0, files: 0, keys: 0 };
  fc.assert(
    fc.property(busy, (plan) => {
      // What a full replay of the period reads, under the checkpoint of what was really sealed.
      const forged = replayEvidence(lastPeriod(plan, 1));
      const honest = lastPeriod(plan, 0);
      const { size } = parseCheckpointBody(parseNote(honest.checkpoint).text);
      const inclusion = (index: number): string[] => runPlan(inclusionPlan(index, size), size, honest.tiles.names).map(toBase64);
      const state = forged.state.map((one) => ({ ...one, shown: one.shown === null ? null : { ...one.shown, inclusion: inclusion(one.shown.index) } }));
      const file = { ...forged, checkpoint: honest.checkpoint, names: { ...forged.names, entries: [honest.before.bytes, ...honest.period.names].map(toBase64) }, state };
      tried.files += 1;
      const { covers } = parseSeal(honest.period.names.at(-1) ?? new Uint8Array(0));
      tried.due += honest.period.names.map(parseEntry).filter((entry) => entry.type === 'record' && entry.proof < covers[0]).length;
      expect(verify(file).steps.at(-1)?.problem?.code).toBe('no-evidence');
      for (let i = 0; i < state.length; i++) {
        tried.keys += 1;
        expect(verify({ ...file, state: state.toSpliced(i, 1) }).ok).toBe(false);
      }
      expect(verify({ ...file, state: [] }).ok).toBe(false);
    }),
    { numRuns: 4, seed: 5 },
  );
  expect(tried.keys).toBeGreaterThan(tried.files * 3);
  expect(tried.due).toBeGreaterThan(0);
});

function payloadText(bytes: Uint8Array): string {
  return Buffer.from((JSON.parse(text(bytes)) as { payload: string }).payload, 'base64').toString();
}

/** forge changes a period's entries in one of a few ways; 0 leaves them. The seal stays the last, and one that can be read. */
function forge(entries: readonly Uint8Array[], change: number): Uint8Array[] {
  const seal = parseSeal(entries.at(-1) ?? new Uint8Array(0));
  const others = entries.slice(0, -1);
  const closed = (more: object): Uint8Array => encodeEntry({ ...seal, ...more });
  switch (change) {
    case 0:
      return [...entries];
    case 1:
      return [...others, closed({ map: { root: toBase64(new Uint8Array(32)), size: seal.map.size } })];
    case 2:
      return [...others, closed({ number: seal.number + 1 })];
    case 3:
      return [...others, closed({ timeSec: 1 })];
    case 4:
      return [...others, utf8('{"made":"up"}'), closed({})];
    case 5:
      return others.length === 0 ? [...others, closed({ prev: 0 })] : [...others.slice(1), closed({})];
    default:
      return [...others, closed({ covers: [0, seal.covers[1]] })].map((entry, i, all) => (i === all.length - 1 && seal.covers[0] === 0 ? closed({ prev: null }) : entry));
  }
}

test('random histories reach every state of a validator, tokens on one seal and on two, and each of their refusals', () => {
  const kinds = fc.constantFrom('register' as const, 'validator' as const, 'validator' as const, 'validator-retired' as const, 'tokens' as const, 'tokens' as const, 'old-tokens' as const);
  const mostly = fc.array(fc.array(fc.record({ kind: kinds, value: fc.nat(1_000), what: fc.nat(1), who: fc.nat(2) }), { maxLength: 5 }), { maxLength: 10, minLength: 3 });
  const reached = new Set<string>();
  for (const plan of fc.sample(mostly, { numRuns: 25, seed: 1 })) {
    const { log } = new FixtureHistory(world).play(plan);
    const replayer = Replayer.fromGenesis();
    for (const { names, proofs, refused } of log.seals) {
      for (const { code } of refused) reached.add(code);
      replayer.replayPeriod({ names: names.entries, proofs: proofs.entries });
      for (const entry of names.entries.map(parseEntry)) {
        if (entry.type === 'validator') reached.add(entry.status);
        if (entry.type === 'tokens') reached.add(`tokens on ${entry.seals.length}`);
      }
    }
    expect(replayer.heads()).toEqual(log.seals.at(-1)?.heads);
  }
  const wanted = ['enrolled', 'retired', 'tokens on 1', 'tokens on 2', 'token-repeated', 'unknown-checkpoint', 'unknown-validator', 'stale-prev', 'wrong-tenure'];
  expect(wanted.filter((one) => !reached.has(one))).toEqual([]);
});

test('a token policy is read or refused, never thrown at', () => {
  const words = fc.constantFrom('witness', 'group', 'quorum', 'log', 'none', 'any', 'all', '2', 'a', 'b', '#', 'max-age', '9', 'x+00000000+AAAA', '\n', '\t', ' ');
  fc.assert(
    fc.property(fc.array(words, { maxLength: 30 }), (source) => {
      try {
        parseTokenPolicy(source.join(' '));
      } catch (error) {
        expect(error).toBeInstanceOf(Refusal);
      }
    }),
  );
});
