import type { Queries, Statements } from './database';

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
export async function postTransfer(tx: Queries, transfer: LedgerTransfer): Promise<boolean> {
  const { id, kind, orderId, atSec } = transfer;
  const { count } = await tx.prisma.ledgerTransfer.createMany({ data: [{ id, kind, orderId, atSec }], skipDuplicates: true });
  if (count === 0) return false;
  // Always in the same order, so that two transfers can't wait for each other's account.
  const lines = transfer.lines.filter((line) => line.cents !== 0).sort((a, b) => (a.account < b.account ? -1 : 1));
  await tx.prisma.ledgerAccount.createMany({ data: lines.map(({ account }) => ({ id: account, kind: kindOf(account), mayGoBelow: account === 'stripe' })), skipDuplicates: true });
  await tx.prisma.ledgerEntry.createMany({ data: lines.map(({ account, cents }) => ({ transferId: id, accountId: account, amountCents: cents })) });
  return true;
}

function kindOf(account: LedgerAccountId): AccountKind {
  return account.split(':', 1)[0] as AccountKind;
}

/** lockBalance gives an account's balance in cents and keeps it from changing until the transaction ends; 0 if there is no such account. */
export async function lockBalance(tx: Statements, account: LedgerAccountId): Promise<number> {
  // Raw: Prisma has no FOR UPDATE.
  const rows = await tx.sql.query<{ cents: number }>('SELECT balance_cents AS cents FROM ledger_account WHERE id = $1 FOR UPDATE', [account]);
  return rows[0]?.cents ?? 0;
}

/** readBalances gives every account's balance in cents as kept, and as its entries add up to; for checks. */
export async function readBalances(db: Statements): Promise<{ account: string; cents: number; entriesCents: number }[]> {
  // Raw: one statement, so that balances and entries are of one moment.
  return db.sql.query(
    `SELECT a.id AS account, a.balance_cents AS cents, COALESCE((SELECT sum(e.amount_cents) FROM ledger_entry e WHERE e.account_id = a.id), 0)::bigint AS "entriesCents"
     FROM ledger_account a ORDER BY a.id`,
  );
}

/** readTransfers gives the transfers of an order, oldest first. */
export async function readTransfers(db: Queries, orderId: string): Promise<{ id: string; kind: string }[]> {
  return db.prisma.ledgerTransfer.findMany({ where: { orderId }, orderBy: [{ atSec: 'asc' }, { id: 'asc' }], select: { id: true, kind: true } });
}
