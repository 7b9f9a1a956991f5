import { toBase64 } from '../bytes/base64';
import { parseCheckpointBody } from '../checkpoint/checkpoint';
import type { Envelope } from '../keys/dsse';
import { mapProofToJson } from '../map/proof';
import type { MapTree } from '../map/tree';
import { parseNote } from '../note/note';
import { Refusal, refuse } from '../refusal';
import type { Both, LastSeal } from '../registry/batch';
import type { DueReader } from '../registry/due-index';
import type { LogKind } from '../registry/policy';
import { keyText, nameKey, type StateKey, type StateReader } from '../registry/state';
import { consistencyPlan } from '../tlog/consistency';
import { type Edge, edgeFromTiles, type TreeHead } from '../tlog/edge';
import { inclusionPlan } from '../tlog/inclusion';
import { rootFromTiles, runPlan } from '../tlog/nodes';
import type { TileRef } from '../tlog/tile-path';
import { type BrokenReceiptEvidence, type EdgeJson, EVIDENCE_FORMAT, type ForkEvidence, type NoSealEvidence, type ReplayEvidence, type ShownState, type TimeEvidence } from './evidence-file';
import { computePeriod, openEntry, type Period, sealOf } from './replay';
import { affected } from './replay-evidence';
import type { ShownEntry, StateProof } from './state-proof';

/*
 * Makers of evidence, for whoever has caught a registry. They check nothing: `verifyEvidence` does, and a maker's caller should run it
 * over what it made before it accuses anybody.
 */

/** ReadTile gives a tile's hashes, at least as many as asked for. */
export type ReadTile = (ref: TileRef) => Uint8Array;

interface Accused {
  readonly registry: string;
  /** Every policy logged so far, the genesis first. */
  readonly policies: readonly Envelope[];
}

function headIn(note: string): TreeHead {
  const { root, size } = parseCheckpointBody(parseNote(note).text);
  return { root, size };
}

/** forkEvidence shows that two signed checkpoints of one log can't both be true. `tile` reads the larger of the two trees; it is not asked if they are of one size. */
export function forkEvidence({ a, b, log, policies, registry, tile }: Accused & { readonly log: LogKind; readonly a: string; readonly b: string; readonly tile: ReadTile }): ForkEvidence {
  const [earlier, later] = headIn(a).size <= headIn(b).size ? [a, b] : [b, a];
  const [old, head] = [headIn(earlier), headIn(later)];
  const isOne = old.size === head.size;
  return {
    consistency: isOne ? [] : runPlan(consistencyPlan(old.size, head.size), head.size, tile).map(toBase64),
    earlier,
    format: EVIDENCE_FORMAT,
    kind: 'fork',
    later,
    log,
    policies: [...policies],
    registry,
    root: isOne ? null : toBase64(rootFromTiles(old.size, tile)),
  };
}

function show(index: number, bytes: Uint8Array, size: number, tile: ReadTile): ShownEntry {
  return { entry: toBase64(bytes), inclusion: runPlan(inclusionPlan(index, size), size, tile).map(toBase64), index };
}

/** EntryAt is an entry of the name log and where it stands. */
export interface EntryAt {
  readonly index: number;
  readonly bytes: Uint8Array;
}

/** timeEvidence shows two seals of a signed name log of which the later is not later. `tile` reads the tree of `checkpoint`. */
export function timeEvidence({ checkpoint, policies, registry, seals, tile }: Accused & { readonly checkpoint: string; readonly seals: readonly [EntryAt, EntryAt]; readonly tile: ReadTile }): TimeEvidence {
  const { size } = headIn(checkpoint);
  const shown = seals.map(({ bytes, index }) => show(index, bytes, size, tile));
  return { checkpoint, format: EVIDENCE_FORMAT, kind: 'time', policies: [...policies], registry, shown };
}

/**
 * noSealEvidence shows a signed checkpoint behind which no seal stands. `entries`: for the name log its last entry; for the proof log,
 * with `names` a signed names checkpoint, the seal of the same size, or the two neighbouring ones. `tile` reads the name log's tree.
 */
