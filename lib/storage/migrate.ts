import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type pg from 'pg';
import { StorageError } from './errors';

/** The advisory lock that `prisma migrate` takes too, so that the two never run at once. */
const MIGRATION_LOCK = 72707369;

/** As `prisma migrate deploy` creates it, so that the two agree. */
const HISTORY_TABLE = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  "id" VARCHAR(36) PRIMARY KEY NOT NULL, "checksum" VARCHAR(64) NOT NULL, "finished_at" TIMESTAMPTZ, "migration_name" VARCHAR(255) NOT NULL,
  "logs" TEXT, "rolled_back_at" TIMESTAMPTZ, "started_at" TIMESTAMPTZ NOT NULL DEFAULT now(), "applied_steps_count" INTEGER NOT NULL DEFAULT 0)`;

interface Migration {
  name: string;
  sql: string;
  checksum: string;
}

interface Applied {
  migration_name: string;
  checksum: string;
  finished: boolean;
}

/** migrationsFolder finds prisma/migrations: below the working directory, or beside this file's project when a tool runs from elsewhere. */
export function migrationsFolder(): string {
  const here = import.meta.dirname as string | undefined;
  const places = [path.join(process.cwd(), 'prisma', 'migrations'), ...(here === undefined ? [] : [path.join(here, '..', '..', 'prisma', 'migrations')])];
  const found = places.find((place) => existsSync(place));
  if (found === undefined) throw new StorageError('bad-migrations', `No prisma/migrations folder found (looked at ${places.join(', ')}).`);
  return found;
}

function readMigrations(folder: string): Migration[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .toSorted()
    .map((name) => {
      const bytes = readFileSync(path.join(folder, name, 'migration.sql'));
      return { name, sql: bytes.toString('utf8'), checksum: createHash('sha256').update(bytes).digest('hex') };
    });
}

/** checkHistory refuses a database whose history is not a beginning of the folder's: edited, failed or unknown migrations. */
function checkHistory(applied: readonly Applied[], known: readonly Migration[]): void {
  const byName = new Map(known.map((migration) => [migration.name, migration]));
  for (const row of applied) {
    const migration = byName.get(row.migration_name);
    if (migration === undefined) {
      throw new StorageError('bad-migrations', `The database has the migration ${row.migration_name}, which this version of the program does not know: it was used by a newer one. Start that version.`);
    }
    if (!row.finished) {
      throw new StorageError('bad-migrations', `The migration ${row.migration_name} failed half-way in this database. Restore a backup, or resolve it with 'prisma migrate resolve'.`);
    }
    if (migration.checksum !== row.checksum) {
      throw new StorageError('bad-migrations', `The migration ${row.migration_name} was edited after this database applied it. Put the file back as it was, and make the change in a new migration.`);
    }
  }
}

/**
 * migrate brings the database up to date with prisma/migrations, each file in one transaction of its own, and gives the
 * names of those it applied. Throws StorageError `bad-migrations`.
 */
export async function migrate(client: pg.ClientBase, folder = migrationsFolder(), log: (line: string) => void = () => undefined): Promise<string[]> {
  const known = readMigrations(folder);
  await client.query(`SELECT pg_advisory_lock(${MIGRATION_LOCK})`);
  try {
    await client.query(HISTORY_TABLE);
    const { rows } = await client.query<Applied>(
      'SELECT migration_name, checksum, finished_at IS NOT NULL AS finished FROM "_prisma_migrations" WHERE rolled_back_at IS NULL ORDER BY started_at',
    );
    checkHistory(rows, known);
    const done = new Set(rows.map((row) => row.migration_name));
    const todo = known.filter((migration) => !done.has(migration.name));
    for (const migration of todo) {
      log(`database: applying ${migration.name}`);
      await apply(client, migration);
    }
    return todo.map((migration) => migration.name);
  } finally {
    await client.query(`SELECT pg_advisory_unlock(${MIGRATION_LOCK})`);
  }
}

async function apply(client: pg.ClientBase, migration: Migration): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(migration.sql);
    await client.query(
      'INSERT INTO "_prisma_migrations" (id, checksum, migration_name, started_at, finished_at, applied_steps_count) VALUES ($1, $2, $3, now(), now(), 1)',
      [randomUUID(), migration.checksum, migration.name],
    );
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw new StorageError('bad-migrations', `The migration ${migration.name} failed: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
