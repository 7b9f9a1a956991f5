import { type Checkpoint, parseCheckpointBody } from '../core/checkpoint/checkpoint';
import type { Envelope } from '../core/keys/dsse';
import { parseNote } from '../core/note/note';
import { Refusal, type RefusalCode } from '../core/refusal';
import { consistencyPlan } from '../core/tlog/consistency';
import { inclusionPlan } from '../core/tlog/inclusion';
import { rootPlan, tilesFor } from '../core/tlog/nodes';
import type { TileRef } from '../core/tlog/tile-path';
import type { Evidence } from '../core/validation/evidence-file';
import { type EntryAt, forkEvidence, noSealEvidence, timeEvidence } from '../core/validation/make-evidence';
import type { LogName } from './layout';
import type { VerifiedTiles } from './verified-tiles';

/*
 * What a registry signed and cannot have signed honestly, as the follower meets it: a Refusal, and where two signed statements
 * show it, evidence for others.
 */

/** LogFault is a Refusal for which the registry can be held to account with `evidence`. */
export class LogFault extends Refusal {
  readonly evidence: Evidence;

  constructor(code: RefusalCode, detail: string, evidence: Evidence) {
    super(code, detail);
    this.evidence = evidence;
  }
}

/** Accused is whom evidence is against. */
export interface Accused {
  readonly registry: string;
  readonly policies: readonly Envelope[];
}

/** checkpointIn reads a note's checkpoint without verifying anything. @throws Refusal `bad-note`, `bad-checkpoint`. */
export function checkpointIn(note: Uint8Array | string): Checkpoint {
  return parseCheckpointBody(parseNote(note).text);
}

type ReadTile = (ref: TileRef) => Uint8Array;

/** forkOfSizes tells of two signed checkpoints of one log that exclude each other; `tiles` reads the larger tree. */
export async function forkFault(accused: Accused, log: LogName, a: string, b: string, tiles: VerifiedTiles | ReadTile): Promise<LogFault> {
  const sizes = [checkpointIn(a).size, checkpointIn(b).size].sort((x, y) => x - y);
  const [old = 0, size = 0] = sizes;
  const read = typeof tiles === 'function' ? tiles : await readerFor(tiles, old, size);
  const detail =
    old === size
      ? `The registry has signed two different ${log} logs of ${size} entries.`
      : `The ${log} log of ${size} entries does not begin with the one of ${old} entries that the registry signed before.`;
  return new LogFault('forked-log', detail, forkEvidence({ ...accused, a, b, log, tile: read }));
}

async function readerFor(tiles: VerifiedTiles, old: number, size: number): Promise<ReadTile> {
  if (old === size) return () => new Uint8Array(0);
  return tiles.reader([...tilesFor(rootPlan(old), old), ...tilesFor(consistencyPlan(old, size).flat(), size)]);
}

/** noSealFault tells of a signed checkpoint of the name log whose last entry is no seal. */
export async function noSealFault(accused: Accused, note: string, last: EntryAt, tiles: VerifiedTiles): Promise<LogFault> {
  const tile = await readerOf(tiles, [last]);
  const evidence = noSealEvidence({ ...accused, checkpoint: note, entries: [last], log: 'names', names: null, tile });
  return new LogFault('wrong-seal', `The last entry of the name log of ${tiles.head.size} entries, which the registry has signed, is no seal.`, evidence);
}

/** proofsFault tells of a signed checkpoint of the proof log that is not what the seal of its size says; `tiles` reads the name log of `note`. */
export async function proofsFault(accused: Accused, note: string, proofsNote: string, seal: EntryAt, tiles: VerifiedTiles): Promise<LogFault> {
  const tile = await readerOf(tiles, [seal]);
  const evidence = noSealEvidence({ ...accused, checkpoint: proofsNote, entries: [seal], log: 'proofs', names: note, tile });
  return new LogFault('forked-log', 'The registry has signed a proof log that is not the one its seal names.', evidence);
}

/** timeFault tells of a seal that is not later than the one before it. */
export async function timeFault(accused: Accused, note: string, seals: readonly [EntryAt, EntryAt], tiles: VerifiedTiles): Promise<LogFault> {
  const tile = await readerOf(tiles, seals);
  return new LogFault('time-goes-back', `Seal at name-log entry ${seals[1].index} is not later than the one before it.`, timeEvidence({ ...accused, checkpoint: note, seals, tile }));
}

function readerOf(tiles: VerifiedTiles, entries: readonly EntryAt[]): Promise<ReadTile> {
  const { size } = tiles.head;
  return tiles.reader(tilesFor(entries.flatMap(({ index }) => inclusionPlan(index, size).flat()), size));
}
