import type { VerifiedAssertion } from '../assertion/verify';
import { toBase64 } from '../bytes/base64';
import { allSteps } from '../bytes/steps';
import { type CheckpointToSign, checkpointToSign } from '../checkpoint/checkpoint';
import type { MapTree, StagedMap } from '../map/tree';
import { Refusal, type RefusalCode, invariant, refuse } from '../refusal';
import { type Edge, type Tile, type TreeHead, appendLeaves, emptyEdge, headOf } from '../tlog/edge';
import { leafHash } from '../tlog/hash';
import { takeEffect } from './due';
import { DueDraft, type DueReader, NOTHING_DUE } from './due-index';
import { policyInForce } from './lookup';
import { logOrigin } from './policy';
import type { SealedNames } from './seal-context';
import { Overlay, type SealEntry, type StateReader, type StateWrite, encodeEntry, stateValue } from './state';
import { type Place, type Written, takeAssertion } from './transition';

/** How much one step does: two to five milliseconds' worth. */
const STEP_ASSERTIONS = 64;
const STEP_HASHES = 1_000;

/** Both holds one thing for each of the two logs. */
export interface Both<Thing> {
  readonly names: Thing;
  readonly proofs: Thing;
}

/** LastSeal is the newest seal and its name-log index. */
export interface LastSeal {
  readonly index: number;
  readonly number: number;
  readonly timeSec: number;
  /** The name-log index of the seal before it, or null. */
  readonly prev: number | null;
}

/** SealedMap is what a batch needs of the map: a whole `MapTree`, or the part of one that proofs show. */
export type SealedMap = Pick<MapTree, 'root' | 'stage'> & Partial<Pick<MapTree, 'stageSteps'>>;

/** BatchInput is what a seal is computed from. `state` must know every key that the pending assertions and due effects touch. */
export interface BatchInput {
  readonly edges: Both<Edge>;
  /** Null before seal 0, which holds the genesis and nothing else. */
  readonly last: LastSeal | null;
  readonly state: StateReader;
  /** What of the state waits; the batch does not change it. Take the batch's `writes` into it once the seal is stored. */
  readonly due: DueReader;
  /** The map of the last seal; the batch stages its writes there and neither commits nor aborts. */
  readonly map: SealedMap;
  readonly pending: readonly VerifiedAssertion[];
  /** The seal's time: later than the last seal's (see `sealTime`). */
  readonly timeSec: number;
  /** What the name log is thought to gain, seal included: entries that come out the same are these very arrays. Nothing rests on it. */
  readonly expected?: readonly Uint8Array[];
}

/** Accepted says where a pending assertion went. */
export interface Accepted {
  readonly hash: string;
  readonly proofIndex: number;
  /** The name-log entries it made: first index, and one past the last. */
  readonly names: readonly [number, number];
}

/** Refused says why a pending assertion was left out; it never sinks its seal. */
export interface Refused {
  readonly hash: string;
  readonly code: RefusalCode;
  readonly detail: string;
}

/** LogGrowth is what a log gains with a seal: entries, their leaf hashes, and the tiles that became full. */
export interface LogGrowth {
  readonly first: number;
  readonly entries: readonly Uint8Array[];
  readonly leaves: readonly Uint8Array[];
  readonly tiles: readonly Tile[];
}

/** Batch is a whole seal, computed and not yet stored, signed or published. */
export interface Batch {
  readonly seal: SealEntry;
  readonly last: LastSeal;
  readonly names: LogGrowth;
  readonly proofs: LogGrowth;
  readonly edges: Both<Edge>;
  readonly heads: Both<TreeHead>;
  readonly checkpoints: Both<CheckpointToSign>;
  /** Every state key that changed, with its new item, in order of first change. */
  readonly writes: readonly StateWrite[];
  /** The same for the map: key and value, 32 bytes each. */
  readonly mapWrites: readonly { key: Uint8Array; value: Uint8Array }[];
  /** The map with the writes in it: commit it once the seal is stored, or abort it. */
  readonly staged: StagedMap;
  /** The state after the seal, reading through to the input's. */
  readonly state: Overlay;
  readonly accepted: readonly Accepted[];
  readonly refused: readonly Refused[];
}

/** BEFORE_GENESIS are the empty logs. */
export const BEFORE_GENESIS: { readonly due: DueReader; readonly edges: Both<Edge>; readonly last: null } = {
  due: NOTHING_DUE,
  edges: { names: emptyEdge(), proofs: emptyEdge() },
  last: null,
};

/** sealTime is the time of the next seal: now, or one second after the last seal if the clock went back. */
export function sealTime(last: LastSeal | null, nowSec: number): number {
  return last === null ? nowSec : Math.max(nowSec, last.timeSec + 1);
}

/**
 * batch computes a seal: assertions in the order given, each followed by the name-log entries it makes; then what has fallen
 * due; then the seal entry. It is pure but for staging the map, and its cost follows the batch, not the logs.
 * @throws Refusal `time-goes-back`, `wire-unsupported`, and for seal 0 whatever keeps the genesis out.
 */
export function batch(input: BatchInput): Batch {
  return allSteps(batchSteps(input));
}

/**
 * batchSteps is `batch` in steps of a few milliseconds each, so that a large seal does not hold up other work. What the input gives
 * must stay as it is until the end. Ending it early (`return`) leaves nothing staged.
 */
