import { safeInteger } from './sql';

/** Numbered is a row as Prisma gives it, with numbers where it has bigints. */
export type Numbered<Row> = { [Column in keyof Row]: Exclude<Row[Column], bigint> | (bigint extends Row[Column] ? number : never) };

/** numbered makes the bigint columns of a row numbers, as `sql` does: seconds, cents and seals are safe integers here. Throws RangeError for others. */
export function numbered<Row extends object>(row: Row): Numbered<Row> {
  const columns = Object.entries(row).map(([column, value]: [string, unknown]) => [column, typeof value === 'bigint' ? safeInteger(value) : value] as const);
  return Object.fromEntries(columns) as Numbered<Row>;
}
