import path from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import { Client, type ClientConfig, type PoolClient } from 'pg';
import type { Database, Queries, Statements } from './database';
import { makeSignals } from './database';
import { openEmbedded } from './embedded/embedded';
import { maintain } from './embedded/maintain';
import { StorageError } from './errors';
import { PrismaClient } from './generated/client';
import { migrate } from './migrate';
import { assertUsable, commit, GuardedPool, inTransaction } from './pool';
import { sqlOn, textTypes } from './sql';

/** OpenOptions says where the database is. Without `databaseUrl` it is embedded, in `<dataDir>/db`. */
export interface OpenOptions {
  databaseUrl?: string | undefined;
  dataDir: string;
  /** Connections to a server; the embedded database has one. */
  poolSize?: number;
  /** Folder of migrations; prisma/migrations unless a test says otherwise. */
  migrations?: string;
  log?: (line: string) => void;
}

const OLDEST_SERVER = 140000;
/** Prisma gives up a transaction after this long; ours have no limit of their own, so it only ends what hangs. */
const TRANSACTION_MS = 600_000;
const WAIT_MS = 60_000;

/** openDatabase opens the database and brings its tables up to date. Throws StorageError. */
export async function openDatabase(options: OpenOptions): Promise<Database> {
  const log = options.log ?? (() => undefined);
  if (options.databaseUrl === undefined || options.databaseUrl === '') {
    const embedded = await openEmbedded(path.join(options.dataDir, 'db'), log);
    return finish('embedded', embedded.pool, () => embedded.close(), () => Promise.resolve(null), options);
  }
  const config: ClientConfig = { connectionString: options.databaseUrl, application_name: 'mns', keepAlive: true, types: textTypes };
  const pool = new GuardedPool({ ...config, max: options.poolSize ?? 10, connectionTimeoutMillis: WAIT_MS });
  const dedicated = async () => {
    const client = new Client({ ...config, connectionTimeoutMillis: 10_000 });
    await client.connect();
    return client;
  };
  return finish('postgres', pool, () => pool.end(), dedicated, options);
}

async function finish(kind: Database['kind'], pool: GuardedPool, closePool: (this: void) => Promise<void>, dedicated: Database['dedicated'], options: OpenOptions): Promise<Database> {
  const log = options.log ?? (() => undefined);
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  pool.on('error', (error) => log(`database: a connection was lost (${error.message})`));
  try {
    const client = await pool.connect();
    try {
      await checkSettings(client);
      await migrate(client, options.migrations, log);
    } finally {
      client.release();
    }
  } catch (error) {
    await closePool();
    throw error;
  }
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool), errorFormat: 'minimal' });
  const sql = sqlOn(pool);
  return {
    kind,
    prisma,
    sql,
    dedicated,
    signals: makeSignals(),
    transaction: (work) => transaction(prisma, work),
    quickTransaction: (work) => quickTransaction(pool, 'BEGIN ISOLATION LEVEL READ COMMITTED', work),
    snapshot: (work) => quickTransaction(pool, 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', work),
    async maintain() {
      if (kind === 'embedded') await maintain(sql);
    },
    async close() {
      await prisma.$disconnect();
      await closePool();
    },
  };
}

/** checkSettings refuses a server on which "committed" does not mean "on disk": what we accept is a promise. */
async function checkSettings(client: PoolClient): Promise<void> {
  const { rows } = await client.query<{ name: string; setting: string }>(
    "SELECT name, setting FROM pg_settings WHERE name IN ('server_version_num', 'fsync', 'synchronous_commit', 'server_encoding')",
  );
  const settings = new Map(rows.map((row) => [row.name, row.setting]));
  if (Number(settings.get('server_version_num')) < OLDEST_SERVER) throw new StorageError('unsafe-settings', 'The PostgreSQL server is too old: version 14 or newer is needed.');
  if (settings.get('fsync') !== 'on') throw new StorageError('unsafe-settings', 'The PostgreSQL server runs with fsync off: a power cut could lose what was promised. Turn fsync on.');
  if (settings.get('synchronous_commit') === 'off') throw new StorageError('unsafe-settings', 'The PostgreSQL server runs with synchronous_commit off: a crash could lose what was promised. Turn it on for this database.');
  if (settings.get('server_encoding') !== 'UTF8') throw new StorageError('unsafe-settings', 'The database must have the encoding UTF8.');
}

function transaction<T>(prisma: PrismaClient, work: (tx: Queries) => Promise<T>): Promise<T> {
  return inTransaction((client) =>
    prisma.$transaction(
      async (tx) => {
        const result = await work({ prisma: tx, sql: sqlOn(client()) });
        await assertUsable(client());
        return result;
      },
      { timeout: TRANSACTION_MS, maxWait: WAIT_MS, isolationLevel: 'ReadCommitted' },
    ),
  );
}

function quickTransaction<T>(pool: GuardedPool, begin: string, work: (tx: Statements) => Promise<T>): Promise<T> {
  return inTransaction(async () => {
    const client = await pool.connect();
    let broken: Error | undefined;
    try {
      await client.query(begin);
      const result = await work({ sql: sqlOn(client) });
      await commit(client);
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch((fault: Error) => (broken = fault));
      throw error;
    } finally {
      client.release(broken);
    }
  });
}
