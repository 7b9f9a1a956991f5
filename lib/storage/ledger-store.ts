import type { Statements } from './database';

/** AccountKind says what a ledger account stands for; the first word of its id. */
export type AccountKind = 'stripe' | 'order' | 'credit' | 'income';

/** LedgerAccountId is `stripe`, `income`, `order:<order id>` or `credit:<UDF>`. */
export type LedgerAccountId = 'stripe' | 'income' | `order:${string}` | `credit:${string}`;

/** LedgerTransfer is one movement of money between accounts; its `id` makes it happen once. Amounts sum to zero, none is zero. */
export interface LedgerTransfer {
  id: string;
  kind: 'payment' | 'credit-spent' | 'registered' | 'unregistered' | 'credit-returned' | 'refund';
  orderId: string;
  atSec: number;
  lines: { account: LedgerAccountId; cents: number }[];
}

/**
 * postTransfer books a transfer, once: answers false if it is booked already. What we owe (orders, credit) and have earned
 * stands positive, what came in through Stripe negative; the database refuses a transfer that does not sum to zero and a
 * balance below zero anywhere but at Stripe.
 */
export async function postTransfer(tx: Statements, transfer: LedgerTransfer): Promise<boolean> {
  const inserted = await tx.sql.execute('INSERT INTO ledger_transfer (id, kind, order_id, at_sec) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING', [transfer.id, transfer.kind, transfer.orderId, transfer.atSec]);
  if (inserted === 0) return false;
  // Always in the same order, so that two transfers can't wait for each other's account.
  const lines = transfer.lines.filter((line) => line.cents !== 0).sort((a, b) => (a.account < b.account ? -1 : 1));
  await tx.sql.execute(
    `INSERT INTO ledger_account (id, kind, may_go_below) SELECT id, split_part(id, ':', 1), id = 'stripe' FROM unnest($1::text[]) AS rows(id) ORDER BY id ON CONFLICT (id) DO NOTHING`,
    [lines.map((line) => line.account)],
  );
  for (const line of lines) {
    await tx.sql.execute('INSERT INTO ledger_entry (transfer_id, account_id, amount_cents) VALUES ($1, $2, $3)', [transfer.id, line.account, line.cents]);
  }
  return true;
}

/** lockBalance gives an account's balance in cents and keeps it from changing until the transaction ends; 0 if there is no such account. */
export async function lockBalance(tx: Statements, account: LedgerAccountId): Promise<number> {
  const rows = await tx.sql.query<{ cents: number }>('SELECT balance_cents AS cents FROM ledger_account WHERE id = $1 FOR UPDATE', [account]);
  return rows[0]?.cents ?? 0;
}

/** readBalances gives every account's balance in cents as kept, and as its entries add up to; for checks. */
export async function readBalances(db: Statements): Promise<{ account: string; cents: number; entriesCents: number }[]> {
  return db.sql.query(
    `SELECT a.id AS account, a.balance_cents AS cents, COALESCE((SELECT sum(e.amount_cents) FROM ledger_entry e WHERE e.account_id = a.id), 0)::bigint AS "entriesCents"
     FROM ledger_account a ORDER BY a.id`,
  );
}

/** readTransfers gives the transfers of an order, oldest first. */
export async function readTransfers(db: Statements, orderId: string): Promise<{ id: string; kind: string }[]> {
  return db.sql.query('SELECT id, kind FROM ledger_transfer WHERE order_id = $1 ORDER BY at_sec, id', [orderId]);
}
