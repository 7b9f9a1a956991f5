import { setTimeout as sleep } from 'node:timers/promises';
import { mkdirSync } from 'node:fs';
import { Refusal } from '../../core/refusal';
import type { CopyHead } from '../../copy/copy-head';
import { CopyRefusal } from '../../copy/copy-refusal';
import type { CopyState } from '../../copy/copy-state';
import type { CopyWriter } from '../../copy/copy-writer';
import { isDiskTrouble } from '../../copy/disk';
import { Follower } from '../../copy/follow';
import { httpSource } from '../../copy/http-source';
import type { LogSource } from '../../copy/log-source';
import { readPin } from '../../copy/pin';
import type { PeriodCheck } from '../../copy/sealed-period';
import type { Io } from '../command';
import { acceptRegistry } from './accept-registry';
import { beginAtSnapshot } from './begin-at-snapshot';
import { openRepaired } from './open-copy';
import { PeerRound } from './peer-round';
import { pinRegistry, registryId } from './pin-registry';
import { ProgressLine, durationText } from './progress-line';

/** FollowRun is what `follow`, `validate` and `serve --follow` do with a copy for as long as they run. */
export interface FollowRun {
  readonly url: string;
  readonly dir: string;
  /** The registry id that was asked for, or null: the pinned one, else what the source says at first sight. */
  readonly registry: string | null;
  /** Begin an empty copy at the newest snapshot. */
  readonly snapshot?: boolean;
  /** Stop when the copy has what the source shows. */
  readonly once: boolean;
  /** What judges periods, if not only the map: see `PeriodCheck`. */
  readonly check?: (state: CopyState) => PeriodCheck;
  /** Called with the follower once it is there, and with each new head. */
  readonly onHead?: (head: CopyHead, follower: Follower) => void;
  /** Called once, when the copy is open and before the first fetch. */
  readonly onOpen?: (follower: Follower, writer: CopyWriter) => Promise<void> | void;
  /** Stands in for the network in tests. */
  readonly source?: LogSource;
}

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;
/** A log whose newest seal is older than this many periods stands still. */
const STALLED_PERIODS = 5;

/**
 * runFollow keeps a copy up to date until it is stopped, or once. What goes wrong is told in one line, when it begins and when
 * it is over; the copy stays as it was and is served on. The exit code is 0, or with `once` 1 if it failed.
 */
export async function runFollow(run: FollowRun, io: Io): Promise<number> {
  mkdirSync(run.dir, { recursive: true });
  const source = run.source ?? httpSource(run.url, { fetch: io.fetch, stop: io.stop });
  // Who asks for another registry than the pinned one means one that continues it.
  const pin = readPin(run.dir);
  if (pin !== null && run.registry !== null && registryId(run.registry) !== pin.registry) await acceptRegistry(run.dir, pin, run.registry, source, io);
  for (let isDamaged = false; ; isDamaged = true) {
    const session = await openPatiently(run, source, io, isDamaged);
    if (session === null) return 0;
    try {
      const code = await session.go();
      if (code !== null) return code;
    } finally {
      await session.close();
    }
  }
}

/** openPatiently opens a session; a source that is away at the very start is waited for, unless the copy is to be made once. Null if it was stopped meanwhile. */
async function openPatiently(run: FollowRun, source: LogSource, io: Io, isDamaged: boolean): Promise<FollowSession | null> {
  for (let told = ''; !io.stop.aborted; ) {
    try {
      return await FollowSession.open(run, source, io, isDamaged);
    } catch (error) {
      if (run.once || !(error instanceof CopyRefusal) || (error.code !== 'unreachable' && error.code !== 'bad-answer')) throw error;
      if (error.message !== told) io.err(`waiting: ${error.message}`);
      told = error.message;
      await sleep(FIRST_WAIT_MS, undefined, { signal: io.stop }).catch(() => undefined);
    }
  }
  return null;
}

class FollowSession {
  readonly #run: FollowRun;
  readonly #io: Io;
  readonly #writer: CopyWriter;
  readonly #follower: Follower;
  readonly #progress: ProgressLine;
  readonly #peers: PeerRound;
  readonly #source: LogSource;
  readonly #registry: string;
  #waitMs = FIRST_WAIT_MS;
  /** The trouble that was told last, until it is over. */
  #told = '';
  #isStalled = false;

  private constructor(run: FollowRun, io: Io, writer: CopyWriter, follower: Follower, progress: ProgressLine, followed: { readonly source: LogSource; readonly registry: string }) {
    this.#run = run;
    this.#io = io;
    this.#writer = writer;
    this.#follower = follower;
    this.#progress = progress;
    this.#peers = new PeerRound(run.dir, io);
    this.#source = followed.source;
    this.#registry = followed.registry;
  }

