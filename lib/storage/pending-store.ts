import type { Statements } from './database';
import { pack, packFixed } from './packed';

/** NewPending is an assertion about to be accepted: the SHA-256 of its payload and its canonical bytes. */
export interface NewPending {
  hash: Uint8Array;
  bytes: Uint8Array;
  bySeal: number;
}

/** PendingAssertion is an accepted assertion that waits for its seal; `seq` is its place in the order. */
export interface PendingAssertion extends NewPending {
  seq: number;
  acceptedSec: number;
}

/** AcceptExpectation is the head that the checks of a group were made on. */
export interface AcceptExpectation {
  seal: number;
  cutSeal: number;
  lastSeq: number;
}

/**
 * acceptGroup makes a group of assertions durable, in this order, in one statement of its own, and gives the seq of its
 * last. Gives null, and stores nothing, if the head is another one by now: somebody else accepted, cut or sealed, so the
 * checks must be made again. Throws a unique violation (`pending_hash_key`) if one is pending already.
 */
export async function acceptGroup(db: Statements, expect: AcceptExpectation, rows: readonly NewPending[], acceptedSec: number): Promise<number | null> {
  const packed = pack(rows.map((row) => row.bytes));
  const accepted = await db.sql.execute(
    `WITH moved AS (
       UPDATE head SET last_seq = last_seq + $1 WHERE id = 1 AND seal = $2 AND cut_seal = $3 AND last_seq = $4 RETURNING last_seq - $1::bigint AS before)
     INSERT INTO pending (seq, hash, bytes, accepted_sec, by_seal)
     SELECT before + n, substring($5::bytea from (n::int - 1) * 32 + 1 for 32), substring($6::bytea from o for l), $7, by_seal
     FROM moved, unnest($8::int[], $9::int[], $10::bigint[]) WITH ORDINALITY AS rows(o, l, by_seal, n)`,
    [rows.length, expect.seal, expect.cutSeal, expect.lastSeq, packFixed(rows.map((row) => row.hash), 32), packed.bytes, acceptedSec, packed.offsets, packed.lengths, rows.map((row) => row.bySeal)],
  );
  return accepted === 0 ? null : expect.lastSeq + rows.length;
}

/** listPending gives the pending assertions with afterSeq < seq ≤ throughSeq, in order, at most `limit`. */
export async function listPending(db: Statements, afterSeq: number, throughSeq = Number.MAX_SAFE_INTEGER, limit = 1_000_000): Promise<PendingAssertion[]> {
  return db.sql.query<PendingAssertion & { hash: Buffer; bytes: Buffer }>(
    'SELECT seq, hash, bytes, accepted_sec AS "acceptedSec", by_seal AS "bySeal" FROM pending WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT $3',
    [afterSeq, throughSeq, limit],
  );
}

/** AssertionPlace is what became of an assertion that this registry has taken in. */
export type AssertionPlace =
  | { state: 'accepted'; seq: number; bySeal: number; acceptedSec: number }
  | { state: 'sealed'; seal: number; proofIndex: number; nameIndex: number | null }
  | { state: 'refused'; seal: number; code: string; detail: string };

interface PlaceRow {
  hash: Buffer;
  state: AssertionPlace['state'];
  seq: number | null;
  bySeal: number | null;
  acceptedSec: number | null;
  seal: number | null;
  proofIndex: number | null;
  nameIndex: number | null;
  code: string | null;
  detail: string | null;
}

/** A hash that its seal refused may be accepted again, and sealed: what stands later here counts. */
const STATES: readonly AssertionPlace['state'][] = ['refused', 'accepted', 'sealed'];

/** findAssertions tells for each payload hash what became of it, in one snapshot; keys are lower-case hex, unknown hashes are absent. */
export async function findAssertions(db: Statements, hashes: readonly Uint8Array[]): Promise<Map<string, AssertionPlace>> {
  const rows = await db.sql.query<PlaceRow>(
    `WITH wanted AS (SELECT unnest($1::bytea[]) AS hash)
     SELECT hash, 'accepted' AS state, seq, by_seal AS "bySeal", accepted_sec AS "acceptedSec", NULL::bigint AS seal, NULL::bigint AS "proofIndex", NULL::bigint AS "nameIndex", NULL AS code, NULL AS detail
       FROM wanted JOIN pending USING (hash)
     UNION ALL SELECT hash, 'sealed', NULL, NULL, NULL, seal, proof_index, name_index, NULL, NULL FROM wanted JOIN assertion_index USING (hash)
     UNION ALL SELECT hash, 'refused', NULL, NULL, NULL, seal, NULL, NULL, code, detail FROM wanted JOIN refused USING (hash)`,
    [hashes.map((hash) => Buffer.from(hash))],
  );
  rows.sort((a, b) => STATES.indexOf(a.state) - STATES.indexOf(b.state));
  return new Map(rows.map((row) => [row.hash.toString('hex'), placeOf(row)]));
}

function placeOf(row: PlaceRow): AssertionPlace {
  if (row.state === 'accepted') return { state: 'accepted', seq: row.seq ?? 0, bySeal: row.bySeal ?? 0, acceptedSec: row.acceptedSec ?? 0 };
  if (row.state === 'sealed') return { state: 'sealed', seal: row.seal ?? 0, proofIndex: row.proofIndex ?? 0, nameIndex: row.nameIndex };
  return { state: 'refused', seal: row.seal ?? 0, code: row.code ?? '', detail: row.detail ?? '' };
}
