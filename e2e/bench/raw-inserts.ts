import { openDatabase } from '@/lib/storage/open';
import { freshDatabase, tempFolder } from './processes';
import type { DatabaseKind } from './populate';
import { rateOf } from './rounds';

/** RawInserts is how many rows of an assertion's size a database makes durable a second, with nothing else to do. */
export interface RawInserts {
  /** one row a commit, one client after the other */
  oneByOne: number;
  /** one row a commit, 32 clients at once */
  manyClients: number;
  /** 64 rows a commit, as many as there are clients in the accept benchmark */
  grouped: number;
}

const ROW = Buffer.alloc(600, 5);

/** measureRawInserts measures a fresh database of the kind. */
export async function measureRawInserts(kind: DatabaseKind, quick: boolean): Promise<RawInserts> {
  const db = await openDatabase({ ...(kind === 'postgres' ? { databaseUrl: await freshDatabase() } : {}), dataDir: tempFolder('raw'), poolSize: 32 });
  try {
    await db.sql.execute('CREATE TABLE bench_row (id bigserial PRIMARY KEY, bytes bytea NOT NULL)', []);
    const one = () => db.sql.execute('INSERT INTO bench_row (bytes) VALUES ($1)', [ROW]);
    const group = () => db.sql.execute('INSERT INTO bench_row (bytes) SELECT $1::bytea FROM generate_series(1, $2::int)', [ROW, 64]);
    const rounds = quick ? 2 : 3;
    const count = quick ? 300 : 800;
    const serially = (work: () => Promise<unknown>) => async () => {
      for (let i = 0; i < count; i++) await work();
    };
    return {
      oneByOne: await rateOf(count, rounds, serially(one)),
      manyClients: await rateOf(count * 4, rounds, () => Promise.all(Array.from({ length: 32 }, async () => {
        for (let i = 0; i < count / 8; i++) await one();
      }))),
      grouped: await rateOf(count * 64, rounds, serially(group)),
    };
  } finally {
    await db.close();
  }
}
