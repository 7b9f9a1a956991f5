import type { Progress } from '../../copy/copy-target';
import type { Io } from '../command';

const BAR_WIDTH = 24;
/** Where nobody watches, a line comes this often. */
const PLAIN_LINE_MS = 10_000;
const REDRAW_MS = 200;
/** Less than this is not worth a bar. */
const WORTH_ENTRIES = 2_000;

/** ProgressLine shows how far a long copy is: a bar that is drawn again on a terminal, a line now and then elsewhere. */
export class ProgressLine {
  readonly #io: Io;
  readonly #nowMs: () => number;
  #startMs: number;
  #shownMs: number;

  constructor(io: Io, nowMs: () => number = () => performance.now()) {
    this.#io = io;
    this.#nowMs = nowMs;
    this.#startMs = nowMs();
    this.#shownMs = this.#startMs;
  }

  /** begin is called before each fetch. */
  begin(): void {
    this.#startMs = this.#nowMs();
    this.#shownMs = this.#startMs;
  }

  show(progress: Progress): void {
    if (progress.total < WORTH_ENTRIES) return;
    const nowMs = this.#nowMs();
    const isEnd = progress.done === progress.total;
    if (!isEnd && nowMs - this.#shownMs < (this.#io.isTty ? REDRAW_MS : PLAIN_LINE_MS)) return;
    this.#shownMs = nowMs;
    const line = progressText(progress, nowMs - this.#startMs, this.#io.isTty);
    if (this.#io.isTty && !isEnd) this.#io.redraw(line);
    else this.#io.err(line);
  }
}

/** progressText is the line: share, entries, rates, time left. */
export function progressText({ bytes, done, total }: Progress, elapsedMs: number, withBar: boolean): string {
  const seconds = Math.max(elapsedMs / 1_000, 0.001);
  const share = total === 0 ? 1 : done / total;
  const filled = Math.floor(share * BAR_WIDTH);
  const bar = withBar ? `[${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}] ` : '';
  const left = done === 0 ? '' : `, ${durationText(Math.ceil((total - done) / (done / seconds)))} left`;
  return `${bar}${Math.floor(share * 100)} % ${done.toLocaleString('en')} of ${total.toLocaleString('en')} entries, ${Math.round(done / seconds).toLocaleString('en')}/s, ${(bytes / seconds / 1e6).toFixed(1)} MB/s${done === total ? `, in ${durationText(Math.ceil(seconds))}` : left}`;
}

/** durationText is a number of seconds for people: `45 s`, `3 min`, `2 h 5 min`, `4 days`. */
export function durationText(seconds: number): string {
  if (seconds < 120) return `${Math.max(0, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days`;
}
