import type { Queries } from './database';

/** takeEvent remembers that an event is dealt with; false if it was already. Call it in the transaction of the event's effect. */
export async function takeEvent(tx: Queries, event: { id: string; type: string; createdSec: number; receivedSec: number; outcome: string }): Promise<boolean> {
  const { id, type, createdSec, receivedSec, outcome } = event;
  const { count } = await tx.prisma.webhookEvent.createMany({ data: [{ id, type, createdSec, receivedSec, outcome }], skipDuplicates: true });
  return count > 0;
}

/** isKnownEvent tells whether an event was dealt with. */
export async function isKnownEvent(db: Queries, id: string): Promise<boolean> {
  return (await db.prisma.webhookEvent.findUnique({ where: { id }, select: { id: true } })) !== null;
}
