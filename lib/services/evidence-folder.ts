import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EvidenceFileInfo } from '../client/wire';
import { EVIDENCE_EXTENSION, MAX_EVIDENCE_BYTES } from '../core/validation/evidence-file';

/** No more are listed than this; there should be none. */
const MAX_FILES = 100;
const NAME = /^[a-z0-9][a-z0-9.-]{0,150}$/;

/**
 * EvidenceFolder is where the evidence lies that this site publishes: files that its operator or its validators have put there. They are
 * shown as they are; each reader's browser judges them.
 */
export class EvidenceFolder {
  constructor(private readonly folder: string) {}

  /** list names the evidence files, the newest first. No folder is no evidence. */
  async list(): Promise<EvidenceFileInfo[]> {
    const names = await readdir(this.folder).catch((error: unknown) => (isMissing(error) ? [] : Promise.reject(asError(error))));
    const files: EvidenceFileInfo[] = [];
    for (const name of names.filter(isEvidenceName)) {
      const found = await stat(join(this.folder, name)).catch(() => null);
      if (found?.isFile() === true && found.size <= MAX_EVIDENCE_BYTES) files.push({ addedSec: Math.floor(found.mtimeMs / 1000), name, sizeBytes: found.size });
    }
    return files.toSorted((a, b) => b.addedSec - a.addedSec || (a.name < b.name ? -1 : 1)).slice(0, MAX_FILES);
  }

  /** add publishes a file, whole or not at all. */
  async add(name: string, bytes: Uint8Array): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    const draft = join(this.folder, `.${name}.${process.pid}`);
    await writeFile(draft, bytes);
    await rename(draft, join(this.folder, name));
  }

  /** read gives one file's bytes, or null if there is none of this name. */
  async read(name: string): Promise<Uint8Array | null> {
    if (!(await this.list()).some((file) => file.name === name)) return null;
    return readFile(join(this.folder, name)).catch((error: unknown) => (isMissing(error) ? null : Promise.reject(asError(error))));
  }
}

/** isEvidenceName tells whether a file may be published as evidence under this name. */
export function isEvidenceName(name: string): boolean {
  return NAME.test(name) && name.endsWith(EVIDENCE_EXTENSION);
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
