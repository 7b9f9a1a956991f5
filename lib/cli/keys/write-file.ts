import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';

/** PRIVATE_MODE is for files that only their owner may read. */
export const PRIVATE_MODE = 0o600;

/**
 * writeFileSafely replaces a file as a whole or not at all: written beside it, synced, renamed, and the rename synced. After a crash the
 * old file or the new one is there. The mode is set before the first byte is written.
 */
export function writeFileSafely(path: string, bytes: Uint8Array, mode: number = PRIVATE_MODE): void {
  const beside = `${path}.${randomBytes(6).toString('hex')}.new`;
  const file = openSync(beside, 'wx', mode);
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    fsyncSync(file);
  } catch (error) {
    closeSync(file);
    rmSync(beside, { force: true });
    throw error;
  }
  closeSync(file);
  renameSync(beside, path);
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
