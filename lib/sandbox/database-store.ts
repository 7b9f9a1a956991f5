import type { Database } from '../storage/database';
import { changeObject, listObjects, readObject } from '../storage/sandbox-store';
import type { SandboxStore } from './store';

/** databaseStore keeps the sandbox's objects in the registry's own database, so that test payments outlive a restart. */
export function databaseStore(db: Database, clock: () => number): SandboxStore {
  return {
    get: (kind, id) => readObject(db, kind, id),
    change: (kind, id, decide) => changeObject(db, kind, id, clock(), decide),
    list: async (kind, limit, startingAfter) => (await listObjects(db, kind, limit, startingAfter)).map(({ id, json }) => ({ id, value: json })),
  };
}
