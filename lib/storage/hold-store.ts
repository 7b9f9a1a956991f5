import type { Queries } from './database';
import { numbered } from './numbered';

/** LiveHold is a name kept for an order. */
export interface LiveHold {
  orderId: string;
  udf: string;
  expiresSec: number;
}

/**
 * takeHold keeps a name for an order until `expiresSec`. A hold of another order that has run out gives way; one that has
 * not, stays, and the answer is false. An order that holds the name already keeps it until the new time.
 */
export async function takeHold(tx: Queries, hold: { name: string; udf: string; orderId: string; nowSec: number; expiresSec: number }): Promise<boolean> {
  const { name, udf, orderId, nowSec, expiresSec } = hold;
  const kept = await tx.prisma.hold.updateMany({ where: { name, orderId, releasedSec: null }, data: { expiresSec } });
  if (kept.count > 0) return true;
  await tx.prisma.hold.updateMany({ where: { name, releasedSec: null, expiresSec: { lte: nowSec } }, data: { releasedSec: nowSec } });
  // The index `hold_one_live` lets one live hold of a name in; a second is the duplicate that is skipped.
  const taken = await tx.prisma.hold.createMany({ data: [{ name, udf, orderId, createdSec: nowSec, expiresSec }], skipDuplicates: true });
  return taken.count > 0;
}

/** releaseHold frees whatever an order holds. */
export async function releaseHold(tx: Queries, orderId: string, nowSec: number): Promise<void> {
  await tx.prisma.hold.updateMany({ where: { orderId, releasedSec: null }, data: { releasedSec: nowSec } });
}

/** readHold gives the hold on a name, or null if it is free of holds at `nowSec`. */
export async function readHold(db: Queries, name: string, nowSec: number): Promise<LiveHold | null> {
  const row = await db.prisma.hold.findFirst({ where: { name, releasedSec: null, expiresSec: { gt: nowSec } }, select: { orderId: true, udf: true, expiresSec: true } });
  return row && numbered(row);
}

/**
 * lastHeldSec tells when an identity last took a hold on a name for an order that could be paid, not before `sinceSec`; null if
 * it did not. An order without a payment session never could be: Stripe was away, which is not the buyer's doing.
 */
export async function lastHeldSec(db: Queries, name: string, udf: string, sinceSec: number): Promise<number | null> {
  const { _max } = await db.prisma.hold.aggregate({ where: { name, udf, createdSec: { gt: sinceSec }, order: { stripeSession: { not: null } } }, _max: { createdSec: true } });
  return numbered(_max).createdSec;
}
