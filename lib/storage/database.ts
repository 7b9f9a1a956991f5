import type pg from 'pg';
import type { Prisma, PrismaClient } from './generated/client';
import type { Sql } from './sql';

/** Queries is what a store function needs: the database itself, or a transaction. */
export interface Queries {
  sql: Sql;
  prisma: Prisma.TransactionClient;
}

/** Statements is the part of Queries that the hot paths get along with. */
export interface Statements {
  sql: Sql;
}

/** Database is the open database of a registry. */
export interface Database extends Queries {
  kind: 'embedded' | 'postgres';
  prisma: PrismaClient;
  /**
   * Runs `work` in one transaction (read committed), commits if it resolves and rolls back if it throws. Both `tx.sql`
   * and `tx.prisma` belong to it. Using the database itself inside throws. Not to be nested.
   */
  transaction<T>(work: (tx: Queries) => Promise<T>): Promise<T>;
  /** As `transaction`, without Prisma, for the hot paths: about a millisecond less each. */
  quickTransaction<T>(work: (tx: Statements) => Promise<T>): Promise<T>;
  /** Runs reads that all see the same moment; writes are refused. */
  snapshot<T>(work: (tx: Statements) => Promise<T>): Promise<T>;
  /** A connection for one purpose only (a lock, LISTEN); null on the embedded database, which has none to spare. */
  dedicated(): Promise<pg.Client | null>;
  /** Listeners in this process for what commits here (the embedded database has no other process to tell). */
  signals: Signals;
  /** Checkpoint and vacuum of the embedded database, which does neither by itself; nothing on a server. Every few minutes. */
  maintain(): Promise<void>;
  close(): Promise<void>;
}

/** Signals calls its listeners when a seal was committed. */
export interface Signals {
  onSeal(listener: (seal: number) => void): () => void;
  sealed(seal: number): void;
}

/** makeSignals makes an empty Signals. */
export function makeSignals(): Signals {
  const listeners = new Set<(seal: number) => void>();
  return {
    onSeal(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    sealed(seal) {
      for (const listener of listeners) listener(seal);
    },
  };
}
