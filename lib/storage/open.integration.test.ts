import { AsyncResource } from 'node:async_hooks';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KINDS, testDatabases, type TestDatabases } from './databases-for-tests';
import type { Database } from './database';
import { isCheckViolation, isUniqueViolation, StorageError } from './errors';
import { readHead } from './heads';
import { migrationsFolder } from './migrate';
import { openDatabase } from './open';

const addSandbox = (id: string) => ({ data: { id, kind: 'event', json: {}, createdSec: 1n } });
const INSERT = "INSERT INTO sandbox_object (id, kind, json, created_sec) VALUES ($1, 'event', '{}', 1)";
const count = async (db: Database) => db.prisma.sandboxObject.count();

describe.each(KINDS)('on %s', (kind) => {
  let databases: TestDatabases;
  beforeAll(async () => {
    databases = await testDatabases(kind);
  });
  afterAll(() => databases.remove());

  test('what was committed is there when the database is opened again, and migrations run once', async () => {
    const place = await databases.place();
    const lines: string[] = [];
    const first = await openDatabase({ ...place, log: (line) => lines.push(line) });
    const migrations = readdirSync(migrationsFolder(), { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name);
    const applied = lines.filter((line) => line.includes('applying'));
    expect(migrations.toSorted().map((name, i) => applied[i]?.includes(name))).toEqual(migrations.map(() => true));
    expect(applied).toHaveLength(migrations.length);
    await first.prisma.sandboxObject.create(addSandbox('kept'));
    await first.close();
    lines.length = 0;
    const second = await openDatabase({ ...place, log: (line) => lines.push(line) });
    expect(lines).toEqual([]);
    expect((await second.prisma.sandboxObject.findMany()).map((row) => row.id)).toEqual(['kept']);
    await second.close();
  });

  test('a transaction of raw SQL and Prisma is one: all of it commits, or nothing', async () => {
    const db = await databases.open();
    await db.transaction(async (tx) => {
      await tx.sql.execute(INSERT, ['a']);
      expect(await tx.prisma.sandboxObject.count()).toBe(1);
      await tx.prisma.sandboxObject.create(addSandbox('b'));
      expect(await tx.sql.query('SELECT id FROM sandbox_object ORDER BY id', [])).toEqual([{ id: 'a' }, { id: 'b' }]);
    });
    const failing = db.transaction(async (tx) => {
      await tx.sql.execute(INSERT, ['c']);
      await tx.prisma.sandboxObject.create(addSandbox('d'));
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await expect(db.quickTransaction(async (tx) => tx.sql.execute(INSERT, ['a']))).rejects.toSatisfy((error) => isUniqueViolation(error, 'sandbox_object_pkey'));
    await expect(db.transaction(async (tx) => tx.prisma.sandboxObject.create(addSandbox('a')))).rejects.toSatisfy((error) => isUniqueViolation(error, 'sandbox_object_pkey') && !isUniqueViolation(error, 'other'));
    expect(await count(db)).toBe(2);
  });

  test('a statement sent past its own transaction is refused, not left waiting', async () => {
    const db = await databases.open();
    await expect(db.transaction(() => db.sql.query('SELECT 1'))).rejects.toThrow('past the transaction');
    await expect(db.transaction(() => db.prisma.head.findFirst())).rejects.toThrow('past the transaction');
    await expect(db.quickTransaction(() => db.sql.query('SELECT 1'))).rejects.toThrow('past the transaction');
    await expect(db.quickTransaction(() => db.transaction(() => Promise.resolve()))).rejects.toThrow('inside another one');
    expect((await readHead(db)).seal).toBe(-1);
  });

  test('a transaction that goes on after a failed statement is not taken for committed', async () => {
    const db = await databases.open();
    for (const begin of ['transaction', 'quickTransaction'] as const) {
      const swallowing = db[begin](async (tx) => {
        await tx.sql.execute(INSERT, ['x']);
        await tx.sql.execute('SELECT 1 / $1::int', [0]).catch(() => undefined);
      });
      await expect(swallowing).rejects.toThrow('went on after a failed statement');
    }
    expect(await count(db)).toBe(0);
  });

  test('a refused statement leaves the connection usable, over and over', async () => {
    const db = await databases.open();
    for (let n = 0; n < 20; n++) {
      await expect(db.sql.query('SELECT 1 / $1::int', [0])).rejects.toThrow('division by zero');
      await expect(db.sql.query('SELECT nonsense')).rejects.toThrow('nonsense');
      await expect(db.sql.execute('UPDATE head SET id = $1', [2])).rejects.toSatisfy((error) => isCheckViolation(error, 'head_single_check'));
      expect((await readHead(db)).seal).toBe(-1);
    }
  });

  test('transactions at the same moment do not mix', async () => {
    const db = await databases.open();
    await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        db[n % 2 === 0 ? 'transaction' : 'quickTransaction'](async (tx) => {
          await tx.sql.execute(INSERT, [`${n} a`]);
          await tx.sql.execute(INSERT, [`${n} b`]);
          if (n % 4 === 0) throw new Error('back');
        }).catch(() => undefined),
      ),
    );
    expect(await count(db)).toBe(30);
  });

  test('a snapshot sees one moment and cannot write', async () => {
    const place = await databases.place();
    const db = await openDatabase(place);
    await expect(db.snapshot((tx) => tx.sql.execute(INSERT, ['x']))).rejects.toThrow('read-only');
    if (place.databaseUrl === undefined) return db.close();
    const other = await openDatabase(place);
    const run = AsyncResource.bind((work: () => Promise<unknown>) => work());
    await db.snapshot(async (tx) => {
      const before = await tx.sql.query('SELECT count(*) AS n FROM sandbox_object', []);
      await run(() => other.sql.execute(INSERT, ['y']));
      expect(await tx.sql.query('SELECT count(*) AS n FROM sandbox_object', [])).toEqual(before);
    });
    expect(await count(db)).toBe(1);
    await Promise.all([db.close(), other.close()]);
  });

  test.each([
    ['edited', (folder: string) => writeFileSync(path.join(folder, '20261122120100_guards', 'migration.sql'), 'SELECT 1'), 'was edited after'],
    ['unknown', (folder: string) => rmSync(path.join(folder, '20261122120100_guards'), { recursive: true }), 'does not know'],
  ])('an %s migration is refused', async (_, change, message) => {
    const place = await databases.place();
    await (await openDatabase(place)).close();
    const migrations = copyOfMigrations();
    change(migrations);
    await expect(openDatabase({ ...place, migrations })).rejects.toThrow(message);
    await expect(openDatabase({ ...place, migrations })).rejects.toBeInstanceOf(StorageError);
    rmSync(migrations, { recursive: true });
  });

  test('a migration that fails changes nothing and says which; one that was left half-done is refused', async () => {
    const place = await databases.place();
    await (await openDatabase(place)).close();
    const migrations = copyOfMigrations();
    mkdirSync(path.join(migrations, '29990101000000_bad'));
    writeFileSync(path.join(migrations, '29990101000000_bad', 'migration.sql'), 'CREATE TABLE half (id int); SELECT 1 / 0;');
    await expect(openDatabase({ ...place, migrations })).rejects.toThrow('29990101000000_bad failed: division by zero');
    const db = await openDatabase(place);
    await expect(db.sql.query('SELECT * FROM half')).rejects.toThrow('does not exist');
    await db.sql.execute('UPDATE _prisma_migrations SET finished_at = NULL WHERE migration_name LIKE $1', ['%guards']);
    await db.close();
    await expect(openDatabase(place)).rejects.toThrow('failed half-way');
    rmSync(migrations, { recursive: true });
  });
});

function copyOfMigrations(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'mns-migrations-'));
  cpSync(migrationsFolder(), folder, { recursive: true });
  return folder;
}
