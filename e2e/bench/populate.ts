import { join } from 'node:path';
import type { PopulateJob, PopulateResult } from './populate-worker';
import { freshDatabase, startWorker, tempFolder } from './processes';

/** Populated is a registry in a database, with many names, ready to be served. */
export interface Populated {
  databaseUrl: string | null;
  dataDir: string;
  origin: string;
  periodSec: number;
  names: number;
  /** an update of each name, as requests; null unless asked for */
  updatesFile: string | null;
  registry: string;
}

export type DatabaseKind = 'postgres' | 'embedded';

/** populate makes a registry of `names` names in a fresh database. */
export async function populate(kind: DatabaseKind, names: number, withUpdates: boolean, progress: (done: number) => void = () => undefined): Promise<Populated> {
  const dataDir = tempFolder(kind);
  const databaseUrl = kind === 'postgres' ? await freshDatabase() : null;
  const updatesFile = withUpdates ? join(dataDir, 'updates.requests') : null;
  const place = { databaseUrl, dataDir, origin: 'localhost:43999', periodSec: 60, names, updatesFile };
  const worker = startWorker<PopulateJob, PopulateResult>('populate-worker.ts', ['--max-semi-space-size=64']);
  const { registry } = await worker.ask(place, progress);
  await worker.stop();
  return { ...place, registry };
}
