import { randomBytes } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Disk is how a copy writes, so that tests can fill it up or pull the plug. All else about files is plain. */
export interface Disk {
  /** write puts all of `bytes` at a position. */
  write(file: FileHandle, bytes: Uint8Array, position: number): Promise<void>;
  /** sync waits until a file's bytes and length are on disk. */
  sync(file: FileHandle): Promise<void>;
  /** replace makes `bytes` a file's whole content, or leaves it as it was; on disk when it returns. */
  replace(path: string, bytes: Uint8Array): Promise<void>;
}

async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, at, bytes.length - at, position + at);
    at += bytesWritten;
  }
}

/** syncFolder puts on disk which files a folder has. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** DRAFT ends the name of a file that is being written to take another's place. */
export const DRAFT = '.new';

/** replaceFile makes what `write` writes a file's whole content, or leaves the file as it was; on disk when it returns. Several may do so at once: one wins. */
export async function replaceFile(path: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
  const beside = `${path}.${randomBytes(6).toString('hex')}${DRAFT}`;
  const file = await open(beside, 'wx', 0o644);
  try {
    await write(file);
    await file.sync();
  } catch (error) {
    await file.close();
    await rm(beside, { force: true });
    throw error;
  }
  await file.close();
  await rename(beside, path);
  await syncFolder(dirname(path));
}

/** REAL_DISK is the machine's own. */
export const REAL_DISK: Disk = {
  replace: (path, bytes) => replaceFile(path, (file) => writeAll(file, bytes, 0)),
  sync: (file) => file.datasync(),
  write: writeAll,
};

/** isDiskTrouble tells a full or failing disk, which may be better later, from a bug. */
export function isDiskTrouble(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT' || error.code === 'EIO' || error.code === 'EROFS');
}
