import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeSnapshotList, type CutPart, type SnapshotList } from '../core/validation/snapshot-file';

/** What is kept: the newest one, and the one before for whoever is fetching it. */
const KEPT_SNAPSHOTS = 2;
const LIST = 'list.json';
const SEAL = /^(0|[1-9][0-9]{0,15})$/;
const DRAFT = /^draft-/;

/**
 * SnapshotFolder keeps snapshots as files: `<folder>/<seal>/<part>` and `<folder>/<seal>/list.json`. A snapshot appears whole or
 * not at all, and nothing in it changes afterwards.
 */
export class SnapshotFolder {
  constructor(private readonly folder: string) {}

  /** newestSeal is the seal of the newest snapshot, or null if there is none. */
  async newestSeal(): Promise<number | null> {
    return (await this.seals())[0] ?? null;
  }

  /** newestList gives the bytes of the newest snapshot's list, or null if there is none. */
  async newestList(): Promise<Uint8Array | null> {
    const seal = await this.newestSeal();
    return seal === null ? null : readIfThere(join(this.folder, String(seal), LIST));
  }

  /** part gives a part's bytes, or null if it is not here (any more). */
  async part(seal: string, number: string): Promise<Uint8Array | null> {
    return SEAL.test(seal) && SEAL.test(number) ? readIfThere(join(this.folder, seal, number)) : null;
  }

  /** begin makes an empty draft of a snapshot; what an earlier process has left unfinished is removed. */
  async begin(seal: number): Promise<SnapshotDraft> {
    await mkdir(this.folder, { recursive: true });
    for (const name of await readdir(this.folder)) if (DRAFT.test(name)) await rm(join(this.folder, name), { force: true, recursive: true });
    const draft = join(this.folder, `draft-${seal}-${process.pid}`);
    await mkdir(draft);
    return {
      add: async ({ part, bytes }) => writeSynced(join(draft, part.path.slice(part.path.indexOf('/') + 1)), bytes),
      discard: () => rm(draft, { force: true, recursive: true }),
      finish: async (list) => {
        await writeSynced(join(draft, LIST), encodeSnapshotList(list));
        await syncFolder(draft);
        await rm(join(this.folder, String(seal)), { force: true, recursive: true });
        await rename(draft, join(this.folder, String(seal)));
        await syncFolder(this.folder);
        for (const old of (await this.seals()).slice(KEPT_SNAPSHOTS)) await rm(join(this.folder, String(old)), { force: true, recursive: true });
      },
    };
  }

  /** Newest first. */
  private async seals(): Promise<number[]> {
    const names = await readdir(this.folder).catch((error: unknown) => (isMissing(error) ? [] : Promise.reject(asError(error))));
    return names.filter((name) => SEAL.test(name)).map(Number).toSorted((a, b) => b - a);
  }
}

/** SnapshotDraft is a snapshot on its way: parts are on disk when `add` is done, and `finish` makes them the newest snapshot. */
export interface SnapshotDraft {
  add(part: CutPart): Promise<void>;
  finish(list: SnapshotList): Promise<void>;
  discard(): Promise<void>;
}

async function readIfThere(path: string): Promise<Uint8Array | null> {
  return readFile(path).catch((error: unknown) => (isMissing(error) ? null : Promise.reject(asError(error))));
}

async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
