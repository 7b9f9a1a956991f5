import type { Statements } from './database';

/** StoredCosignature is one key's signature line, with its line feed, on the name-log checkpoint of a seal. */
export interface StoredCosignature {
  seal: number;
  /** the key's text form */
  vkey: string;
  role: 'witness' | 'validator';
  timeSec: number;
  line: string;
}

/** addCosignature keeps a line that was verified. False if the key has one on that seal already: the first one stays. */
export async function addCosignature(db: Statements, { seal, vkey, role, timeSec, line }: StoredCosignature): Promise<boolean> {
  const added = await db.sql.execute('INSERT INTO cosignature (seal, vkey, role, time_sec, line) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (seal, vkey) DO NOTHING', [seal, vkey, role, timeSec, line]);
  return added === 1;
}

/** cosignaturesOf gives the lines on these seals, by seal, role and key. */
export function cosignaturesOf(db: Statements, seals: readonly number[]): Promise<StoredCosignature[]> {
  return db.sql.query<StoredCosignature>('SELECT seal, vkey, role, time_sec AS "timeSec", line FROM cosignature WHERE seal = ANY($1::bigint[]) ORDER BY seal, role, vkey', [seals]);
}

/** newestCosigned is the newest seal that a key has a line on, or null. */
export async function newestCosigned(db: Statements, vkey: string): Promise<number | null> {
  const [row] = await db.sql.query<{ seal: number }>('SELECT seal FROM cosignature WHERE vkey = $1 ORDER BY seal DESC LIMIT 1', [vkey]);
  return row?.seal ?? null;
}
