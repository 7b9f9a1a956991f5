import { AsyncLocalStorage } from 'node:async_hooks';
import { Pool, type PoolClient } from 'pg';
import { InvariantError } from '../core/refusal';

/** Slot is the transaction that the running code is inside of. */
interface Slot {
  client: PoolClient | null;
  open: boolean;
}

const current = new AsyncLocalStorage<Slot>();

type ConnectCallback = (error: Error | undefined, client: PoolClient | undefined, done: (release?: boolean | Error) => void) => void;

/**
 * GuardedPool is a pool that code inside a transaction cannot use by mistake. Such a statement would not be part of the
 * transaction, and on the embedded database, which has one connection, would wait for it for ever; so it throws.
 */
export class GuardedPool extends Pool {
  override connect(): Promise<PoolClient>;
  override connect(callback: ConnectCallback): void;
  override connect(callback?: ConnectCallback): Promise<PoolClient> | void {
    const slot = current.getStore();
    if (slot?.open && slot.client !== null) {
      const error = new InvariantError('a statement was sent past the transaction it stands in');
      if (callback === undefined) return Promise.reject(error);
      callback(error, undefined, () => undefined);
      return undefined;
    }
    if (callback !== undefined) return super.connect(callback);
    return super.connect().then((client) => {
      if (slot?.open && slot.client === null) slot.client = client;
      return client;
    });
  }
}

/**
 * inTransaction runs `begin` so that the first connection it takes from a GuardedPool is the transaction's, and hands that
 * connection over by `client()`.
 */
export async function inTransaction<T>(begin: (client: () => PoolClient) => Promise<T>): Promise<T> {
  if (current.getStore()?.open) throw new InvariantError('a transaction was begun inside another one');
  const slot: Slot = { client: null, open: true };
  try {
    return await current.run(slot, begin, () => {
      if (slot.client === null) throw new InvariantError('the transaction has no connection');
      return slot.client;
    });
  } finally {
    slot.open = false;
  }
}

/** assertUsable throws if a statement of this transaction failed and the error was swallowed: PostgreSQL would roll back at COMMIT and report no error. */
export function assertUsable(client: PoolClient): void {
  if (client.getTransactionStatus() === 'E') throw new InvariantError('the transaction went on after a failed statement');
}
