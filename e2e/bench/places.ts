import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** ROOT is the project's folder. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** BENCH_DIR keeps results and what is installed for comparison; git ignores it. */
export const BENCH_DIR = join(ROOT, '.bench');
