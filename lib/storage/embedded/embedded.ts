import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { PglitePgConnection } from '@electric-sql/pglite/node-postgres';
import { Client, type ClientConfig } from 'pg';
import { GuardedPool } from '../pool';
import { textTypes } from '../sql';
import { lockFolder } from './folder-lock';
import { SyncingNodeFs, syncFolder, syncPath } from './syncing-fs';

/** Embedded is PostgreSQL inside this process, on a folder of its own. */
export interface Embedded {
  pool: GuardedPool;
  close(): Promise<void>;
}

/** PGlite starts PostgreSQL with `-F`, which means: never sync. We promise what we accept, so we sync every commit. */
const startParams = [...PGlite.defaultStartParams.filter((param) => param !== '-F'), '-c', 'wal_sync_method=fsync', '-c', 'synchronous_commit=on'];

type ParseMessage = Parameters<PglitePgConnection['parse']>[0];

/** Connection is PGlite's, made to take Prisma's queries: their `types` are parsers of results, not types of parameters. */
class Connection extends PglitePgConnection {
  override parse(message: ParseMessage): void {
    super.parse(Array.isArray(message.types) ? message : { ...message, types: undefined });
  }
}

/** openEmbedded opens, or creates, the database in `folder`. Throws StorageError `folder-in-use` while another process has it. */
export async function openEmbedded(folder: string, log: (line: string) => void): Promise<Embedded> {
  const lock = await lockFolder(folder);
  try {
    const data = path.join(folder, 'data');
    if (!existsSync(data)) await create(folder, data, log);
    const lite = await start(data);
    const pool = poolOn(lite);
    return {
      pool,
      close: async () => {
        await pool.end();
        await lite.close();
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** poolOn makes a pool of exactly one connection, for PGlite has one session. */
export function poolOn(lite: PGlite): GuardedPool {
  class LiteClient extends Client {
    constructor(config?: ClientConfig) {
      const withConnection: ClientConfig & { connection: Connection } = { ...config, connection: new Connection({ pglite: lite }) };
      super(withConnection);
    }
  }
  return new GuardedPool({
    Client: LiteClient,
    max: 1,
    idleTimeoutMillis: 0,
    types: textTypes,
    // Where the pool had to replace its connection, the session is still the old one: end what it was in the middle of.
    onConnect: (client): unknown => client.query('ROLLBACK').then(() => client.query('DISCARD ALL')),
  });
}

/** create makes a new cluster under another name first, so that a crash half-way leaves nothing that looks like one. */
async function create(folder: string, data: string, log: (line: string) => void): Promise<void> {
  log('database: creating the embedded database (a few seconds, once)');
  const making = path.join(folder, 'making');
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making, { recursive: true, mode: 0o700 });
  // Nothing is promised yet: it is put on disk once, at the end.
  const lite = await start(making, () => undefined);
  await lite.exec('CHECKPOINT');
  await lite.close();
  syncFolder(making);
  renameSync(making, data);
  syncPath(folder);
}

/** start starts PostgreSQL on a folder of data; `sync` puts an open file on disk. */
export async function start(data: string, sync?: (fd: number) => void): Promise<PGlite> {
  return PGlite.create({ fs: new SyncingNodeFs(data, sync), startParams });
}
