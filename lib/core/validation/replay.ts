import { parseAssertion } from '../assertion/parse';
import { type VerifiedAssertion, checkSignatures } from '../assertion/verify';
import { compareBytes, equalBytes, utf8 } from '../bytes/bytes';
import { fromBase64 } from '../bytes/base64';
import { MapBuilder } from '../map/build';
import { MapTree } from '../map/tree';
import { Refusal, refuse } from '../refusal';
import { BEFORE_GENESIS, type Batch, type BatchInput, type Both, type LastSeal, batch } from '../registry/batch';
import { DueIndex, mayWait } from '../registry/due-index';
import { MemoryState } from '../registry/memory-state';
import { parseSeal } from '../registry/parse-entry';
import { type SealEntry, type StateKey, type StateReader, stateValue } from '../registry/state';
import { type Edge, type TreeHead, headOf } from '../tlog/edge';

/** ReplayMismatch says where a log is not what its evidence gives: the first index at which they differ. */
export class ReplayMismatch extends Refusal {
  readonly log: 'names' | 'proofs';
  readonly index: number;

  constructor(log: 'names' | 'proofs', index: number, detail: string) {
    super('replay-mismatch', detail);
    this.log = log;
    this.index = index;
  }
}

/** Period is what one seal covers: its proof-log entries, and its name-log entries, the seal last. */
export interface Period {
  readonly proofs: readonly Uint8Array[];
  readonly names: readonly Uint8Array[];
}

/** Snapshot is the state at a seal: enough to go on from, without what came before. */
export interface Snapshot {
  readonly edges: Both<Edge>;
  /** The seal's bytes and its name-log index, the last of the log. */
  readonly seal: { readonly bytes: Uint8Array; readonly index: number };
  /** The latest entry under each key of the map, in ascending order of key. */
  readonly items: Iterable<{ readonly key: StateKey; readonly bytes: Uint8Array; readonly index: number }>;
}

/**
 * Replayer turns the proof log and the times of the seals into the name log again, byte for byte, by the same `batch` that
 * the registry seals with. It holds the whole state and the map in memory.
 */
export class Replayer {
  readonly state: MemoryState;
  readonly map: MapTree;
  readonly due: DueIndex;
  #edges: Both<Edge>;
  #last: LastSeal | null;

  private constructor(state: MemoryState, map: MapTree, due: DueIndex, edges: Both<Edge>, last: LastSeal | null) {
    this.state = state;
    this.map = map;
    this.due = due;
    this.#edges = edges;
    this.#last = last;
  }

  /** fromGenesis starts before seal 0. */
  static fromGenesis(): Replayer {
    return new Replayer(new MemoryState(), new MapTree(), new DueIndex(), BEFORE_GENESIS.edges, null);
  }

  /**
   * fromSnapshot starts after the snapshot's seal. The items must make the map that the seal commits to and the edges the
   * proof log; that the seal itself is the right one is for the caller to know.
   * @throws Refusal `replay-mismatch`, and what `parseEntry` refuses.
   */
  static fromSnapshot(snapshot: Snapshot): Replayer {
    const seal = parseSeal(snapshot.seal.bytes);
    const state = new MemoryState();
    const builder = new MapBuilder(seal.map.size);
    const waiting: { bytes: Uint8Array }[] = [];
    let before: Uint8Array | null = null;
    for (const { key, bytes, index } of snapshot.items) {
      if (before !== null && compareBytes(before, key) >= 0) refuse('replay-mismatch', 'The snapshot’s keys do not ascend.');
      before = key;
      state.load(key, bytes, index);
      builder.add(key, stateValue(bytes));
      if (mayWait(bytes)) waiting.push({ bytes });
    }
    const map = builder.finish();
    if (map.size !== seal.map.size || !equalBytes(map.root(), fromBase64(seal.map.root))) {
      refuse('replay-mismatch', 'The snapshot’s state is not the one that its seal commits to.');
    }
    const proofs = headOf(snapshot.edges.proofs);
    if (proofs.size !== seal.proofs.size || !equalBytes(proofs.root, fromBase64(seal.proofs.root))) {
      refuse('replay-mismatch', 'The snapshot’s proof log is not the one that its seal commits to.');
    }
    if (snapshot.edges.names.size !== snapshot.seal.index + 1) refuse('replay-mismatch', 'The snapshot’s seal is not the last entry of its name log.');
    return new Replayer(state, map, DueIndex.of(waiting), snapshot.edges, { index: snapshot.seal.index, number: seal.number, prev: seal.prev, timeSec: seal.timeSec });
  }

  /** The last seal replayed, or null before seal 0. */
  get last(): LastSeal | null {
    return this.#last;
  }

  /** Both logs' edges after the last seal. */
  get edges(): Both<Edge> {
    return this.#edges;
  }

