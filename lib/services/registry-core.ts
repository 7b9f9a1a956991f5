import type { Database } from '../storage/database';
import type { Acceptor } from './acceptor';
import type { RegistryKeys } from './keys';
import type { LiveRegistry, SealFacts } from './live-registry';
import type { SealWork } from './seal-work';
import type { StateCache } from './state-cache';

/** RegistryCore is the registry as a running process holds it: database, keys, and all that is kept in memory. */
export interface RegistryCore {
  db: Database;
  clock: () => number;
  keys: RegistryKeys;
  live: LiveRegistry;
  cache: StateCache;
  acceptor: Acceptor;
  /** the seal that is being made and not committed; taking in another process's seal ends it */
  sealing: SealWork | null;
  /** the seal that could not be written although nobody else had sealed, once that is logged; else null */
  stuckSeal: number | null;
  /** remember keeps the newest published head outside the database, so that an older database is noticed. */
  remember(seal: SealFacts): void;
  log(line: string): void;
}
