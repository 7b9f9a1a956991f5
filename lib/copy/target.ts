import { fromBase64 } from '../core/bytes/base64';
import { equalBytes } from '../core/bytes/bytes';
import type { Checkpoint } from '../core/checkpoint/checkpoint';
import { refuse } from '../core/refusal';
import { parseEntry } from '../core/registry/parse-entry';
import type { SealEntry } from '../core/registry/state';
import { TILE_WIDTH } from '../core/tlog/tile-path';
import type { EntryAt } from '../core/validation/make-evidence';
import { type CopyHead, rootBytes } from './copy-head';
import { type Accused, forkFault, noSealFault, proofsFault } from './follow-faults';
import type { LogSource } from './log-source';
import type { PolicyWatch } from './policy-watch';
import { VerifiedTiles } from './verified-tiles';

/** Target is what a source shows at a checkpoint: both trees, verified from their roots down, and the seal that closes them. */
export interface Target {
  readonly checkpoint: Checkpoint;
  readonly note: string;
  readonly proofsNote: string;
  readonly seal: SealEntry;
  /** The seal's bytes and its index. */
  readonly sealAt: EntryAt;
  readonly names: VerifiedTiles;
  readonly proofs: VerifiedTiles;
}

interface TargetInput {
  readonly source: LogSource;
  readonly checkpoint: Checkpoint;
  readonly note: string;
  readonly proofsNote: string;
  readonly head: CopyHead | null;
  /** What the copy had before it was repaired, or null. */
  readonly floor: CopyHead | null;
  /** Null before anything was copied: then the checkpoint is not verified yet, and nobody can be accused. */
  readonly accused: Accused | null;
}

/** openTarget opens both trees of a checkpoint that is larger than the copy, and checks that they begin with it. @throws Refusal, LogFault, CopyRefusal of the source. */
export async function openTarget({ accused, checkpoint, floor, head, note, proofsNote, source }: TargetInput): Promise<Target> {
  if (checkpoint.size === 0) refuse('wrong-seal', 'The log is empty.');
  const names = await VerifiedTiles.open(source, 'names', checkpoint);
  for (const seen of [head, floor]) {
    if (seen === null) continue;
    if (seen.names.size > checkpoint.size) refuse('rolled-back', `The source shows the log at ${checkpoint.size} entries; ${seen.names.size} were signed before.`);
    if (equalBytes(await names.rootAt(seen.names.size), rootBytes(seen.names))) continue;
    if (seen.names.note === null || accused === null) return refuse('forked-log', 'The name log does not begin with what was copied of it.');
    throw await forkFault(accused, 'names', seen.names.note, note, names);
  }
  const index = checkpoint.size - 1;
  const bytes = (await names.bundle(Math.floor(index / TILE_WIDTH))).entries.at(-1) ?? new Uint8Array(0);
  const seal = parseEntry(bytes);
  if (seal.type !== 'seal') {
    if (accused !== null) throw await noSealFault(accused, note, { bytes, index }, names);
    return refuse('wrong-seal', 'The last entry of the name log is no seal.');
  }
  const proofs = await VerifiedTiles.open(source, 'proofs', { root: fromBase64(seal.proofs.root), size: seal.proofs.size });
  if (head !== null && (seal.proofs.size < head.proofs.size || !equalBytes(await proofs.rootAt(head.proofs.size), rootBytes(head.proofs)))) {
    refuse('wrong-seal', 'The proof log that the new seal names does not begin with what was copied of it.');
  }
  return { checkpoint, names, note, proofs, proofsNote, seal, sealAt: { bytes, index } };
}

/**
 * proofsNoteOf is the target's checkpoint of the proof log if it agrees with the seals, or null if it is of a later seal than
 * the target and can't be judged yet. @throws Refusal `untrusted-note` …, `forked-log`.
 */
export async function proofsNoteOf(target: Target, policies: PolicyWatch, registry: string): Promise<string | null> {
  const { note, proofs, proofsNote, seal, sealAt } = target;
  const { root, size } = policies.open('proofs', proofsNote);
  if (size > seal.proofs.size || size === 0) return null;
  if (equalBytes(await proofs.rootAt(size), root)) return proofsNote;
  if (size === seal.proofs.size) throw await proofsFault({ policies: policies.envelopes, registry }, note, proofsNote, sealAt, target.names);
  return refuse('forked-log', 'The proof log that its checkpoint shows is not the one that the seals name.');
}
