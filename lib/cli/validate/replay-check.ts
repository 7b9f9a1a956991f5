import { invariant, Refusal } from '../../core/refusal';
import { type Both, BEFORE_GENESIS, type LastSeal } from '../../core/registry/batch';
import { DueIndex, mayWait } from '../../core/registry/due-index';
import { parseSeal } from '../../core/registry/parse-entry';
import type { Envelope } from '../../core/keys/dsse';
import type { Edge } from '../../core/tlog/edge';
import { replayEvidence } from '../../core/validation/make-evidence';
import { computePeriod } from '../../core/validation/replay';
import type { CopyState } from '../../copy/copy-state';
import type { CopyWriter } from '../../copy/copy-writer';
import { type Accused, LogFault, checkpointIn } from '../../copy/follow-faults';
import type { PeriodCheck, SealedPeriod } from '../../copy/sealed-period';
import type { Checked, ReplayWorkers } from '../../native/replay-workers';
import { grownTiles } from './grown-tiles';

/** ReplayParts is what replaying needs beside the state. */
export interface ReplayParts {
  readonly workers: ReplayWorkers;
  readonly writer: CopyWriter;
  /** Whom evidence would be against: the policies up to the copy's head. */
  readonly accused: () => Accused;
  /** The signed checkpoint of the name log of a sealed size, if the source has it. */
  readonly noteAt: (size: number) => Promise<string | null>;
}

/**
 * replayCheck replays every period over the copy's state, on all cores: the workers parse and check the signatures of what comes next
 * while this thread computes each seal and compares it with the log, byte for byte, and its map root. A period that does not replay
 * is a LogFault with evidence, if the registry's signature under it can be had.
 */
export function replayCheck(state: CopyState, parts: ReplayParts): PeriodCheck {
  return new ReplayCheck(state, parts);
}

class ReplayCheck implements PeriodCheck {
  readonly kind = 'replayed';
  readonly #state: CopyState;
  readonly #parts: ReplayParts;
  readonly #due: DueIndex;
  readonly #checked = new Map<number, Promise<Checked>>();
  #edges: Both<Edge>;
  #last: LastSeal | null;
  /** The bytes of that seal. */
  #lastBytes: Uint8Array;
  /** The name log's leaf hashes since the last commit. */
  #leaves: Uint8Array[] = [];
  /** Every policy logged since then. */
  #policies: Envelope[] = [];

  constructor(state: CopyState, parts: ReplayParts) {
    const { writer } = parts;
    this.#state = state;
    this.#parts = parts;
    this.#due = waitingIn(state);
    const { head } = writer;
    this.#edges = head === null ? BEFORE_GENESIS.edges : writer.edges;
    this.#last = null;
    this.#lastBytes = new Uint8Array(0);
    if (head === null) return;
    writer.reader.needHead();
    this.#lastBytes = writer.reader.names.entry(head.names.size - 1);
    const { number, prev, timeSec } = parseSeal(this.#lastBytes);
    this.#last = { index: head.names.size - 1, number, prev, timeSec };
  }

  ahead({ first, proofs, seal }: SealedPeriod): void {
    const checked = this.#parts.workers.checkAhead(proofs, first.proofs);
    // If an earlier period fails, nobody waits for this one.
    checked.catch(() => undefined);
    this.#checked.set(seal.number, checked);
  }

  async period(period: SealedPeriod): Promise<void> {
    const { first, leaves, names, proofs, seal } = period;
    const from = { due: this.#due, edges: this.#edges, last: this.#last, map: this.#state.map, state: this.#state };
    try {
      const ahead = this.#checked.get(seal.number) ?? this.#parts.workers.checkAhead(proofs, first.proofs);
      const checked = (await ahead).open();
      const sealed = computePeriod(from, checked, seal.timeSec, names);
      sealed.staged.commit();
      this.#state.commit(sealed.writes, names);
      this.#due.commit(sealed.writes);
      this.#edges = sealed.edges;
      this.#last = sealed.last;
      this.#lastBytes = names.at(-1) ?? this.#lastBytes;
      for (const { parsed } of checked) if (parsed.payload.type === 'genesis' || parsed.payload.type === 'policy') this.#policies.push(parsed.envelope);
    } catch (error) {
      throw error instanceof Refusal ? await this.#fault(error, period) : error;
    } finally {
      this.#checked.delete(seal.number);
    }
    for (const leaf of leaves.names) this.#leaves.push(leaf);
  }

  committed(): void {
    this.#leaves = [];
    this.#policies = [];
  }

  /** #fault makes evidence of a period that does not replay. Without the registry's signature, or where a file would convince nobody, the refusal itself must do. */
  async #fault(refusal: Refusal, { first, leaves, names, note: shown, proofs }: SealedPeriod): Promise<Refusal> {
    const { accused, noteAt, writer } = this.#parts;
    const last = this.#last;
    // What was shown for this very seal counts: another one of its size would be a second lie.
    const note = shown ?? (await noteAt(first.names + names.length).catch(() => null));
    const { head } = writer;
    if (note === null || last === null || !this.#isOf(note, first.names + names.length)) return refusal;
    const { reader } = writer;
    const more = [...this.#leaves, ...leaves.names];
    const { policies, registry } = accused();
    try {
      const evidence = replayEvidence({
        policies: [...policies, ...this.#policies],
        registry,
        before: { bytes: this.#lastBytes, index: last.index },
        checkpoint: note,
        from: { due: this.#due, edges: this.#edges, last, map: this.#state.map, state: this.#state },
        period: { names, proofs },
        tiles: { names: grownTiles((ref) => reader.names.tile(ref), head?.names.size ?? 0, more), proofs: (ref) => reader.proofs.tile(ref) },
      });
      return new LogFault(refusal.code, refusal.detail, evidence);
    } catch (error) {
      if (error instanceof Refusal) return refusal;
      throw error;
    }
  }

  #isOf(note: string, size: number): boolean {
    try {
      return checkpointIn(note).size === size;
    } catch (error) {
      if (error instanceof Refusal) return false;
      throw error;
    }
  }
}

/** waitingIn finds in a whole state what waits for its time. */
function waitingIn(state: CopyState): DueIndex {
  const waiting: { bytes: Uint8Array }[] = [];
  state.map.each((key) => {
    const found = state.bytesOf(key);
    invariant(found !== null, 'every key of the map has an entry');
    if (mayWait(found.bytes)) waiting.push({ bytes: found.bytes });
  });
  return DueIndex.of(waiting);
}
