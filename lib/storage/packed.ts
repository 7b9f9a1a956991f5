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
