import { readFileSync, statSync } from 'node:fs';
import { equalBytes } from '../core/bytes/bytes';
import { edgeFromTiles, headOf } from '../core/tlog/edge';
import { type CopyHead, parseHead, rootBytes } from './copy-head';
import { refuseCopy } from './copy-refusal';
import { LOGS, type LogName, bundleStart, headPath } from './layout';
import { LogFiles, type LogRange, type LogReader } from './log-files';

/** How often `watch` looks for a new head. */
const WATCH_MS = 100;

/** firstOf is where a copy's log begins. */
export function firstOf(head: Pick<CopyHead, 'from'>, log: LogName): number {
  return head.from === null ? 0 : bundleStart(log === 'names' ? head.from.size : head.from.proofsSize);
}

/**
 * CopyReader reads a copy, beside the process that writes it if there is one. It sees only what is committed: reading never
 * waits and needs no lock.
 */
export class CopyReader {
  readonly dir: string;
  readonly names: LogReader;
  readonly proofs: LogReader;
  readonly #files: readonly LogFiles[];
  #head: CopyHead | null = null;
  /** What head.json looked like when it was last read. */
  #seen = '';

  private constructor(dir: string) {
    this.dir = dir;
    const open = (log: LogName) => new LogFiles(dir, log, () => this.#range(log));
    const [names, proofs] = [open('names'), open('proofs')];
    this.names = names;
    this.proofs = proofs;
    this.#files = [names, proofs];
  }

  /** open opens a copy; the folder may be empty still. */
  static open(dir: string): CopyReader {
    return new CopyReader(dir);
  }

  /**
   * head is what the copy holds now, or null if it holds nothing yet. It is read again when head.json has changed, and the
   * files are then held against its roots.
   * @throws CopyRefusal `damaged-copy`.
   */
  head(): CopyHead | null {
    const stat = statSync(headPath(this.dir), { bigint: true, throwIfNoEntry: false });
    const seen = stat === undefined ? '' : `${stat.ino} ${stat.mtimeNs} ${stat.size}`;
    if (seen === this.#seen) return this.#head;
    this.#head = null;
    this.#seen = '';
    if (stat === undefined) return null;
    const head = parseHead(readFileSync(headPath(this.dir)));
    this.#head = head;
    try {
      for (const log of LOGS) this.#checkEdge(log, head);
    } catch (error) {
      this.#head = null;
      throw error;
    }
    this.#seen = seen;
    return head;
  }

  /** needHead is `head` where there must be one. @throws CopyRefusal `no-copy`, `damaged-copy`. */
  needHead(): CopyHead {
    return this.head() ?? refuseCopy('no-copy', `${this.dir} holds no complete copy yet; mns follow makes one.`);
  }

  /** log is one of the two logs. */
  log(log: LogName): LogReader {
    return log === 'names' ? this.names : this.proofs;
  }

  /** watch calls `fn` with each new head from now on, until the function it gives is called. Damage shows as no new head. */
  watch(fn: (head: CopyHead) => void): () => void {
    let last = this.#seen;
    const timer = setInterval(() => {
      let head: CopyHead | null;
      try {
        head = this.head();
      } catch {
        return;
      }
      if (head === null || this.#seen === last) return;
      last = this.#seen;
      fn(head);
    }, WATCH_MS);
    timer.unref();
    return () => clearInterval(timer);
  }

  close(): void {
    for (const files of this.#files) files.close();
  }

  #range(log: LogName): LogRange {
    const head = this.#head ?? this.needHead();
    return { first: firstOf(head, log), size: head[log].size };
  }

  /** The hashes at the log's edge must give the root: so head.json and files belong together, and partial tiles are good. */
  #checkEdge(log: LogName, head: CopyHead): void {
    const edge = headOf(edgeFromTiles(head[log].size, (ref) => this.log(log).tile(ref)));
    if (!equalBytes(edge.root, rootBytes(head[log]))) refuseCopy('damaged-copy', `The tiles of the ${log} log don't give the root in head.json.`);
  }
}
