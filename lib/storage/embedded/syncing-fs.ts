import { closeSync, fsyncSync, openSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { PGlite } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';

/** What of Emscripten's node file system is needed here; its own types leave this out. */
interface MountedNodeFs {
  stream_ops: { fsync?: (stream: { nfd?: number }) => number };
}

/** errno of an input/output error as WASI numbers it. */
const EIO = 29;

type InitOptions = Parameters<NodeFS['init']>[1];

/**
 * SyncingNodeFs is PGlite's folder on disk with an fsync that syncs. The file system that PGlite brings has none, so
 * PostgreSQL believes its log is on disk when it is only in the kernel's memory.
 */
export class SyncingNodeFs extends NodeFS {
  readonly #sync: (fd: number) => void;

  /** `sync` puts an open file on disk. */
  constructor(dataDir: string, sync: (fd: number) => void = fsyncSync) {
    super(dataDir);
    this.#sync = sync;
  }

  override async init(lite: PGlite, options: InitOptions): ReturnType<NodeFS['init']> {
    const { emscriptenOpts } = await super.init(lite, options);
    const sync = this.#sync;
    const syncing = (module: object) => {
      const { NODEFS } = module as { NODEFS: MountedNodeFs };
      NODEFS.stream_ops.fsync = (stream) => {
        if (stream.nfd === undefined) return EIO;
        try {
          sync(stream.nfd);
          return 0;
        } catch {
          return EIO;
        }
      };
    };
    return { emscriptenOpts: { ...emscriptenOpts, preRun: [...(emscriptenOpts.preRun ?? []), syncing] } };
  }
}

/** syncFolder puts every file and folder below `folder` on disk. */
export function syncFolder(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) syncFolder(full);
    else if (entry.isFile()) syncPath(full);
  }
  syncPath(folder);
}

/** syncPath puts one file, or the list of names in one folder, on disk. */
export function syncPath(file: string): void {
  const fd = openSync(file, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
