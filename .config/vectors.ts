/** vectors reads the published test vectors for the conformance tests. They are data of others and no part of this repository. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FOLDER = resolve(ROOT, process.env.MNS_VECTORS ?? '../shared/vectors');

/** vectors is the JSON file at `path` below `MNS_VECTORS` (`../shared/vectors` beside the repository by default), or null if it is not there. */
// The caller names the shape: these files are trusted test data, nothing else is read this way.
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
export function vectors<T>(path: string): T | null {
  const file = join(FOLDER, path);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as T) : null;
}
