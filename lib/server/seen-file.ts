import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { toBase64 } from '../core/bytes/base64';
import type { SealFacts } from '../services/live-registry';
import type { SeenHead } from '../services/open-registry';

/*
 * seen.json is the newest head this machine has published. It lies outside the database, so that a database restored from an old
 * copy is noticed before it signs a second history.
 */

/** readSeen reads the file, or gives null if there is none. A file that cannot be read stops the start: it guards the log. */
export function readSeen(path: string): SeenHead | null {
  if (!existsSync(path)) return null;
  const wrong = () => new Error(`${path} cannot be read. It guards against going on from an old database: repair it, or remove it only if the database is surely the newest`);
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    throw wrong();
  }
  const { registry, seal, namesSize, namesRoot } = (value ?? {}) as Partial<SeenHead>;
  if (typeof registry !== 'string' || !Number.isSafeInteger(seal) || !Number.isSafeInteger(namesSize) || typeof namesRoot !== 'string') throw wrong();
  return { registry, seal: seal as number, namesSize: namesSize as number, namesRoot };
}

/**
 * makeRemember gives the function that keeps the newest head in the file: whole or not at all, and on disk when it returns. Where
 * processes share the data folder, one that is behind never puts an older head over a newer one. Throws what `readSeen` throws.
 */
export function makeRemember(path: string): (registry: string, seal: SealFacts) => void {
  let newest = -1;
  return (registry, seal) => {
    if (seal.number <= newest) return;
    const stored = readSeen(path);
    if (stored !== null && stored.registry === registry && stored.seal >= seal.number) {
      newest = stored.seal;
      return;
    }
    const head: SeenHead = { registry, seal: seal.number, namesSize: seal.names.size, namesRoot: toBase64(seal.names.root) };
    mkdirSync(dirname(path), { recursive: true });
    const draft = `${path}.${process.pid}`;
    const handle = openSync(draft, 'w', 0o600);
    writeSync(handle, `${JSON.stringify(head)}\n`);
    fsyncSync(handle);
    closeSync(handle);
    renameSync(draft, path);
    // The rename is on disk only once its folder is.
    const folder = openSync(dirname(path), 'r');
    fsyncSync(folder);
    closeSync(folder);
    newest = seal.number;
  };
}