  /** Both logs' heads after the last seal. */
  heads(): Both<TreeHead> {
    return { names: headOf(this.#edges.names), proofs: headOf(this.#edges.proofs) };
  }

  /**
   * replay computes one seal from its assertions, whose signatures are checked already (here or on other threads, see
   * `planSignatures`), and its time, compares the outcome with the name log if that is given, and moves on. After a
   * refusal the replayer is where it was before.
   * @throws ReplayMismatch if an assertion could not have been sealed or a name-log entry differs; Refusal `time-goes-back`, `wire-unsupported`.
   */
  replay(assertions: readonly VerifiedAssertion[], timeSec: number, names?: readonly Uint8Array[]): Batch {
    const sealed = computePeriod({ due: this.due, edges: this.#edges, last: this.#last, map: this.map, state: this.state }, assertions, timeSec, names);
    sealed.staged.commit();
    this.state.commit(sealed.writes);
    this.due.commit(sealed.writes);
    this.#edges = sealed.edges;
    this.#last = sealed.last;
    return sealed;
  }

  /**
   * replayPeriod is `replay` from bare bytes: it parses the seal and the assertions, checks every signature here, and
   * compares the period's whole name log.
   * @throws Refusal as `replay`, and whatever is wrong with a proof-log entry, as a ReplayMismatch.
   */
  replayPeriod({ proofs, names }: Period): Batch {
    const first = this.#edges.proofs.size;
    const assertions = proofs.map((bytes, i) => openEntry(bytes, first + i, this.state));
    return this.replay(assertions, sealOf(names, this.#edges.names.size).timeSec, names);
  }
}

/**
 * computePeriod is what a period's assertions make of a state, compared with the name log if that is given. It changes nothing: the
 * batch is staged, to be committed or aborted; after a refusal it is aborted already.
 * @throws ReplayMismatch, and Refusal as `Replayer.replay`.
 */
export function computePeriod(from: Pick<BatchInput, 'due' | 'edges' | 'last' | 'map' | 'state'>, assertions: readonly VerifiedAssertion[], timeSec: number, names?: readonly Uint8Array[]): Batch {
  const firstProof = from.edges.proofs.size;
  if (from.last === null && (assertions.length !== 1 || assertions[0]?.parsed.payload.type !== 'genesis')) {
    throw new ReplayMismatch('proofs', 0, 'Seal 0 must hold the genesis and nothing else.');
  }
  const sealed = batch({ ...from, expected: names, pending: assertions, timeSec });
  try {
    const [refused] = sealed.refused;
    if (refused !== undefined) {
      const at = firstProof + assertions.findIndex((one) => one.parsed.hash === refused.hash);
      throw new ReplayMismatch('proofs', at, `Proof-log entry ${at} could not be sealed: ${refused.code}. ${refused.detail}`);
    }
    if (names !== undefined) compareNames(sealed, names);
    return sealed;
  } catch (error) {
    sealed.staged.abort();
    throw error;
  }
}

/** openEntry parses a proof-log entry and checks its signatures. @throws ReplayMismatch. */
export function openEntry(bytes: Uint8Array, index: number, state: StateReader): VerifiedAssertion {
  try {
    return checkSignatures(parseAssertion(bytes), undefined, state);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new ReplayMismatch('proofs', index, `Proof-log entry ${index} is not a valid assertion: ${error.code}. ${error.detail}`);
  }
}

/** sealOf reads the seal that must be a period's last entry; `first` is the index of the period's first entry. @throws ReplayMismatch. */
export function sealOf(names: readonly Uint8Array[], first: number): SealEntry {
  const index = first + names.length - 1;
  try {
    return parseSeal(names.at(-1) ?? refuse('unknown-type', 'The period is empty.'));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new ReplayMismatch('names', Math.max(first, index), `Name-log entry ${index} is not the seal that should close its period: ${error.code}.`);
  }
}

function compareNames(sealed: Batch, names: readonly Uint8Array[]): void {
  const { entries, first } = sealed.names;
  for (let i = 0; i < Math.max(entries.length, names.length); i++) {
    const computed = entries[i];
    const given = names[i];
    const index = first + i;
    if (computed === undefined) throw new ReplayMismatch('names', index, `Name-log entry ${index} rests on nothing in the proof log.`);
    if (given === undefined) throw new ReplayMismatch('names', index, `Name-log entry ${index} is missing: the proof log asks for it.`);
    if (computed !== given && !equalBytes(computed, given)) throw new ReplayMismatch('names', index, `Name-log entry ${index} is not what the proof log gives.`);
  }
}

/** isSealBytes tells a seal from every other entry by its first field, without parsing it. */
export function isSealBytes(bytes: Uint8Array): boolean {
  // Canonical JSON sorts fields, and only a seal begins with `covers`.
  return equalBytes(bytes.subarray(0, SEAL_START.length), SEAL_START);
}

const SEAL_START = utf8('{"covers":');

/** PeriodSplitter cuts a stream of name-log entries at the seals. */
export class PeriodSplitter {
  #open: Uint8Array[] = [];

  /** push adds entries and gives the periods they complete, each ending in its seal. */
  push(entries: readonly Uint8Array[]): Uint8Array[][] {
    const periods: Uint8Array[][] = [];
    for (const entry of entries) {
      this.#open.push(entry);
      if (!isSealBytes(entry)) continue;
      periods.push(this.#open);
      this.#open = [];
    }
    return periods;
  }

  /** The number of entries that no seal has closed yet. */
  get openCount(): number {
    return this.#open.length;
  }
}
