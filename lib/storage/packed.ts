import { InvariantError } from '../core/refusal';

/**
 * Rows of bytes travel to the database as one binary parameter and are cut up there: an array of bytea would travel as
 * hex inside quoted text, three to four times the bytes and the time.
 */
export interface Packed {
  bytes: Buffer;
  /** 1-based offset and length of each row, as `substring(bytea from … for …)` wants them. */
  offsets: number[];
  lengths: number[];
}

/** pack joins rows of any length. */
export function pack(rows: readonly Uint8Array[]): Packed {
  const offsets: number[] = [];
  const lengths: number[] = [];
  let at = 1;
  for (const row of rows) {
    offsets.push(at);
    lengths.push(row.length);
    at += row.length;
  }
  return { bytes: Buffer.concat(rows), offsets, lengths };
}

/** packFixed joins rows of exactly `lengthBytes` each. */
export function packFixed(rows: readonly Uint8Array[], lengthBytes: number): Buffer {
  for (const row of rows) if (row.length !== lengthBytes) throw new InvariantError(`a row of ${row.length} bytes where ${lengthBytes} belong`);
  return Buffer.concat(rows, rows.length * lengthBytes);
}

const BYTEA_OID = 17;
const ARRAY_HEAD_BYTES = 20;
const EMPTY_ARRAY_BYTES = 12;

/** packArray is rows as one binary parameter of type `bytea[]`: PostgreSQL's own form of an array. */
export function packArray(rows: readonly Uint8Array[]): Buffer {
  const out = Buffer.alloc(rows.length === 0 ? EMPTY_ARRAY_BYTES : rows.reduce((size, row) => size + 4 + row.length, ARRAY_HEAD_BYTES));
  // How many dimensions (an empty array has none), no NULLs, of bytea; then the one dimension's length and that it counts from 1.
  out.writeInt32BE(rows.length === 0 ? 0 : 1, 0);
  out.writeInt32BE(BYTEA_OID, 8);
  if (rows.length === 0) return out;
  out.writeInt32BE(rows.length, 12);
  out.writeInt32BE(1, 16);
  let at = ARRAY_HEAD_BYTES;
  for (const row of rows) {
    at = out.writeInt32BE(row.length, at);
    out.set(row, at);
    at += row.length;
  }
  return out;
}
