import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commitSeal } from './commit-seal';
import { digest, KINDS, sampleCommit, testDatabases, type TestDatabases } from './databases-for-tests';
import type { Database, Statements } from './database';
import { isCheckViolation } from './errors';
import { readHead } from './heads';

/** Every table that is append-only, with a column to try an UPDATE on. */
const APPEND_ONLY = [
  ['log_entry', 'bytes'],
  ['log_tile', 'hashes'],
  ['log_seal', 'names_note'],
  ['order_event', 'state'],
  ['ledger_transfer', 'memo'],
  ['ledger_entry', 'amount_cents'],
] as const;

async function account(db: Statements, id: string, mayGoBelow: boolean): Promise<void> {
  await db.sql.execute("INSERT INTO ledger_account (id, kind, may_go_below) VALUES ($1, 'test', $2)", [id, mayGoBelow]);
}

function move(db: Database, id: string, sides: Record<string, number>): Promise<unknown> {
  return db.quickTransaction(async (tx) => {
    await tx.sql.execute("INSERT INTO ledger_transfer (id, kind, at_sec) VALUES ($1, 'test', 1)", [id]);
    await tx.sql.execute('INSERT INTO ledger_entry (transfer_id, account_id, amount_cents) SELECT $1, a, c FROM unnest($2::text[], $3::bigint[]) AS sides(a, c)', [id, Object.keys(sides), Object.values(sides)]);
  });
}

async function balance(db: Database, id: string): Promise<number | undefined> {
  const [row] = await db.sql.query<{ balance: number }>('SELECT balance_cents AS balance FROM ledger_account WHERE id = $1', [id]);
  return row?.balance;
}

describe.each(KINDS)('on %s the database itself', (kind) => {
  let databases: TestDatabases;
  let db: Database;
  beforeAll(async () => {
    databases = await testDatabases(kind);
    db = await databases.open();
    const commit = sampleCommit(await readHead(db), 3);
    await commitSeal(db, { ...commit, tiles: [{ log: 'proofs', level: 0, index: 0, hashes: new Uint8Array(8192) }] });
    await account(db, 'till', true);
    await account(db, 'credit', false);
    await move(db, 'first', { till: -500, credit: 500 });
  });
  afterAll(() => databases.remove());

  test.each(APPEND_ONLY)('refuses UPDATE, DELETE and TRUNCATE of %s, even of no rows', async (table, column) => {
    const before = await db.sql.query(`SELECT * FROM ${table}`);
    for (const statement of [
      `UPDATE ${table} SET ${column} = ${column}`,
      `UPDATE ${table} SET ${column} = ${column} WHERE false`,
      `DELETE FROM ${table}`,
      `TRUNCATE ${table} CASCADE`,
    ]) {
      await expect(db.sql.execute(statement), statement).rejects.toThrow('is append-only');
    }
    expect(await db.sql.query(`SELECT * FROM ${table}`)).toEqual(before);
  });

  test('refuses to overwrite an entry by an upsert, or in a replica session', async () => {
    const upsert = "INSERT INTO log_entry VALUES ('names', 0, $1, $1) ON CONFLICT (log, idx) DO UPDATE SET bytes = excluded.bytes";
    await expect(db.sql.execute(upsert, [Buffer.from(digest('x'))])).rejects.toThrow('is append-only');
    const asReplica = db.quickTransaction(async (tx) => {
      await tx.sql.execute('SET LOCAL session_replication_role = replica');
      await tx.sql.execute('DELETE FROM log_entry');
    });
    await expect(asReplica).rejects.toThrow('is append-only');
  });

  test.each([
    ['names_size = names_size - 1'],
    ['proofs_size = proofs_size - 1'],
    ['seal = seal - 1'],
    ['time_sec = time_sec - 1'],
    ['last_seq = last_seq - 1'],
    ['cut_seq = cut_seq + 1'],
    ['cut_seal = seal + 2'],
  ])('refuses to set the head back: %s', async (change) => {
    await expect(db.sql.execute(`UPDATE head SET ${change}`)).rejects.toThrow('the head cannot go back');
  });

  test('refuses to remove the head or add another', async () => {
    await expect(db.sql.execute('DELETE FROM head')).rejects.toThrow('append-only');
    await expect(db.sql.execute('INSERT INTO head SELECT 2, seal, time_sec, names_size, names_root, proofs_size, proofs_root, map_size, map_root, last_seq, cut_seq, cut_seal, cut_sec FROM head')).rejects.toSatisfy((error) =>
      isCheckViolation(error, 'head_single_check'),
    );
  });

  test('refuses hashes of a wrong length, another log, and a tile that is not full', async () => {
    for (const [table, values] of [
      ['log_entry', "('names', 99, '\\x00', '\\x00')"],
      ['log_entry', `('other', 99, sha256('x'), '\\x00')`],
      ['log_entry', `('names', -1, sha256('x'), '\\x00')`],
      ['log_tile', "('names', 0, 9, '\\x00')"],
      ['map_leaf', "('\\x00', sha256('x'), 1)"],
    ]) {
      await expect(db.sql.execute(`INSERT INTO ${table} VALUES ${values}`), values).rejects.toSatisfy((error) => isCheckViolation(error));
    }
  });

  test('refuses a ledger transfer that does not sum to zero', async () => {
    await expect(move(db, 'uneven', { till: -1, credit: 2 })).rejects.toThrow('does not sum to zero');
    await expect(move(db, 'single', { till: 5 })).rejects.toThrow('does not sum to zero');
    expect(await balance(db, 'credit')).toBe(500);
  });

  test('keeps balances by entries alone: nobody can set one', async () => {
    await expect(db.sql.execute("UPDATE ledger_account SET balance_cents = 1000000 WHERE id = 'credit'")).rejects.toThrow('changes by entries only');
    await expect(db.sql.execute("UPDATE ledger_account SET may_go_below = true WHERE id = 'credit'")).rejects.toThrow('changes by entries only');
    await expect(db.sql.execute("INSERT INTO ledger_account (id, kind, balance_cents) VALUES ('rich', 'test', 5)")).rejects.toThrow('starts at zero');
    await expect(db.sql.execute("DELETE FROM ledger_account WHERE id = 'credit'")).rejects.toThrow('append-only');
  });

  test('never lets a balance go below zero, however many spend at once', async () => {
    await account(db, 'purse', false);
    await move(db, 'fill', { till: -1_000, purse: 1_000 });
    const results = await Promise.allSettled(Array.from({ length: 30 }, (_, n) => move(db, `spend ${n}`, { purse: -100, till: 100 })));
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(10);
    for (const result of results) if (result.status === 'rejected') expect(isCheckViolation(result.reason, 'ledger_account_not_negative')).toBe(true);
    expect(await balance(db, 'purse')).toBe(0);
    const throughPrisma = db.transaction(async (tx) => {
      await tx.prisma.ledgerTransfer.create({ data: { id: 'once more', kind: 'test', atSec: 1 } });
      await tx.prisma.ledgerEntry.create({ data: { transferId: 'once more', accountId: 'purse', amountCents: -1 } });
    });
    await expect(throughPrisma).rejects.toSatisfy((error) => isCheckViolation(error, 'ledger_account_not_negative') && !isCheckViolation(error, 'other'));
    const [sum] = await db.sql.query<{ entries: string; balances: string }>('SELECT (SELECT sum(amount_cents) FROM ledger_entry) AS entries, (SELECT sum(balance_cents) FROM ledger_account) AS balances');
    expect([Number(sum?.entries), Number(sum?.balances)]).toEqual([0, 0]);
  });
});
