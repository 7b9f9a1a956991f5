import { createHash, type Hash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { type FileHandle, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { equalBytes } from '../../core/bytes/bytes';
import { NameTable } from '../../core/resolution/name-table';
import { type TableCounts, UDF_BYTES } from '../../core/resolution/table-layout';
import { DRAFT, replaceFile } from '../../copy/disk';
import { UdfFile } from './udf-file';

/*
 * The name table as a file, so that a million names are there again in a fraction of a second:
 *
 *   32 bytes   magic and version
 *   4 bytes    length of the header, little-endian
 *   header     JSON: registry, hash of the seal it stands at, the table's counts
 *   sections   the table's arrays, as in memory (little-endian)
 *   UDFs       33 bytes a row; read from here when they are asked for
 *   32 bytes   SHA-256 of all before
 *
 * It is a cache: what does not fit the copy it lies in is made again from the copy.
 */

const MAGIC = Buffer.from('mns-name-table/v1'.padEnd(31) + '\n', 'latin1');
const MAX_HEADER_BYTES = 65_536;
const BLOCK_BYTES = 1 << 20;
const ROWS_AT_ONCE = 16_384;
/** A draft so old was left by a process that died. */
const DRAFT_LEFT_MS = 3_600_000;

/** TableOrigin says what a table was made from: a registry, and the seal it stands at, by the hash of the seal's entry, which commits to the whole state. */
export interface TableOrigin {
  readonly registry: string;
  readonly sealHash: string;
}

/** tablePath is where a copy's folder keeps its table. */
export function tablePath(dir: string): string {
  return join(dir, 'resolve', 'names');
}

/** LoadedTable is a table from a file with the store that its UDFs are read from. */
export interface LoadedTable {
  readonly table: NameTable;
  readonly udfs: UdfFile;
  readonly origin: TableOrigin;
}

/** loadTable reads a table file, or gives null if there is none that is whole. */
export function loadTable(path: string): LoadedTable | null {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch {
    return null;
  }
  try {
    return readTable(fd, path);
  } catch {
    // whatever is wrong with a cache: it is made again
    return null;
  } finally {
    closeSync(fd);
  }
}

function readTable(fd: number, path: string): LoadedTable | null {
  const hash = createHash('sha256');
  const start = Buffer.alloc(MAGIC.length + 4);
  readWhole(fd, start, hash);
  const headerBytes = start.readUInt32LE(MAGIC.length);
  if (!equalBytes(start.subarray(0, MAGIC.length), MAGIC) || headerBytes > MAX_HEADER_BYTES) return null;
  const header = Buffer.alloc(headerBytes);
  readWhole(fd, header, hash);
  const { counts, ...origin } = JSON.parse(header.toString()) as TableOrigin & { counts: TableCounts };
  const udfs = new UdfFile();
  const table = NameTable.allocate(counts, udfs);
  let at = start.length + headerBytes;
  for (const section of table.sections()) {
    readWhole(fd, section, hash);
    at += section.length;
  }
  const block = Buffer.alloc(BLOCK_BYTES);
  for (let left = counts.rows * UDF_BYTES; left > 0; left -= BLOCK_BYTES) readWhole(fd, block.subarray(0, Math.min(left, BLOCK_BYTES)), hash);
  const digest = Buffer.alloc(32);
  readWhole(fd, digest, null);
  if (!equalBytes(digest, hash.digest())) return null;
  udfs.use(path, at, counts.rows, counts.rows);
  return { table, udfs, origin };
}

function readWhole(fd: number, into: Uint8Array, hash: Hash | null): void {
  for (let at = 0; at < into.length; ) {
    const got = readSync(fd, into, at, into.length - at, null);
    if (got === 0) throw new Error('the table file ends early');
    at += got;
  }
  hash?.update(into);
}

/** saveTable writes the table's file, whole or not at all, and lets `udfs` read from it from then on. The table must not be written to meanwhile. */
export async function saveTable(path: string, table: NameTable, udfs: UdfFile, origin: TableOrigin): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await removeLeft(dirname(path));
  const sections = table.sections();
  const counts = table.counts();
  const header = Buffer.from(JSON.stringify({ ...origin, counts }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  const hash = createHash('sha256');
  let udfsAt = 0;
  // several processes may serve one copy
  await replaceFile(path, async (file) => {
    for (const part of [MAGIC, length, header, ...sections]) udfsAt += await append(file, part, hash);
    for (let row = 0; row < counts.rows; row += ROWS_AT_ONCE) await append(file, udfs.stretch(row, Math.min(counts.rows, row + ROWS_AT_ONCE)), hash);
    await append(file, hash.digest(), null);
  });
  udfs.use(path, udfsAt, counts.rows, table.rows);
}

async function removeLeft(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.endsWith(DRAFT)) continue;
    const path = join(folder, name);
    const found = await stat(path).catch(() => null);
    if (found !== null && Date.now() - found.mtimeMs > DRAFT_LEFT_MS) await rm(path, { force: true });
  }
}

async function append(file: FileHandle, bytes: Uint8Array, hash: Hash | null): Promise<number> {
  for (let at = 0; at < bytes.length; at += BLOCK_BYTES) {
    const block = bytes.subarray(at, at + BLOCK_BYTES);
    hash?.update(block);
    await file.appendFile(block);
  }
  return bytes.length;
}
