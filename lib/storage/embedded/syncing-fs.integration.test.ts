import { fsyncSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { start } from './embedded';

const folder = mkdtempSync(path.join(tmpdir(), 'mns-sync-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('each commit of the embedded database is synced to disk before it is answered, and a failing disk is an error', async () => {
  let syncs = 0;
  let broken = false;
  const lite = await start(path.join(folder, 'data'), (fd) => {
    if (broken) throw new Error('the disk is gone');
    fsyncSync(fd);
    syncs += 1;
  });
  const { rows } = await lite.query("SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', 'wal_sync_method', 'full_page_writes') ORDER BY name");
  expect(rows).toEqual([
    { name: 'fsync', setting: 'on' },
    { name: 'full_page_writes', setting: 'on' },
    { name: 'synchronous_commit', setting: 'on' },
    { name: 'wal_sync_method', setting: 'fsync' },
  ]);
  await lite.exec('CREATE TABLE t (n int)');
  for (let n = 0; n < 5; n++) {
    const before = syncs;
    await lite.query('INSERT INTO t VALUES ($1)', [n]);
    expect(syncs).toBeGreaterThan(before);
  }
  const before = syncs;
  await lite.query('SELECT * FROM t');
  expect(syncs).toBe(before);
  broken = true;
  await expect(lite.query('INSERT INTO t VALUES (9)')).rejects.toThrow();
});
