import { closeSync, openSync, readSync } from 'node:fs';
import { UDF_BYTES } from '../../core/resolution/table-layout';
import { type UdfStore, UdfsInMemory } from '../../core/resolution/udf-store';
import { InvariantError } from '../../core/refusal';

/** UdfFile reads UDFs from a saved table, which stays open, and keeps those of later rows in memory until the next save. */
export class UdfFile implements UdfStore {
  #fd: number | null = null;
  #start = 0;
  #rows = 0;
  #later = new UdfsInMemory();
  readonly #buffer = Buffer.alloc(UDF_BYTES);

  add(row: number, udf: Uint8Array): void {
    this.#later.add(row - this.#rows, udf);
  }

  read(row: number): Uint8Array {
    if (row >= this.#rows || this.#fd === null) return this.#later.read(row - this.#rows);
    if (readSync(this.#fd, this.#buffer, 0, UDF_BYTES, this.#start + row * UDF_BYTES) !== UDF_BYTES) throw new InvariantError('the table of names became shorter');
    return this.#buffer;
  }

  get sizeBytes(): number {
    return this.#later.sizeBytes;
  }

  /** stretch is the UDFs of some rows, one after another. */
  stretch(first: number, end: number): Uint8Array {
    const out = Buffer.alloc((end - first) * UDF_BYTES);
    for (let row = first; row < end; row++) out.set(this.read(row), (row - first) * UDF_BYTES);
    return out;
  }

  /** use goes over to a file that has just been saved or loaded: its first `rows` UDFs lie from `start` on. */
  use(path: string, start: number, rows: number, tableRows: number): void {
    const fd = openSync(path, 'r');
    const later = new UdfsInMemory();
    for (let row = rows; row < tableRows; row++) later.add(row - rows, this.read(row));
    this.close();
    this.#fd = fd;
    this.#start = start;
    this.#rows = rows;
    this.#later = later;
  }

  close(): void {
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = null;
  }
}
