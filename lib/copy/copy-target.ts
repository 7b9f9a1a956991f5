import { toBase64 } from '../core/bytes/base64';
import { equalBytes } from '../core/bytes/bytes';
import { Refusal, refuse } from '../core/refusal';
import { type TreeHead, headOf } from '../core/tlog/edge';
import { ReplayMismatch } from '../core/validation/replay';
import { BundleStream } from './bundle-stream';
import type { CopyHead } from './copy-head';
import { refuseCopy } from './copy-refusal';
import type { CopyState } from './copy-state';
import type { CopyWriter } from './copy-writer';
import { forkFault, timeFault } from './follow-faults';
import type { LogSource } from './log-source';
import { POLICIES_FILE, type PolicyWatch, encodePolicies } from './policy-watch';
import { type PeriodCheck, PeriodReader, SealOrder, type SealedPeriod } from './sealed-period';
import { type Target, proofsNoteOf } from './target';

/** COMMIT_BYTES: a commit comes when this much waits for it: what an interruption loses, and what memory holds. */
export const COMMIT_BYTES = 16 * 1024 * 1024;
/** So many entries are shown to a check ahead of their turn. */
const AHEAD_ENTRIES = 20_000;

/** Progress is how far a follower is in what it is fetching now: entries of both logs. */
export interface Progress {
  readonly done: number;
  readonly total: number;
  readonly bytes: number;
}

/** CopyJob is all that taking over a target needs. */
export interface CopyJob {
  readonly source: LogSource;
  readonly target: Target;
  readonly writer: CopyWriter;
  readonly state: CopyState;
  readonly check: PeriodCheck;
  readonly policies: PolicyWatch;
  readonly registry: string;
  readonly clock: () => number;
  readonly stop: AbortSignal;
  readonly commitBytes: number;
  readonly onProgress: (progress: Progress) => void;
  /** From now on the state holds what is not committed. */
  readonly onDirty: () => void;
  readonly onCommit: (policies: PolicyWatch, head: CopyHead) => Promise<void>;
}

/** copyTarget takes over everything up to the target, period by period, and commits now and then. @throws Refusal, CopyRefusal; then what is not committed is void. */
export async function copyTarget(job: CopyJob): Promise<void> {
  const { check, onDirty, onProgress, policies, target, writer } = job;
  const copier = new Copier(job, policies.fork());
  const waiting: SealedPeriod[] = [];
  let waitingEntries = 0;
  let bytes = 0;
  let done = 0;
  for (let ended = false; !ended || waiting.length > 0; ) {
    if (job.stop.aborted) refuseCopy('unreachable', 'The copying was stopped.');
    const next: SealedPeriod | null = ended ? null : await copier.next();
    ended ||= next === null;
    if (next !== null) {
      check.ahead?.(next);
      waiting.push(next);
      waitingEntries += next.names.length + next.proofs.length;
      if (check.ahead !== undefined && waitingEntries < AHEAD_ENTRIES) continue;
    }
    const period = waiting.shift();
    if (period === undefined) break;
    const count = period.names.length + period.proofs.length;
    waitingEntries -= count;
    onDirty();
    await check.period(period);
    writer.append('names', period.names, period.leaves.names);
    writer.append('proofs', period.proofs, period.leaves.proofs);
    done += count;
    bytes += sizeOf(period.names) + sizeOf(period.proofs);
    onProgress({ bytes, done, total: copier.total });
    if (writer.edges.names.size === target.checkpoint.size || writer.waitingBytes > job.commitBytes) await copier.commit(period);
  }
}

function sizeOf(entries: readonly Uint8Array[]): number {
  let bytes = 0;
  for (const entry of entries) bytes += entry.length;
  return bytes;
}

class Copier {
  readonly total: number;
  readonly #job: CopyJob;
  readonly #reader: PeriodReader;
  /** The policies up to the period read last, which may be ahead of what is checked. */
  readonly #policies: PolicyWatch;
  readonly #before: Uint8Array | null;
  /** The policies at the end of each period that is read and not committed, by its seal's number. */
  readonly #atSeal = new Map<number, PolicyWatch>();
  #isNoteTrusted = false;

  constructor(job: CopyJob, policies: PolicyWatch) {
    const { target, writer } = job;
    const { head } = writer;
    this.#job = job;
    this.#policies = policies;
    this.#isNoteTrusted = head !== null && head.registry === job.registry;
    const names = head?.names.size ?? 0;
    const { proofs } = writer.edges;
    this.total = target.checkpoint.size - names + target.seal.proofs.size - proofs.size;
    this.#before = head === null || names <= (head.from?.size ?? 0) ? null : writer.reader.names.entry(names - 1);
    const last = head === null ? null : { index: names - 1, number: head.seal, timeSec: head.timeSec };
    this.#reader = new PeriodReader({ names: new BundleStream(target.names, names), proofs: new BundleStream(target.proofs, proofs.size) }, { last, names, proofs });
  }

