import { beforeAll, expect, test } from 'vitest';
import * as fixtures from '../assertion/fixtures';
import { parseAssertion } from '../assertion/parse';
import { FixtureLog } from '../registry/fixture-log';
import { parseEntry } from '../registry/parse-entry';
import { encodeEntry, type RecordEntry, type SealEntry } from '../registry/state';
import { Refusal } from '../refusal';
import { isSealBytes, type Period, PeriodSplitter, Replayer, ReplayMismatch } from './replay';

const world = fixtures.makeRegistry('replay');
const alice = fixtures.makeIdentity(world.registry, 'alice');
const bob = fixtures.makeIdentity(world.registry, 'bob');
let log: FixtureLog;

beforeAll(() => {
  log = new FixtureLog(world);
  log.seal([fixtures.makeRegister(world, alice, 'alice-cooper')]);
  log.seal([]);
  log.seal([fixtures.makeRegister(world, bob, 'bob-cooper'), fixtures.makeReserve(world, 'mine')]);
});

function periods(): { proofs: Uint8Array[]; names: Uint8Array[] }[] {
  return log.seals.map(({ names, proofs }) => ({ names: [...names.entries], proofs: [...proofs.entries] }));
}

/** mismatchOf replays until something is wrong and says where. */
function mismatchOf(history: readonly Period[]): { log: string; index: number } | string {
  const replayer = Replayer.fromGenesis();
  try {
    for (const period of history) replayer.replayPeriod(period);
    return 'clean';
  } catch (error) {
    if (error instanceof ReplayMismatch) return { index: error.index, log: error.log };
    return error instanceof Refusal ? error.code : String(error);
  }
}

/** altered gives the history with one name-log entry changed. */
function altered(index: number, change: (entry: never) => object): Period[] {
  const history = periods();
  let at = index;
  for (const { names } of history) {
    const bytes = names[at];
    if (bytes !== undefined) {
      names[at] = encodeEntry({ ...change(parseEntry(bytes) as never) } as SealEntry);
      return history;
    }
    at -= names.length;
  }
  throw new Error('no such entry');
}

test('an honest log replays, and ends at the same heads', () => {
  const replayer = Replayer.fromGenesis();
  for (const period of periods()) replayer.replayPeriod(period);
  expect(replayer.heads()).toEqual(log.seals.at(-1)?.heads);
  expect(replayer.last).toEqual(log.last);
});

test('a rewritten record is found at its index', () => {
  expect(mismatchOf(altered(3, (record: RecordEntry) => ({ ...record, service: 'thief.example' })))).toEqual({ index: 3, log: 'names' });
});

test('a seal with another map root, proof-log root or reach is found at its index', () => {
  for (const wrong of [{ map: { root: alice.certificate.hash, size: 3 } }, { proofs: { root: alice.certificate.hash, size: 2 } }, { covers: [0, 2] }, { number: 7 }]) {
    expect(mismatchOf(altered(4, (seal: SealEntry) => ({ ...seal, ...wrong })))).toEqual({ index: 4, log: 'names' });
  }
});

test('a record that no proof supports is found, and a proof without its record', () => {
  const extra = periods();
  extra[2]?.names.unshift(log.names[3] as Uint8Array);
  expect(mismatchOf(extra)).toEqual({ index: 5, log: 'names' });
  const missing = periods();
  missing[3]?.names.splice(1, 1);
  expect(mismatchOf(missing)).toEqual({ index: 7, log: 'names' });
});

test('a period that does not end in a seal, or whose time goes back, is refused', () => {
  const open = periods();
  open[1]?.names.pop();
  expect(mismatchOf(open)).toEqual({ index: 3, log: 'names' });
  expect(mismatchOf(altered(4, (seal: SealEntry) => ({ ...seal, timeSec: seal.timeSec - 60 })))).toBe('time-goes-back');
});

test('a proof-log entry that could not have been sealed is found at its index', () => {
  const forged = fixtures.signedBy(fixtures.registerPayload(world, bob, 'carol-cooper'), [bob.key, bob.root]).bytes;
  const twice = fixtures.makeRegister(world, bob, 'alice-cooper').bytes;
  for (const bad of [forged, twice, new Uint8Array([1, 2, 3])]) {
    const history = periods();
    history[3]?.proofs.splice(1, 0, bad);
    expect(mismatchOf(history)).toEqual({ index: 3, log: 'proofs' });
  }
});

test('a signature that is not valid is found at its index', () => {
  const honest = parseAssertion(log.proofs[1] as Uint8Array);
  const text = new TextDecoder().decode(honest.bytes);
  const { sig } = honest.envelope.signatures[0] ?? { sig: '' };
  const history = periods();
  history[1]?.proofs.splice(0, 1, new TextEncoder().encode(text.replace(sig, (sig.startsWith('A') ? 'B' : 'A') + sig.slice(1))));
  expect(mismatchOf(history)).toEqual({ index: 1, log: 'proofs' });
});

test('seal 0 with anything but the genesis is refused', () => {
  const [first, second] = periods();
  expect(mismatchOf([{ names: second?.names ?? [], proofs: second?.proofs ?? [] }])).toEqual({ index: 0, log: 'proofs' });
  expect(mismatchOf([{ names: first?.names ?? [], proofs: [...(first?.proofs ?? []), ...(second?.proofs ?? [])] }])).toEqual({ index: 0, log: 'proofs' });
});

test('after a refusal the replayer is where it was, and can go on with the honest period', () => {
  const replayer = Replayer.fromGenesis();
  const [first, second] = periods();
  replayer.replayPeriod(first as Period);
  const bad = altered(3, (record: RecordEntry) => ({ ...record, service: null }))[1] as Period;
  expect(() => replayer.replayPeriod(bad)).toThrow(ReplayMismatch);
  replayer.replayPeriod(second as Period);
  expect(replayer.heads()).toEqual(log.seals[1]?.heads);
});

test('a stream of entries is cut at its seals, wherever it is split', () => {
  const splitter = new PeriodSplitter();
  const cut = log.names.flatMap((entry) => splitter.push([entry]));
  expect(cut).toEqual(periods().map((period) => period.names));
  expect(splitter.openCount).toBe(0);
  expect(log.names.map(isSealBytes)).toEqual(log.names.map((bytes) => parseEntry(bytes).type === 'seal'));
});
