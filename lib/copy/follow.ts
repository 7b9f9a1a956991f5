import { equalBytes } from '../core/bytes/bytes';
import type { OpenedCheckpoint } from '../core/checkpoint/checkpoint';
import { invariant, refuse } from '../core/refusal';
import { policyKey } from '../core/registry/state';
import { rootFromTiles } from '../core/tlog/nodes';
import { type CopyHead, rootBytes } from './copy-head';
import { CopyState } from './copy-state';
import { COMMIT_BYTES, type Progress, copyTarget } from './copy-target';
import type { CopyWriter } from './copy-writer';
import { isDiskTrouble } from './disk';
import { saveEvidence } from './evidence-folder';
import { readFloor, removeFloor } from './floor';
import { type Accused, LogFault, checkpointIn, forkFault } from './follow-faults';
import type { LogSource } from './log-source';
import { mapCheck } from './map-check';
import { PolicyWatch, policiesOf } from './policy-watch';
import type { PeriodCheck } from './sealed-period';
import { openTarget } from './target';

/** A seal may be this far ahead of our clock. */
const MAX_AHEAD_SEC = 120;

/** FollowOptions: `registry` is the id that is pinned, base64; `check` makes the judge of periods over the state of the last commit. */
export interface FollowOptions {
  readonly source: LogSource;
  readonly writer: CopyWriter;
  readonly registry: string;
  readonly clock: () => number;
  readonly stop: AbortSignal;
  readonly check?: (state: CopyState) => PeriodCheck;
  readonly onProgress?: (progress: Progress) => void;
  /** How much waits before a commit; see COMMIT_BYTES. */
  readonly commitBytes?: number;
  /** Told when evidence against the registry was written. */
  readonly onEvidence?: (file: string) => void;
}

/** Loaded is what stands at the copy's head. */
interface Loaded {
  readonly state: CopyState;
  readonly check: PeriodCheck;
  policies: PolicyWatch;
}

/**
 * Follower brings a copy up to what its source shows, and verifies it on the way: the registry's policies from the genesis, the
 * signature of each checkpoint, every hash, that the new logs begin with the copy's, that each seal follows from the one
 * before, names the proof log and the map. Whatever is wrong is a Refusal and leaves the copy as it was.
 */
export class Follower {
  readonly #options: FollowOptions;
  #loaded: Loaded | null = null;
  /** Whether the state holds periods that are not committed. */
  #isDirty = false;

  constructor(options: FollowOptions) {
    this.#options = options;
  }

  /** What is committed. */
  get head(): CopyHead | null {
    return this.#options.writer.head;
  }

  /** The policies up to the copy's head. */
  get policies(): PolicyWatch {
    return this.#load().policies;
  }

  /** The state at the copy's head. */
  get state(): CopyState {
    return this.#load().state;
  }

  /** Whom evidence would be against. */
  get accused(): Accused {
    return { policies: this.policies.envelopes, registry: this.#options.registry };
  }

  /**
   * step fetches what is new, once; `true` if there was anything.
   * @throws Refusal for what the registry or the network got wrong, CopyRefusal for what is not there.
   */
  async step(): Promise<boolean> {
    try {
      return await this.#step();
    } catch (error) {
      if (error instanceof LogFault) {
        const file = await saveEvidence(this.#options.writer.dir, error.evidence);
        if (file !== null) this.#options.onEvidence?.(file);
      }
      if (this.#isDirty) await this.#unload();
      throw error;
    }
  }

  /** close saves the state, so that the next start is quick. */
  async close(): Promise<void> {
    if (!this.#isDirty && this.#loaded !== null) await this.#saveState(this.#loaded.state);
    await this.#unload();
  }

  /** A state that is not saved, because the disk is full perhaps, is made again at the next start. */
  async #saveState(state: CopyState): Promise<void> {
    try {
      await state.save(this.#options.writer);
    } catch (error) {
      if (!isDiskTrouble(error)) throw error;
    }
  }

  async #step(): Promise<boolean> {
    const { clock, commitBytes = COMMIT_BYTES, onProgress, registry, source, stop, writer } = this.#options;
    const loaded = this.#load();
    // The proof log's checkpoint first: so it is not of a later seal than the name log's, as a rule.
    const proofsNote = textOf(await source.checkpoint('proofs'));
    const note = textOf(await source.checkpoint('names'));
    const { head } = writer;
    // A copy of a registry that this one goes on from: its keys don't sign any more, and all is judged at the end.
    const isOther = head !== null && head.registry !== registry;
    if (head !== null && !isOther) {
      const checkpoint = loaded.policies.open('names', note);
      if (checkpoint.size <= head.names.size) return this.#sameOrOlder(head, checkpoint, note);
    }
    const target = await openTarget({ accused: head === null || isOther ? null : this.accused, checkpoint: checkpointIn(note), floor: readFloor(writer.dir), head, note, proofsNote, source });
    if (target.seal.timeSec > clock() + MAX_AHEAD_SEC) refuse('wrong-time', `Seal ${target.seal.number} is ${target.seal.timeSec - clock()} s ahead of this machine's clock.`);
    await copyTarget({
      check: loaded.check,
      clock,
      commitBytes,
      onProgress: onProgress ?? (() => undefined),
      policies: loaded.policies,
      registry,
      source,
      state: loaded.state,
      stop,
      target,
      writer,
      onDirty: () => {
        this.#isDirty = true;
      },
      onCommit: async (policies, committed) => {
        loaded.policies = policies;
        this.#isDirty = false;
        if ((readFloor(writer.dir)?.names.size ?? Infinity) <= committed.names.size) await removeFloor(writer.dir);
        if (loaded.state.isSaveDue) await this.#saveState(loaded.state);
        await loaded.check.committed?.(committed);
      },
    });
    return true;
  }

  /** #sameOrOlder judges a signed checkpoint that is not newer than the copy. */
  async #sameOrOlder(head: CopyHead, checkpoint: OpenedCheckpoint, note: string): Promise<boolean> {
    const { writer } = this.#options;
    const { names } = writer.reader;
    writer.reader.needHead();
    const isSame = checkpoint.size === head.names.size;
    const known = isSame ? rootBytes(head.names) : checkpoint.size < Math.max(1, names.first) ? null : rootFromTiles(checkpoint.size, (ref) => names.tile(ref));
    if (known !== null && !equalBytes(known, checkpoint.root)) {
      if (head.names.note === null) return refuse('forked-log', `The source shows another name log of ${checkpoint.size} entries than the one that was copied.`);
      throw await forkFault(this.accused, 'names', head.names.note, note, (ref) => names.tile(ref));
    }
    if (!isSame) return refuse('rolled-back', `The source shows the log at ${checkpoint.size} entries; ${head.names.size} were signed before.`);
    if (head.names.note === null) await writer.commit({ ...head, names: { ...head.names, note } });
    return false;
  }

  #load(): Loaded {
    if (this.#loaded !== null) return this.#loaded;
    const { check = mapCheck, writer } = this.#options;
    const state = CopyState.open(writer.reader);
    let policies = PolicyWatch.empty();
    if (writer.head !== null) {
      const item = state.get(policyKey());
      invariant(item !== null && item.entry.type === 'policy', 'every copy has a policy');
      policies = PolicyWatch.from(policiesOf(writer.reader, item.entry), item.entry);
    }
    this.#loaded = { check: check(state), policies, state };
    return this.#loaded;
  }

  async #unload(): Promise<void> {
    const loaded = this.#loaded;
    this.#loaded = null;
    this.#isDirty = false;
    this.#options.writer.forget();
    await loaded?.check.close?.();
    loaded?.state.close();
  }
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}
