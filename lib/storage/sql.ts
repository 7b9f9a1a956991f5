import { createHash } from 'node:crypto';
import type pg from 'pg';
import { types } from 'pg';

/** Row is what a query gives: bigint columns as safe integers, bytea as Buffer, jsonb parsed. */
export type Row = Record<string, unknown>;

/**
 * Sql runs single statements, on the pool or inside one transaction. Statements with parameters are prepared once a
 * connection, so their texts must be constants. Errors are node-postgres' own; see errors.ts for those that are expected.
 */
export interface Sql {
  query<T extends object = Row>(text: string, params?: readonly unknown[]): Promise<T[]>;
  /** Runs a statement and gives the number of rows it touched. */
  execute(text: string, params?: readonly unknown[]): Promise<number>;
}

const INT8 = 20;

/** safeInteger makes a number of what a bigint column holds. Throws RangeError if it is too large for one. */
export function safeInteger(stored: string | bigint): number {
  const value = Number(stored);
  if (!Number.isSafeInteger(value)) throw new RangeError(`the database holds an integer that is too large: ${stored}`);
  return value;
}

/** textTypes decodes what the server sends as text: bigint becomes a number, everything else as node-postgres does. */
export const textTypes: pg.CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (oid === INT8 && format !== 'binary') return safeInteger;
    return types.getTypeParser(oid, format);
  },
};

const statementNames = new Map<string, string>();

function statementName(text: string): string {
  let name = statementNames.get(text);
  if (name === undefined) {
    name = `mns_${createHash('sha256').update(text).digest('hex').slice(0, 24)}`;
    statementNames.set(text, name);
  }
  return name;
}

interface Runner {
  query(config: pg.QueryConfig): Promise<pg.QueryResult>;
}

/** sqlOn makes an Sql of a pool or a client. */
export function sqlOn(runner: Runner): Sql {
  const run = (text: string, params: readonly unknown[] | undefined) =>
    params === undefined ? runner.query({ text }) : runner.query({ name: statementName(text), text, values: [...params] });
  return {
    async query<T extends object>(text: string, params?: readonly unknown[]) {
      return (await run(text, params)).rows as T[];
    },
    async execute(text, params) {
      return (await run(text, params)).rowCount ?? 0;
    },
  };
}

/** one gives the single row of a result; anything else is a bug or a damaged database. */
export function one<T>(rows: readonly T[], what: string): T {
  const [row] = rows;
  if (row === undefined || rows.length !== 1) throw new Error(`${what}: expected one row, found ${rows.length}`);
  return row;
}