export function* batchSteps(input: BatchInput): Generator<void, Batch> {
  const { last, edges, timeSec } = input;
  if (last !== null && timeSec <= last.timeSec) refuse('time-goes-back', `The last seal is of second ${last.timeSec}.`);
  const state = new Overlay(input.state);
  const place: Place = {
    due: new DueDraft(input.due),
    expected: (index) => input.expected?.[index - edges.names.size],
    nextNameIndex: edges.names.size,
    number: last === null ? 0 : last.number + 1,
    proofIndex: edges.proofs.size,
    sealed: last === null ? null : sealedNames(edges.names, last, input.map),
    timeSec,
    used: new Set(),
  };
  const taken = yield* takeAll(input, state, place);
  let ended = 0;
  for (const candidate of place.due.candidates(timeSec)) {
    for (const { bytes } of takeEffect(candidate, state, place)) taken.names.push(bytes);
    if (++ended % STEP_ASSERTIONS === 0) yield;
  }

  const proofs = yield* grow(edges.proofs, taken.proofs);
  const proofsHead = headOf(proofs.edge);
  const before = yield* grow(edges.names, taken.names);
  const writes = state.writes();
  const mapWrites: { key: Uint8Array; value: Uint8Array }[] = [];
  for (const { key, item } of writes) {
    mapWrites.push({ key, value: stateValue(item.bytes) });
    if (mapWrites.length % STEP_HASHES === 0) yield;
  }
  // Nothing pauses any more once the map is staged: whoever ends this early has nothing to abort.
  const staged = input.map.stageSteps === undefined ? input.map.stage(mapWrites) : yield* input.map.stageSteps(mapWrites);
  const seal: SealEntry = {
    covers: [edges.proofs.size, proofsHead.size],
    map: { root: toBase64(staged.root), size: staged.size },
    number: place.number,
    prev: last === null ? null : last.index,
    proofs: { root: toBase64(proofsHead.root), size: proofsHead.size },
    timeSec,
    type: 'seal',
  };
  const names = withSeal(before, encodeEntry(seal, input.expected?.at(-1)));
  const heads = { names: headOf(names.edge), proofs: proofsHead };
  const { origin } = policyInForce(state);
  return {
    accepted: taken.accepted,
    checkpoints: {
      names: checkpointToSign({ origin: logOrigin(origin, 'names'), ...heads.names }),
      proofs: checkpointToSign({ origin: logOrigin(origin, 'proofs'), ...heads.proofs }),
    },
    edges: { names: names.edge, proofs: proofs.edge },
    heads,
    last: { index: heads.names.size - 1, number: seal.number, prev: seal.prev, timeSec },
    mapWrites,
    names: names.growth,
    proofs: proofs.growth,
    refused: taken.refused,
    seal,
    staged,
    state,
    writes,
  };
}

function sealedNames(edge: Edge, { number, prev }: LastSeal, map: SealedMap): SealedNames {
  return { ...headOf(edge), map: map.root(), number, sizeBefore: prev === null ? null : prev + 1 };
}

interface Taken {
  readonly proofs: Uint8Array[];
  readonly names: Uint8Array[];
  readonly accepted: Accepted[];
  readonly refused: Refused[];
}

function* takeAll(input: BatchInput, state: Overlay, place: Place): Generator<void, Taken> {
  const taken: Taken = { accepted: [], names: [], proofs: [], refused: [] };
  if (input.last === null) invariant(input.pending.length === 1 && input.pending[0]?.parsed.payload.type === 'genesis', 'seal 0 holds the genesis alone');
  let tried = 0;
  for (const verified of input.pending) {
    const { hash, bytes } = verified.parsed;
    const { proofIndex, nextNameIndex } = place;
    if (++tried % STEP_ASSERTIONS === 0) yield;
    let written: Written[];
    try {
      written = takeAssertion(verified, state, place);
    } catch (error) {
      // Without its genesis there is no registry; anything else is refused alone.
      if (!(error instanceof Refusal) || input.last === null) throw error;
      taken.refused.push({ code: error.code, detail: error.detail, hash });
      continue;
    }
    taken.proofs.push(bytes);
    for (const one of written) taken.names.push(one.bytes);
    taken.accepted.push({ hash, names: [nextNameIndex, place.nextNameIndex], proofIndex });
  }
  return taken;
}

interface Grown {
  readonly edge: Edge;
  readonly growth: LogGrowth;
}

function* grow(before: Edge, entries: readonly Uint8Array[]): Generator<void, Grown> {
  const leaves: Uint8Array[] = [];
  const tiles: Tile[] = [];
  let edge = before;
  for (let from = 0; from < entries.length; from += STEP_HASHES) {
    const some = entries.slice(from, from + STEP_HASHES).map(leafHash);
    const grown = appendLeaves(edge, some);
    edge = grown.edge;
    leaves.push(...some);
    tiles.push(...grown.tiles);
    if (from + STEP_HASHES < entries.length) yield;
  }
  return { edge, growth: { entries, first: before.size, leaves, tiles } };
}

/** withSeal adds the seal, which closes the period. */
function withSeal({ edge: before, growth }: Grown, seal: Uint8Array): Grown {
  const leaf = leafHash(seal);
  const { edge, tiles } = appendLeaves(before, [leaf]);
  return { edge, growth: { entries: [...growth.entries, seal], first: growth.first, leaves: [...growth.leaves, leaf], tiles: [...growth.tiles, ...tiles] } };
}
