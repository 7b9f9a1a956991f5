import { AsyncLocalStorage } from 'node:async_hooks';
import { Pool, type PoolClient } from 'pg';
import { InvariantError } from '../core/refusal';

/** Slot is the transaction that the running code is inside of. */
interface Slot {
  client: PoolClient | null;
  open: boolean;
}

const FAILED_TRANSACTION = '25P02';

const current = new AsyncLocalStorage<Slot>();
let transactions = 0;

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
    if (callback !== undefined) {
      return super.connect((error, client, done) => callback(error, client === undefined ? undefined : kept(client), done));
    }
    return super.connect().then((client) => {
      if (slot?.open && slot.client === null) slot.client = client;
      return kept(client);
    });
  }
}

/** kept makes a client go back to the pool after a refused statement: the pool would throw away a connection that is sound. */
function kept(client: PoolClient): PoolClient {
  const release = client.release.bind(client);
  client.release = (error) => release(isRefusedStatement(error) ? undefined : error);
  return client;
}

function isRefusedStatement(error: unknown): boolean {
  return error instanceof Error && 'severity' in error && error.severity === 'ERROR';
}

/**
 * inTransaction runs `begin` so that the first connection it takes from a GuardedPool is the transaction's, and hands that
 * connection over by `client()`.
 */
export async function inTransaction<T>(begin: (client: () => PoolClient) => Promise<T>): Promise<T> {
  if (current.getStore()?.open) throw new InvariantError('a transaction was begun inside another one');
  const slot: Slot = { client: null, open: true };
  transactions += 1;
  try {
    return await current.run(slot, begin, () => {
      if (slot.client === null) throw new InvariantError('the transaction has no connection');
      return slot.client;
    });
  } finally {
    slot.open = false;
    transactions -= 1;
    // While it is on, every promise of the process costs three times as much.
    if (transactions === 0) current.disable();
  }
}

/**
 * commit ends a transaction. PostgreSQL answers COMMIT of a transaction in which a statement failed, and whose error was
 * swallowed, with a rollback and no error; that is a bug here.
 */
export async function commit(client: PoolClient): Promise<void> {
  const { command } = await client.query('COMMIT');
  if (command !== 'COMMIT') throw new InvariantError('the transaction went on after a failed statement');
}

/** assertUsable throws where `commit` would, for a transaction that somebody else commits. */
export async function assertUsable(client: PoolClient): Promise<void> {
  await client.query('SELECT').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === FAILED_TRANSACTION) throw new InvariantError('the transaction went on after a failed statement');
    throw error;
  });
}
