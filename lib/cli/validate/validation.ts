import { mkdirSync } from 'node:fs';
import { Refusal } from '../../core/refusal';
import type { Accused } from '../../copy/follow-faults';
import { forkFault, LogFault } from '../../copy/follow-faults';
import type { CopyHead } from '../../copy/copy-head';
import type { CopyWriter } from '../../copy/copy-writer';
import { saveEvidence } from '../../copy/evidence-folder';
import type { Follower } from '../../copy/follow';
import { httpSource } from '../../copy/http-source';
import type { LogSource } from '../../copy/log-source';
import { provideFastCrypto } from '../../native/fast-hash';
import { ReplayWorkers } from '../../native/replay-workers';
import { CliRefusal, refuseCli } from '../cli-refusal';
import type { Io } from '../command';
import type { FollowRun } from '../follow/follow-run';
import { ProgressLine } from '../follow/progress-line';
import { replayCheck } from './replay-check';
import { replayCopy } from './replay-copy';
import type { SignedView, ViewConflict } from './signed-view';
import { TokenSender } from './token-sender';
import { openValidatorKey, type ValidatorKey } from './validator-key';

/** ValidationOptions: `name` is the validator's, for a key that does not exist yet; `postTo` takes the tokens if it is not the source. */
export interface ValidationOptions {
  readonly url: string;
  readonly dir: string;
  readonly name: string | null;
  readonly postTo: string | null;
  /** Called with the first head that is replayed, and with the next one if it was refused then. */
  readonly onReplayed?: (follower: Follower, key: ValidatorKey) => Promise<void>;
  /** Stands in for the network in tests. */
  readonly source?: LogSource;
  /** Threads that somebody else has started, and ends. */
  readonly workers?: ReplayWorkers;
}

/** Validation is what makes a follower a validator: `run` goes into `runFollow`, `finish` ends it. */
export interface Validation {
  readonly key: ValidatorKey;
  readonly run: Pick<FollowRun, 'check' | 'onHead' | 'onOpen'>;
  /** finish sends what is signed and ends the threads. @throws what `onReplayed` was refused. */
  finish(): Promise<void>;
}

/** startValidation opens the validator's key and what it has signed, and starts the threads that check signatures. @throws CliRefusal. */
export function startValidation(options: ValidationOptions, io: Io): Validation {
  const { dir, name, postTo, url } = options;
  mkdirSync(dir, { recursive: true });
  provideFastCrypto();
  const key = openValidatorKey(dir, name, io.random);
  return new Validating(options, key, options.workers ?? new ReplayWorkers(), (session) => new TokenSender({ dir, io, key, onConflict: session, url: postTo ?? url }), io);
}

type OnConflict = (conflict: ViewConflict, signed: SignedView) => Promise<void>;

class Validating implements Validation {
  readonly key: ValidatorKey;
  readonly run: Validation['run'];
  readonly #options: ValidationOptions;
  readonly #io: Io;
  readonly #workers: ReplayWorkers;
  readonly #sender: TokenSender;
  readonly #source: LogSource;
  #follower: Follower | null = null;
  #writer: CopyWriter | null = null;
  #offered: Promise<void> = Promise.resolve();
  /** The first head may be that of an old copy: what its state refuses is asked for once more, at the next. */
  #asksLeft = 2;
  /** What went wrong with what was asked for besides validating. */
  #trouble: Error | null = null;

