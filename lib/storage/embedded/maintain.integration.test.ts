import { readdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testDatabases, type TestDatabases } from '../databases-for-tests';
import { openDatabase } from '../open';
import { maintain } from './maintain';

let databases: TestDatabases;
beforeAll(async () => {
  databases = await testDatabases('embedded');
});
afterAll(() => databases.remove());

test('maintenance vacuums what changed, nothing else, and keeps the write-ahead log from growing without end', async () => {
  const place = await databases.place();
  const db = await openDatabase(place);
  const segments = () => readdirSync(path.join(place.dataDir, 'db', 'data', 'pg_wal')).filter((name) => /^[0-9A-F]{24}$/.test(name)).length;
  const write = () => db.sql.execute("INSERT INTO sandbox_object SELECT gen_random_uuid(), 'event', jsonb_build_object('text', repeat(md5(n::text), 60)), 1, 0 FROM generate_series(1, 20000) AS n");
  await write();
  expect(await maintain(db.sql)).toContain('sandbox_object');
  expect(await maintain(db.sql)).toEqual([]);
  let most = 0;
  for (let round = 0; round < 6; round++) {
    await write();
    await db.maintain();
    most = Math.max(most, segments());
  }
  const grown = segments();
  // 6 × 48 MB were written, which would be 18 segments of 16 MB and more if none was ever used again.
  expect(grown).toBeLessThan(14);
  expect(most).toBeLessThan(14);
  await db.close();
});
