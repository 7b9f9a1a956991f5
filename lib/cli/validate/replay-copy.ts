import { equalBytes } from '../../core/bytes/bytes';
import { Refusal, refuse } from '../../core/refusal';
import { replayEvidence } from '../../core/validation/make-evidence';
import { type Period, PeriodSplitter, Replayer, sealOf } from '../../core/validation/replay';
import { rootBytes } from '../../copy/copy-head';
import type { CopyReader } from '../../copy/copy-reader';
import type { Progress } from '../../copy/copy-target';
import type { CopyWriter } from '../../copy/copy-writer';
import { type Accused, LogFault, checkpointIn } from '../../copy/follow-faults';
import { type ReplayWorkers, replayPeriods } from '../../native/replay-workers';

const ENTRIES_AT_ONCE = 2_048;

/** CopyReplay is what replaying a whole copy needs. */
export interface CopyReplay {
  readonly writer: CopyWriter;
  readonly workers: ReplayWorkers;
  readonly accused: Accused;
  readonly noteAt: (size: number) => Promise<string | null>;
  readonly onProgress: (progress: Progress) => void;
  readonly stop: AbortSignal;
}

/**
 * replayCopy replays a copy that was only followed so far, from the genesis to its head, and marks it as replayed; stopped before its
 * end, it does neither. It needs memory for the whole state: about a gigabyte a million names.
 * @throws Refusal, LogFault (with evidence where the registry's signature can be had) if a period does not replay; the copy stays as it was.
 */
export async function replayCopy(job: CopyReplay): Promise<void> {
  const { onProgress, stop, workers, writer } = job;
  const { head, reader } = writer;
  if (head === null) return;
  reader.needHead();
  const total = head.names.size + head.proofs.size;
  const replayer = Replayer.fromGenesis();
  let bytes = 0;
  let given: Period[] = [];
  const periods = periodsOf(reader, (period) => given.push(period));
  try {
    for await (const sealed of replayPeriods(replayer, periods, workers)) {
      given = given.slice(1);
      for (const entry of [...sealed.names.entries, ...sealed.proofs.entries]) bytes += entry.length;
      onProgress({ bytes, done: replayer.edges.names.size + replayer.edges.proofs.size, total });
      if (stop.aborted) return;
    }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw await faultOf(job, error, replayer, given[0]);
  }
  const { names, proofs } = replayer.heads();
  if (!equalBytes(names.root, rootBytes(head.names)) || !equalBytes(proofs.root, rootBytes(head.proofs))) refuse('replay-mismatch', 'The entries of the copy are not those of its head.');
  await writer.commit({ ...head, checked: 'replayed' });
}

/** periodsOf reads a copy's logs as periods. */
function* periodsOf(reader: CopyReader, onPeriod: (period: Period) => void): Generator<Period> {
  const splitter = new PeriodSplitter();
  let proof = 0;
  let name = 0;
  for (let at = 0; at < reader.names.size; at += ENTRIES_AT_ONCE) {
    for (const names of splitter.push(reader.names.entries(at, Math.min(reader.names.size, at + ENTRIES_AT_ONCE)))) {
      const [, end] = sealOf(names, name).covers;
      const proofs = end > proof ? reader.proofs.entries(proof, Math.min(end, reader.proofs.size)) : [];
      proof = end;
      name += names.length;
      const period = { names, proofs };
      onPeriod(period);
      yield period;
    }
  }
}

async function faultOf({ accused, noteAt, writer: { reader } }: CopyReplay, refusal: Refusal, replayer: Replayer, period: Period | undefined): Promise<Refusal> {
  const { due, edges, last, map, state } = replayer;
  if (period === undefined || last === null) return refusal;
  const size = edges.names.size + period.names.length;
  const checkpoint = await noteAt(size).catch(() => null);
  if (checkpoint === null) return refusal;
  try {
    if (checkpointIn(checkpoint).size !== size) return refusal;
    const tiles = { names: (ref: Parameters<typeof reader.names.tile>[0]) => reader.names.tile(ref), proofs: (ref: Parameters<typeof reader.proofs.tile>[0]) => reader.proofs.tile(ref) };
    const before = { bytes: reader.names.entry(last.index), index: last.index };
    return new LogFault(refusal.code, refusal.detail, replayEvidence({ ...accused, before, checkpoint, from: { due, edges, last, map, state }, period, tiles }));
  } catch (error) {
    if (error instanceof Refusal) return refusal;
    throw error;
  }
}