export function noSealEvidence({ checkpoint, entries, log, names, policies, registry, tile }: Accused & { readonly log: LogKind; readonly checkpoint: string; readonly names: string | null; readonly entries: readonly EntryAt[]; readonly tile: ReadTile }): NoSealEvidence {
  const { size } = headIn(names ?? checkpoint);
  return { checkpoint, format: EVIDENCE_FORMAT, kind: 'no-seal', log, names, policies: [...policies], registry, shown: entries.map(({ bytes, index }) => show(index, bytes, size, tile)) };
}

/** brokenReceiptEvidence shows a promise next to a sealed state that is without what was promised. */
export function brokenReceiptEvidence({ assertion, proof, receipt, registry }: { readonly registry: string; readonly assertion: Envelope; readonly receipt: Envelope; readonly proof: StateProof }): BrokenReceiptEvidence {
  return { assertion, format: EVIDENCE_FORMAT, kind: 'broken-receipt', proof, receipt, registry };
}

/** ReplayFault is what a validator holds when a period does not replay: the signed checkpoint, the period, and everything as it was at the seal before. */
export interface ReplayFault extends Accused {
  /** The signed names checkpoint that closes the period. */
  readonly checkpoint: string;
  /** The seal before, and its name-log index: the period begins behind it. */
  readonly before: EntryAt;
  readonly period: Period;
  /** Both logs as the checkpoint and its seal have them. */
  readonly tiles: Both<ReadTile>;
  /** As a `Replayer` that refused the period has them. */
  readonly from: { readonly due: DueReader; readonly edges: Both<Edge>; readonly last: LastSeal | null; readonly map: MapTree; readonly state: StateReader };
}

/** replayEvidence shows a period that does not replay, with all it takes to see it. @throws Refusal `no-evidence` if it replays. */
export function replayEvidence({ before, checkpoint, from, period, policies, registry, tiles }: ReplayFault): ReplayEvidence {
  const { size } = headIn(checkpoint);
  const keys = keysNeeded(from, period);
  return {
    checkpoint,
    format: EVIDENCE_FORMAT,
    kind: 'replay',
    names: { edge: edgeToJson(edgeFromTiles(before.index, tiles.names)), entries: [before.bytes, ...period.names].map(toBase64) },
    policies: [...policies],
    proofs: { edge: edgeToJson(from.edges.proofs), entries: period.proofs.map(toBase64) },
    registry,
    state: keys.map((key): ShownState => {
      const item = from.state.get(key);
      return { key: toBase64(key), map: mapProofToJson(from.map.prove(key)), shown: item === null ? null : show(item.index, item.bytes, size, tiles.names) };
    }),
  };
}

/** keysNeeded replays the period and notes what it reads and writes. */
function keysNeeded(from: ReplayFault['from'], period: Period): StateKey[] {
  const keys = new Map<string, StateKey>();
  const need = (key: StateKey): void => void keys.set(keyText(key), key);
  const state: StateReader = {
    get: (key) => {
      need(key);
      return from.state.get(key);
    },
  };
  const map = {
    root: () => from.map.root(),
    stage: (writes: Parameters<MapTree['stage']>[0]) => {
      for (const { key } of writes) need(key);
      return from.map.stage(writes);
    },
  };
  for (const key of affected(period.names)) need(key);
  // What waits for this very moment, whether or not the registry did it.
  for (const { name } of from.due.candidates(sealOf(period.names, from.edges.names.size).timeSec)) if (name !== null) need(nameKey(name));
  try {
    const first = from.edges.proofs.size;
    const assertions = period.proofs.map((bytes, i) => openEntry(bytes, first + i, state));
    computePeriod({ ...from, map, state }, assertions, sealOf(period.names, from.edges.names.size).timeSec, period.names).staged.abort();
  } catch (error) {
    if (error instanceof Refusal) return [...keys.values()];
    throw error;
  }
  return refuse('no-evidence', 'The period replays to what was signed.');
}

function edgeToJson({ levels, size }: Edge): EdgeJson {
  return { levels: levels.map((hashes) => hashes.map(toBase64)), size };
}
