import { roomFor } from './byte-set';
import { UDF_BYTES } from './table-layout';

/** UdfStore keeps the UDFs of a table's rows: in memory, or in a file, since few answers need one. */
export interface UdfStore {
  /** add stores the UDF of the next row. */
  add(row: number, udf: Uint8Array): void;
  /** read is the UDF of a row, 33 bytes: a view that the next call may overwrite. */
  read(row: number): Uint8Array;
  readonly sizeBytes: number;
}

/** UdfsInMemory keeps them in one flat array. */
export class UdfsInMemory implements UdfStore {
  #bytes: Uint8Array;
  #used: number;

  constructor(bytes: Uint8Array = new Uint8Array(0), used = bytes.length) {
    this.#bytes = bytes;
    this.#used = used;
  }

  add(row: number, udf: Uint8Array): void {
    const end = (row + 1) * UDF_BYTES;
    this.#bytes = roomFor(this.#bytes, this.#used, end);
    this.#bytes.set(udf, end - UDF_BYTES);
    this.#used = end;
  }

  read(row: number): Uint8Array {
    return this.#bytes.subarray(row * UDF_BYTES, (row + 1) * UDF_BYTES);
  }

  get sizeBytes(): number {
    return this.#bytes.length;
  }
}
