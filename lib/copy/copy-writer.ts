import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { mkdir, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { equalBytes } from '../core/bytes/bytes';
import { invariant } from '../core/refusal';
import type { Both } from '../core/registry/batch';
import { type Edge, edgeFromTiles, emptyEdge, rootOf } from '../core/tlog/edge';
import { HASH_BYTES } from '../core/tlog/hash';
import { TILE_WIDTH } from '../core/tlog/tile-path';
import { type FolderLock, FolderLockError, lockFolder } from '../native/folder-lock';
import { type CopyHead, encodeHead, rootBytes } from './copy-head';
import { CopyReader, firstOf } from './copy-reader';
import { refuseCopy } from './copy-refusal';
import { type Disk, REAL_DISK, syncFolder } from './disk';
import { LOGS, type LogName, OFFSET_BYTES, bundleStart, headPath, levelCount, levelsAt } from './layout';
import { LogAppender } from './log-appender';

/** CopyWriterOptions: `disk` stands in for the machine's own in tests. */
export interface CopyWriterOptions {
  readonly disk?: Disk;
}

/**
 * CopyWriter is the one process that grows a copy. Entries are appended in memory and committed with a head; a commit puts the
 * data on disk, then replaces head.json. Whenever the process or the machine ends, the copy is as the last whole commit left it.
 */
export class CopyWriter {
  readonly dir: string;
  readonly reader: CopyReader;
  readonly #disk: Disk;
  readonly #lock: FolderLock;
  readonly #logs: Both<LogAppender>;
  #head: CopyHead | null;

  private constructor(reader: CopyReader, lock: FolderLock, disk: Disk, head: CopyHead | null, logs: Both<LogAppender>) {
    this.dir = reader.dir;
    this.reader = reader;
    this.#lock = lock;
    this.#disk = disk;
    this.#head = head;
    this.#logs = logs;
  }

  /**
   * open locks a copy for writing, makes it if there is none, and cuts off what no head has committed.
   * @throws CopyRefusal `copy-locked`; `damaged-copy` if a file is not as it was committed: `cutBack` repairs that.
   */
  static async open(dir: string, options: CopyWriterOptions = {}): Promise<CopyWriter> {
    await mkdir(dir, { recursive: true });
    const lock = await lockCopy(dir);
    const reader = CopyReader.open(dir);
    try {
      const disk = options.disk ?? REAL_DISK;
      await removeDrafts(dir);
      const head = reader.head();
      const names = await openLog(reader, head, 'names', disk);
      const proofs = await openLog(reader, head, 'proofs', disk);
      return new CopyWriter(reader, lock, disk, head, { names, proofs });
    } catch (error) {
      reader.close();
      await lock.release();
      throw error;
    }
  }

  /** What is committed. */
  get head(): CopyHead | null {
    return this.#head;
  }

  /** The edges of both logs with all that was appended. */
  get edges(): Both<Edge> {
    return { names: this.#logs.names.edge, proofs: this.#logs.proofs.edge };
  }

  /** Bytes that wait for a commit. */
  get waitingBytes(): number {
    return this.#logs.names.waitingBytes + this.#logs.proofs.waitingBytes;
  }

  /** begin lets an empty copy start at a snapshot: the edges there, and the entries of both logs' last bundles. */
  begin(edges: Both<Edge>, bundles: Both<readonly Uint8Array[]>): void {
    for (const log of LOGS) this.#logs[log].begin(edges[log], bundles[log]);
  }

  /** append adds entries that were verified, with their leaf hashes. */
  append(log: LogName, entries: readonly Uint8Array[], leaves: readonly Uint8Array[]): void {
    this.#logs[log].append(entries, leaves);
  }

  /** forget drops what was appended since the last commit. */
  forget(): void {
    for (const log of LOGS) this.#logs[log].forget();
  }

  /**
   * commit makes all that was appended, and `head`, the copy. If it throws (a full disk) nothing has changed: it can be called
   * again when there is room, or the process may end.
   */
  async commit(head: CopyHead): Promise<void> {
    for (const log of LOGS) {
      const { edge, first } = this.#logs[log];
      invariant(edge.size === head[log].size && equalBytes(rootOf(edge), rootBytes(head[log])), `the head is not that of the ${log} log`);
      invariant(first === firstOf(head, log), `the head begins the ${log} log elsewhere`);
    }
    for (const log of LOGS) await this.#logs[log].flush();
    const bytes = encodeHead(head);
    try {
      await this.#disk.replace(headPath(this.dir), bytes);
    } catch (error) {
      // It may have been replaced all the same, before the disk failed to say so: then it counts.
      if (this.#isOnDisk(bytes)) this.#committed(head);
      throw error;
    }
    this.#committed(head);
  }

  #committed(head: CopyHead): void {
    for (const log of LOGS) this.#logs[log].committed();
    this.#head = head;
    // Our own reader reads as far as the new head.
    this.reader.head();
  }

  #isOnDisk(head: Uint8Array): boolean {
    try {
      return equalBytes(readFileSync(headPath(this.dir)), head);
    } catch {
      return false;
    }
  }

  /** replace writes a small file of the copy as a whole. */
  async replace(name: string, bytes: Uint8Array): Promise<void> {
    await this.#disk.replace(join(this.dir, name), bytes);
  }

  async close(): Promise<void> {
    for (const log of LOGS) await this.#logs[log].close();
    this.reader.close();
    await this.#lock.release();
  }
}

/** lockCopy makes this process the copy's only writer. @throws CopyRefusal `copy-locked`. */
export async function lockCopy(dir: string): Promise<FolderLock> {
  try {
    return await lockFolder(join(dir, 'lock'));
  } catch (error) {
    if (error instanceof FolderLockError && error.code === 'in-use') return refuseCopy('copy-locked', `Another process writes to the copy in ${dir}.`);
    throw error;
  }
}

async function openLog(reader: CopyReader, head: CopyHead | null, log: LogName, disk: Disk): Promise<LogAppender> {
  const first = head === null ? 0 : firstOf(head, log);
  const size = head === null ? 0 : head[log].size;
  const files = reader.log(log);
  // The last bundle is read and held against its leaf hashes: a tail that a disk forgot shows here.
  const last = size > 0 ? bundleStart(size - 1) : 0;
  const entriesBytes = size === first ? 0 : files.startOf(last) + files.bundle(last / TILE_WIDTH, size - last).length;
  await cutFile(reader.dir, log, 'entries', entriesBytes);
  await cutFile(reader.dir, log, 'offsets', (size - first) * OFFSET_BYTES);
  const levels = levelsAt(size);
  for (const name of levelFiles(reader.dir, log)) {
    const level = Number(name);
    await cutFile(reader.dir, log, name, level < levels ? levelCount(level, first, size) * HASH_BYTES : 0);
  }
  const edge = size === 0 ? emptyEdge() : edgeFromTiles(size, (ref) => files.tile(ref));
  return new LogAppender(reader.dir, log, disk, { edge, entriesBytes, first });
}

function levelFiles(dir: string, log: LogName): string[] {
  try {
    return readdirSync(join(dir, log)).filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

async function cutFile(dir: string, log: LogName, name: string, sizeBytes: number): Promise<void> {
  const path = join(dir, log, name);
  const found = await stat(path).catch(() => null);
  const has = found?.size ?? 0;
  if (has < sizeBytes) refuseCopy('damaged-copy', `${log}/${name} has ${has} bytes; ${sizeBytes} were committed.`);
  if (has > sizeBytes) await truncate(path, sizeBytes);
}

/** Drafts of files that were being replaced when a process ended. */
async function removeDrafts(dir: string): Promise<void> {
  for (const folder of ['.', 'names', 'proofs', 'state', 'snapshot', 'evidence']) {
    const path = join(dir, folder);
    const drafts = existsSync(path) ? readdirSync(path).filter((name) => /\.[0-9a-f]{12}\.new$/.test(name)) : [];
    for (const name of drafts) await rm(join(path, name), { force: true });
    if (drafts.length > 0) await syncFolder(path);
  }
}
