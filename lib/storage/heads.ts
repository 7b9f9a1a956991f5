import type { Statements } from './database';
import { one } from './sql';

/** SizeAndRoot of a log or of the map. */
export interface SizeAndRoot {
  size: number;
  root: Uint8Array;
}

/**
 * StoredHead is where the logs end, and the last cut: which pending assertions (seq ≤ `cutSeq`) belong to seal `cutSeal` of
 * time `cutSec`. While `cutSeal` > `seal` the cut waits to be sealed. Before genesis `seal` and `cutSeal` are -1.
 */
export interface StoredHead {
  seal: number;
  timeSec: number;
  names: SizeAndRoot;
  proofs: SizeAndRoot;
  map: SizeAndRoot;
  /** Highest pending seq given so far. */
  lastSeq: number;
  cutSeq: number;
  cutSeal: number;
  cutSec: number;
}

const HEAD_COLUMNS = `seal, time_sec AS "timeSec", names_size AS "namesSize", names_root AS "namesRoot", proofs_size AS "proofsSize", proofs_root AS "proofsRoot",
  map_size AS "mapSize", map_root AS "mapRoot", last_seq AS "lastSeq", cut_seq AS "cutSeq", cut_seal AS "cutSeal", cut_sec AS "cutSec"`;

interface HeadRow {
  seal: number;
  timeSec: number;
  namesSize: number;
  namesRoot: Buffer;
  proofsSize: number;
  proofsRoot: Buffer;
  mapSize: number;
  mapRoot: Buffer;
  lastSeq: number;
  cutSeq: number;
  cutSeal: number;
  cutSec: number;
}

function headOf({ seal, timeSec, namesSize, namesRoot, proofsSize, proofsRoot, mapSize, mapRoot, lastSeq, cutSeq, cutSeal, cutSec }: HeadRow): StoredHead {
  return { seal, timeSec, names: { size: namesSize, root: namesRoot }, proofs: { size: proofsSize, root: proofsRoot }, map: { size: mapSize, root: mapRoot }, lastSeq, cutSeq, cutSeal, cutSec };
}

/** readHead reads the head without locking it. */
export async function readHead(db: Statements): Promise<StoredHead> {
  return headOf(one(await db.sql.query<HeadRow>(`SELECT ${HEAD_COLUMNS} FROM head WHERE id = 1`, []), 'head'));
}

/**
 * openCut decides, once, what belongs to the seal after `head`: everything accepted so far, and its time. Gives null, and
 * changes nothing, if the head has another seal or a cut is open already (then that one must be sealed first: read it).
 * `timeSec` must be later than the last seal's.
 */
export async function openCut(db: Statements, expectSeal: number, timeSec: number): Promise<StoredHead | null> {
  const [row] = await db.sql.query<HeadRow>(
    `UPDATE head SET cut_seq = last_seq, cut_seal = seal + 1, cut_sec = $2 WHERE id = 1 AND seal = $1 AND cut_seal = seal AND time_sec < $2 RETURNING ${HEAD_COLUMNS}`,
    [expectSeal, timeSec],
  );
  return row === undefined ? null : headOf(row);
}

/**
 * retimeCut gives the open cut a later time, in place of the one that a dead sealer gave it long ago; what belongs to it stays. Gives
 * null, and changes nothing, if that cut is not open any more or has another time already.
 */
export async function retimeCut(db: Statements, cut: Pick<StoredHead, 'seal' | 'cutSeal' | 'cutSec'>, timeSec: number): Promise<StoredHead | null> {
  const [row] = await db.sql.query<HeadRow>(
    `UPDATE head SET cut_sec = $4 WHERE id = 1 AND seal = $1 AND cut_seal = $2 AND cut_seal = seal + 1 AND cut_sec = $3 AND cut_sec < $4 RETURNING ${HEAD_COLUMNS}`,
    [cut.seal, cut.cutSeal, cut.cutSec, timeSec],
  );
  return row === undefined ? null : headOf(row);
}
