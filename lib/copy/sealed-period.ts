import { toBase64 } from '../core/bytes/base64';
import { Refusal, refuse } from '../core/refusal';
import type { Both } from '../core/registry/batch';
import { parseEntry } from '../core/registry/parse-entry';
import type { NameLogEntry, SealEntry } from '../core/registry/state';
import { type Edge, appendLeaves, headOf } from '../core/tlog/edge';
import type { EntryAt } from '../core/validation/make-evidence';
import { isSealBytes } from '../core/validation/replay';
import type { BundleStream } from './bundle-stream';
import type { CopyHead } from './copy-head';

/** SealedPeriod is what one seal covers. Its entries stand in the trees that were asked for; what they say is not judged yet. */
export interface SealedPeriod {
  readonly seal: SealEntry;
  /** The period's name-log entries, the seal last: bytes, and parsed. */
  readonly names: readonly Uint8Array[];
  readonly entries: readonly NameLogEntry[];
  readonly proofs: readonly Uint8Array[];
  readonly leaves: Both<readonly Uint8Array[]>;
  /** Index of the first entry in each log. */
  readonly first: Both<number>;
  /** The signed checkpoint that was shown for this very seal, if one was: that of the newest. */
  readonly note: string | null;
}

/** PeriodCheck judges each period. It is what makes a follower a validator. */
export interface PeriodCheck {
  readonly kind: CopyHead['checked'];
  /** ahead tells of a period that will come to `period` in its turn. */
  ahead?(period: SealedPeriod): void;
  /** period takes the next one into the state, or throws the Refusal that says why not. */
  period(period: SealedPeriod): Promise<void> | void;
  /** committed is called when all periods up to the head are on disk. */
  committed?(head: CopyHead): Promise<void> | void;
  /** close is called when the check is not needed any more; after a fault another one is made over the state of the last commit. */
  close?(): Promise<void> | void;
}

/** SealOrder is the refusal of a seal whose time or number does not ascend; `before` is the seal before it if it was read here, `distance` entries before. */
export class SealOrder extends Refusal {
  readonly at: EntryAt;
  readonly before: Uint8Array | null;
  readonly distance: number;

  constructor(detail: string, at: EntryAt, before: Uint8Array | null, distance: number) {
    super('time-goes-back', detail);
    this.at = at;
    this.before = before;
    this.distance = distance;
  }
}

/** LastKnownSeal is the seal that the next one must follow. */
export interface LastKnownSeal {
  readonly index: number;
  readonly number: number;
  readonly timeSec: number;
}

/** PeriodReader reads two verified streams of entries as periods, and holds each seal against the one before and against the proof log. */
export class PeriodReader {
  readonly #streams: Both<BundleStream>;
  #next: number;
  #proofs: Edge;
  #proofsRoot: string | null = null;
  #last: LastKnownSeal | null;
  #lastBytes: Uint8Array | null = null;

  /** `from` is the name log's size and the proof log's edge where the streams begin, and the seal there. */
  constructor(streams: Both<BundleStream>, from: { readonly names: number; readonly proofs: Edge; readonly last: LastKnownSeal | null }) {
    this.#streams = streams;
    this.#next = from.names;
    this.#proofs = from.proofs;
    this.#last = from.last;
  }

  /** next is the next period, or null at the end. @throws Refusal `wrong-seal`, `time-goes-back`, and what `parseEntry` and the streams refuse. */
  async next(): Promise<SealedPeriod | null> {
    const names: Uint8Array[] = [];
    const leaves: Uint8Array[] = [];
    const entries: NameLogEntry[] = [];
    const first = this.#next;
    for (;;) {
      const { entries: [bytes], leaves: [leaf] } = await this.#streams.names.take(1);
      if (bytes === undefined || leaf === undefined) break;
      names.push(bytes);
      leaves.push(leaf);
      entries.push(parseEntry(bytes));
      if (isSealBytes(bytes)) break;
    }
    if (names.length === 0) return null;
    const seal = entries.at(-1);
    if (seal === undefined || seal.type !== 'seal') return refuse('wrong-seal', 'The name log does not end in a seal.');
    const index = first + names.length - 1;
    this.#checkSeal(seal, index, names.at(-1) ?? new Uint8Array(0));
    const firstProof = this.#proofs.size;
    const proofs = await this.#streams.proofs.take(seal.covers[1] - firstProof);
    this.#checkProofs(seal, index, proofs.leaves);
    this.#next = index + 1;
    this.#last = { index, number: seal.number, timeSec: seal.timeSec };
    this.#lastBytes = names.at(-1) ?? null;
    return { entries, first: { names: first, proofs: firstProof }, leaves: { names: leaves, proofs: proofs.leaves }, names, note: null, proofs: proofs.entries, seal };
  }

  #checkSeal(seal: SealEntry, index: number, bytes: Uint8Array): void {
    const last = this.#last;
    const number = last === null ? 0 : last.number + 1;
    if (seal.number !== number || seal.prev !== (last?.index ?? null)) refuse('wrong-seal', `Name-log entry ${index} should be seal ${number} and follow from entry ${last?.index ?? 'none'}.`);
    if (last !== null && seal.timeSec <= last.timeSec) {
      throw new SealOrder(`Seal ${seal.number} is of second ${seal.timeSec}, the one before of ${last.timeSec}.`, { bytes, index }, this.#lastBytes, index - last.index);
    }
    const [from, end] = seal.covers;
    if (from !== this.#proofs.size || end !== seal.proofs.size) refuse('wrong-seal', `Seal ${seal.number} covers proof-log entries ${from} to ${end}; it should begin at ${this.#proofs.size} and end at ${seal.proofs.size}.`);
  }

  #checkProofs(seal: SealEntry, index: number, leaves: readonly Uint8Array[]): void {
    if (leaves.length < seal.covers[1] - seal.covers[0]) refuse('wrong-seal', `Seal ${seal.number} (name-log entry ${index}) covers proof-log entries that are not there.`);
    if (leaves.length > 0 || this.#proofsRoot === null) {
      this.#proofs = appendLeaves(this.#proofs, leaves).edge;
      this.#proofsRoot = toBase64(headOf(this.#proofs).root);
    }
    if (this.#proofsRoot !== seal.proofs.root) refuse('wrong-seal', `Seal ${seal.number} names another proof log than the one of its period.`);
  }
}