  static async open(run: FollowRun, source: LogSource, io: Io, isDamaged: boolean): Promise<FollowSession> {
    const writer = await openRepaired(run.dir, io, isDamaged);
    try {
      const { registry } = await pinRegistry({ asked: run.registry, source, writer }, io);
      if (run.snapshot === true && writer.head === null) await beginAtSnapshot({ registry, source, writer }, io);
      const progress = new ProgressLine(io);
      const follower = new Follower({
        clock: () => io.clock(),
        onEvidence: (file) => io.err(`evidence against the registry is in ${run.dir}/evidence/${file}; mns verify shows it to anybody`),
        onProgress: (state) => progress.show(state),
        registry,
        source,
        stop: io.stop,
        writer,
        ...(run.check === undefined ? {} : { check: run.check }),
      });
      await run.onOpen?.(follower, writer);
      return new FollowSession(run, io, writer, follower, progress, { registry, source });
    } catch (error) {
      await writer.close();
      throw error;
    }
  }

  /** go follows until it is stopped; null asks for a new session, because the copy was found damaged. */
  async go(): Promise<number | null> {
    while (!this.#io.stop.aborted) {
      try {
        this.#progress.begin();
        const isNew = await this.#follower.step();
        this.#isWell(isNew);
        await this.#peers.turn(this.#follower, this.#writer.reader);
        if (this.#run.once) return 0;
      } catch (error) {
        if (this.#io.stop.aborted) break;
        if (error instanceof CopyRefusal && error.code === 'damaged-copy') {
          this.#io.err(`the copy is damaged: ${error.detail}`);
          return null;
        }
        if (!(error instanceof Refusal) && !(error instanceof CopyRefusal) && !isDiskTrouble(error)) throw error;
        if (this.#run.once) {
          await this.#tellOther(error);
          throw error;
        }
        await this.#trouble(error);
        continue;
      }
      await this.#pause(this.#untilNextMs());
    }
    return 0;
  }

  async close(): Promise<void> {
    try {
      await this.#follower.close();
    } catch (error) {
      // A state that is not saved is made again.
      if (!(error instanceof CopyRefusal) && !isDiskTrouble(error)) throw error;
    } finally {
      await this.#writer.close();
    }
  }

  #isWell(isNew: boolean): void {
    const { head } = this.#follower;
    if (head === null) return;
    if (this.#told !== '') this.#io.err('all is well again');
    this.#told = '';
    this.#waitMs = FIRST_WAIT_MS;
    const ageSec = this.#io.clock() - head.timeSec;
    const isStalled = ageSec > STALLED_PERIODS * (this.#follower.policies.periodSec ?? 60);
    if (isStalled && !this.#isStalled) this.#io.err(`the log stands still: its newest seal, ${head.seal}, is ${durationText(ageSec)} old`);
    this.#isStalled = isStalled;
    if (!isNew) return;
    if (!this.#io.isTty || this.#run.once) this.#io.out(headText(head));
    else this.#io.redraw(headText(head));
    this.#run.onHead?.(head, this.#follower);
  }

  async #trouble(error: Error): Promise<void> {
    const text = error.message;
    const kind = error instanceof Refusal ? 'refused, and the copy stays as it is' : 'waiting';
    if (text !== this.#told) {
      this.#io.err(`${kind}: ${text}`);
      await this.#tellOther(error);
    }
    this.#told = text;
    await this.#pause(this.#waitMs);
    this.#waitMs = Math.min(LONGEST_WAIT_MS, this.#waitMs * 2);
  }

  /** Another registry may go on from the one that is followed: it is for people to accept it. */
  async #tellOther(error: Error): Promise<void> {
    if (!(error instanceof Refusal) || error.code !== 'untrusted-note') return;
    const registry = await this.#source.hint().catch(() => null);
    if (registry === null || registry === this.#registry) return;
    this.#io.err(`${this.#source.url} now has the registry ${registry}. If it continues yours, and you know its id from people you trust, accept it: mns follow ${this.#source.url} --data ${this.#run.dir} --registry ${registry}`);
  }

  /** The next seal comes a period after the last; about then it is asked for once a second, for short periods more often. */
  #untilNextMs(): number {
    const periodMs = (this.#follower.policies.periodSec ?? 60) * 1_000;
    const { head } = this.#follower;
    const pollMs = Math.min(1_000, Math.max(100, periodMs / 10));
    if (head === null) return pollMs;
    const dueMs = head.timeSec * 1_000 + periodMs - this.#io.clock() * 1_000;
    if (dueMs < -3 * periodMs) return Math.min(LONGEST_WAIT_MS, Math.max(pollMs, periodMs / 4));
    return Math.max(pollMs, Math.min(dueMs, periodMs));
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#io.stop }).catch(() => undefined);
  }
}

/** headText is one line about a copy. */
export function headText(head: CopyHead): string {
  return `seal ${head.seal} of ${new Date(head.timeSec * 1_000).toISOString()}: ${head.names.size.toLocaleString('en')} names entries, ${head.proofs.size.toLocaleString('en')} proofs entries, ${head.checked}`;
}