  /** next is the next period, its policies looked at. */
  async next(): Promise<SealedPeriod | null> {
    const period = await this.#reader.next().catch((error: unknown) => this.#fault(error));
    if (period === null) return null;
    const isFirst = this.#policies.registry === null;
    for (const [i, entry] of period.entries.entries()) {
      if (entry.type !== 'policy') continue;
      const index = period.first.names + i;
      this.#policies.take(entry, index, (proof) => proofIn(period, proof, index));
    }
    if (isFirst) await this.#checkFirst();
    this.#atSeal.set(period.seal.number, this.#policies.fork());
    const { checkpoint, note } = this.#job.target;
    return period.first.names + period.names.length === checkpoint.size ? { ...period, note } : period;
  }

  /** commit makes everything up to this period, the last that was appended, the copy. */
  async commit({ seal }: SealedPeriod): Promise<void> {
    const { check, clock, onCommit, registry, source, state, target, writer } = this.#job;
    const policies = this.#atSeal.get(seal.number) ?? this.#policies;
    const before = writer.head;
    const [names, proofs] = [headOf(writer.edges.names), headOf(writer.edges.proofs)];
    const isLast = names.size === target.checkpoint.size;
    if (policies.registry !== registry) {
      if (isLast) this.#refuseRegistry(policies);
      // The history of a registry that ours goes on from: it counts only when ours is there.
      return;
    }
    const note = isLast ? target.note : textOf(await source.checkpointAt(names.size));
    await this.#checkNote(policies, note, names);
    const proofsNote = isLast ? await proofsNoteOf(target, policies, registry) : null;
    if (policies.envelopes.length !== this.#job.policies.envelopes.length) await writer.replace(POLICIES_FILE, encodePolicies(policies.envelopes));
    const head: CopyHead = {
      checked: check.kind,
      from: before?.from ?? null,
      map: seal.map,
      names: { note, root: toBase64(names.root), size: names.size },
      origin: policies.origin ?? '',
      proofs: { note: proofsNote ?? before?.proofs.note ?? null, root: toBase64(proofs.root), size: proofs.size },
      registry,
      seal: seal.number,
      timeSec: seal.timeSec,
      updatedSec: clock(),
      url: source.url,
    };
    await writer.commit(head);
    state.settled(names.size);
    for (const number of this.#atSeal.keys()) if (number <= seal.number) this.#atSeal.delete(number);
    await onCommit(policies, head);
  }

  /** The first genesis decides whose log this is, unless another registry goes on from it later; its keys, as a rule, still sign. */
  async #checkFirst(): Promise<void> {
    const { registry, source, target } = this.#job;
    if (this.#policies.registry !== registry && (await source.hint()) !== registry) this.#refuseRegistry(this.#policies);
    try {
      this.#policies.open('names', target.note);
      this.#isNoteTrusted = true;
    } catch (error) {
      // Other keys may have followed: the checkpoint is opened again at its end, and each one on the way to it.
      if (!(error instanceof Refusal) || error.code !== 'untrusted-note') throw error;
    }
  }

  #refuseRegistry(policies: PolicyWatch): never {
    return refuse('wrong-registry', `The source has the log of the registry ${policies.registry}, and not of ${this.#job.registry}.`);
  }

  async #checkNote(policies: PolicyWatch, note: string | null, names: TreeHead): Promise<void> {
    if (note === null) {
      if (!this.#isNoteTrusted) refuse('untrusted-note', `The source has no signed checkpoint of the ${names.size} entries copied so far.`);
      return;
    }
    const { root, size } = policies.open('names', note);
    if (size === names.size && equalBytes(root, names.root)) return;
    const { registry, target } = this.#job;
    if (size === names.size && this.#isNoteTrusted && size < target.checkpoint.size) throw await forkFault({ policies: policies.envelopes, registry }, 'names', note, target.note, target.names);
    refuse('forked-log', `The registry has signed another name log of ${names.size} entries than the one it serves.`);
  }

  /** A seal that can't follow from the one before shows more than a refusal says, if the registry signed it. */
  async #fault(error: unknown): Promise<never> {
    const { registry, target } = this.#job;
    if (!(error instanceof SealOrder) || !this.#isNoteTrusted) throw error;
    const before = error.before ?? this.#before;
    if (before === null) throw error;
    throw await timeFault({ policies: this.#policies.envelopes, registry }, target.note, [{ bytes: before, index: error.at.index - error.distance }, error.at], target.names);
  }
}

function proofIn(period: SealedPeriod, proof: number, index: number): Uint8Array {
  return period.proofs[proof - period.first.proofs] ?? refuseMismatch(index, proof);
}

function refuseMismatch(index: number, proof: number): never {
  throw new ReplayMismatch('names', index, `Name-log entry ${index} rests on proof-log entry ${proof}, which its seal does not cover.`);
}

function textOf(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : Buffer.from(bytes).toString('utf8');
}