  constructor(options: ValidationOptions, key: ValidatorKey, workers: ReplayWorkers, sender: (onConflict: OnConflict) => TokenSender, io: Io) {
    this.key = key;
    this.#options = options;
    this.#io = io;
    this.#workers = workers;
    this.#source = options.source ?? httpSource(options.url, { fetch: io.fetch, stop: io.stop });
    this.#sender = sender((conflict, signed) => this.#conflict(conflict, signed));
    this.run = {
      check: (state) => {
        const writer = this.#writer;
        if (writer === null) throw new Error('the copy is open before it is checked');
        return replayCheck(state, { accused: () => this.#accused(), noteAt: (size) => this.#noteAt(size), workers, writer });
      },
      onHead: (head, follower) => {
        this.#offered = this.#offered.then(() => this.#head(head, follower)).catch((error: unknown) => io.err(`not signed: ${error instanceof Error ? error.message : String(error)}`));
      },
      onOpen: (follower, writer) => this.#open(follower, writer),
    };
  }

  async finish(): Promise<void> {
    await this.#offered;
    await this.#sender.idle();
    if (this.#options.workers === undefined) await this.#workers.close();
    if (this.#trouble !== null) throw this.#trouble;
  }

  async #open(follower: Follower, writer: CopyWriter): Promise<void> {
    this.#follower = follower;
    this.#writer = writer;
    const { head } = writer;
    if (head === null) return;
    if (head.checked !== 'replayed') await this.#replay(follower, writer, head);
    // It may never have been signed: an interruption came first.
    if (writer.head !== null) this.run.onHead?.(writer.head, follower);
  }

  /** #replay replays, from the genesis, a copy that was only followed so far. */
  async #replay(follower: Follower, writer: CopyWriter, head: CopyHead): Promise<void> {
    if (head.from !== null) refuseCli('bad-option', 'This copy began at a snapshot: a validator vouches for every entry, so it needs a copy from the genesis, in another folder.');
    this.#io.err(`replaying ${head.names.size.toLocaleString('en')} names entries that were only followed so far`);
    const progress = new ProgressLine(this.#io);
    try {
      await replayCopy({ accused: follower.accused, noteAt: (size) => this.#noteAt(size), onProgress: (state) => progress.show(state), stop: this.#io.stop, workers: this.#workers, writer });
    } catch (error) {
      if (error instanceof LogFault) await this.#keep(error);
      throw error;
    }
  }

  async #head(head: CopyHead, follower: Follower): Promise<void> {
    const writer = this.#writer;
    if (writer === null || writer.head?.seal !== head.seal) return;
    const { reader } = writer;
    await this.#sender.offer({ head, state: follower.state, tile: (ref) => reader.names.tile(ref) });
    if (this.#asksLeft === 0) return;
    this.#asksLeft -= 1;
    try {
      await this.#options.onReplayed?.(follower, this.key);
      this.#asksLeft = 0;
      this.#trouble = null;
    } catch (error) {
      if (!(error instanceof CliRefusal) && !(error instanceof Refusal)) throw error;
      this.#trouble = error;
      if (this.#asksLeft === 0) this.#io.err(error.message);
    }
  }

  /** #conflict makes evidence of a log that excludes one that was signed before. */
  async #conflict(conflict: ViewConflict, signed: SignedView): Promise<void> {
    const note = this.#writer?.head?.names.note ?? null;
    const reader = this.#writer?.reader;
    // What a smaller log lacks, nobody here has: a registry that went back is caught by those who saw both.
    if (conflict === 'smaller' || note === null || reader === undefined) return;
    try {
      await this.#keep(await forkFault(this.#accused(), 'names', signed.note, note, (ref) => reader.names.tile(ref)));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
  }

  async #keep(fault: LogFault): Promise<void> {
    const file = await saveEvidence(this.#options.dir, fault.evidence);
    if (file !== null) this.#io.err(`evidence against the registry is in ${this.#options.dir}/evidence/${file}; mns verify shows it to anybody`);
  }

  #accused(): Accused {
    if (this.#follower === null) throw new Error('nothing is followed yet');
    return this.#follower.accused;
  }

  /** The signed checkpoint of a sealed size; of the newest one where the source keeps no others. */
  async #noteAt(size: number): Promise<string | null> {
    const note = (await this.#source.checkpointAt(size)) ?? (await this.#source.checkpoint('names'));
    return Buffer.from(note).toString('utf8');
  }
}
