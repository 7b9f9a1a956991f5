import type { Statements } from './database';

/** takeEvent remembers that an event is dealt with; false if it was already. Call it in the transaction of the event's effect. */
export async function takeEvent(tx: Statements, event: { id: string; type: string; createdSec: number; receivedSec: number; outcome: string }): Promise<boolean> {
  const rows = await tx.sql.execute(
    'INSERT INTO webhook_event (id, type, created_sec, received_sec, outcome) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING',
    [event.id, event.type, event.createdSec, event.receivedSec, event.outcome],
  );
  return rows > 0;
}

/** isKnownEvent tells whether an event was dealt with. */
export async function isKnownEvent(db: Statements, id: string): Promise<boolean> {
  return (await db.sql.query('SELECT 1 FROM webhook_event WHERE id = $1', [id])).length > 0;
}
