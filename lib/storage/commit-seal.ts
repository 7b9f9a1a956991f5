import type { Database, Statements } from './database';
import { isUniqueViolation } from './errors';
import type { NewEntry, Seal, StoredTile } from './log-store';
import { appendEntries, appendSeal, appendTiles, sealedState } from './log-store';
import { packFixed } from './packed';
import type { MapWrite } from './state-store';
import { writeState } from './state-store';

/** SealCommit is everything one seal writes. */
export interface SealCommit {
  /** The head this seal was computed on; the commit happens only if it is still the head. */
  from: { seal: number; namesSize: number; proofsSize: number };
  seal: Seal;
  proofEntries: readonly NewEntry[];
  nameEntries: readonly NewEntry[];
  /** Tiles that these entries complete, of both logs. */
  tiles: readonly StoredTile[];
  mapWrites: readonly MapWrite[];
  sealed: readonly { hash: Uint8Array; proofIndex: number; nameIndex: number | null }[];
  refused: readonly { hash: Uint8Array; code: string; detail: string }[];
  /** `cutSeq` of the cut that this seal closes: these and all earlier pending assertions are done. */
  throughSeq: number;
}

/** The channel on which a server tells the other processes that a seal was committed. */
export const SEAL_CHANNEL = 'mns_seal';

/** Rows written in one statement. */
const CHUNK_ROWS = 1_000;

class HeadMoved extends Error {}

/**
 * commitSeal writes one seal in one transaction. Gives 'moved', and writes nothing, if the head is no longer `from`, or the cut is
 * another one or has another time by now: somebody else sealed, or is about to.
 */
export async function commitSeal(db: Database, commit: SealCommit): Promise<'committed' | 'moved'> {
  try {
    await db.quickTransaction(async (tx) => {
      await appendEntries(tx, 'proofs', commit.from.proofsSize, commit.proofEntries);
      await appendEntries(tx, 'names', commit.from.namesSize, commit.nameEntries);
      await appendTiles(tx, commit.tiles);
      await appendSeal(tx, commit.seal);
      await writeState(tx, commit.mapWrites);
      // The head comes late, for it is the lock that acceptors wait on; pending comes after it, or the two could deadlock.
      await swapHead(tx, commit);
      await tx.sql.execute('DELETE FROM pending WHERE seq <= $1', [commit.throughSeq]);
      await recordOutcomes(tx, commit);
      if (db.kind === 'postgres') await tx.sql.query('SELECT pg_notify($1, $2)', [SEAL_CHANNEL, String(commit.seal.number)]);
    });
  } catch (error) {
    const raced = isUniqueViolation(error, 'log_entry_pkey') || isUniqueViolation(error, 'log_seal_pkey') || isUniqueViolation(error, 'log_tile_pkey');
    if (error instanceof HeadMoved || raced) return 'moved';
    throw error;
  }
  db.signals.sealed(commit.seal.number);
  return 'committed';
}

async function swapHead(tx: Statements, { from, seal, throughSeq }: SealCommit): Promise<void> {
  const changed = await tx.sql.execute(
    `UPDATE head SET seal = $1, time_sec = $2, names_size = $3, names_root = $4, proofs_size = $5, proofs_root = $6, map_size = $7, map_root = $8, cut_seal = $1
     WHERE id = 1 AND seal = $9 AND names_size = $10 AND proofs_size = $11 AND cut_seq = $12 AND (cut_seal = $9 OR (cut_seal = $1 AND cut_sec = $2))`,
    [...sealedState(seal), from.seal, from.namesSize, from.proofsSize, throughSeq],
  );
  if (changed !== 1) throw new HeadMoved('the head moved');
}

async function recordOutcomes(tx: Statements, { sealed, refused, seal }: SealCommit): Promise<void> {
  for (let from = 0; from < sealed.length; from += CHUNK_ROWS) {
    const rows = sealed.slice(from, from + CHUNK_ROWS);
    await tx.sql.execute(
      `INSERT INTO assertion_index (hash, proof_index, name_index, seal)
       SELECT substring($1::bytea from (n::int - 1) * 32 + 1 for 32), proof_index, name_index, $4
       FROM unnest($2::bigint[], $3::bigint[]) WITH ORDINALITY AS rows(proof_index, name_index, n)`,
      [packFixed(rows.map((row) => row.hash), 32), rows.map((row) => row.proofIndex), rows.map((row) => row.nameIndex), seal.number],
    );
  }
  for (let from = 0; from < refused.length; from += CHUNK_ROWS) {
    const rows = refused.slice(from, from + CHUNK_ROWS);
    await tx.sql.execute(
      `INSERT INTO refused (hash, code, detail, seal, at_sec)
       SELECT substring($1::bytea from (n::int - 1) * 32 + 1 for 32), code, detail, $4, $5
       FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS rows(code, detail, n)
       ON CONFLICT (hash) DO UPDATE SET code = excluded.code, detail = excluded.detail, seal = excluded.seal, at_sec = excluded.at_sec`,
      [packFixed(rows.map((row) => row.hash), 32), rows.map((row) => row.code), rows.map((row) => row.detail), seal.number, seal.timeSec],
    );
  }
}
