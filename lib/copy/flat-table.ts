import { invariant } from '../core/refusal';

/** How much of a key is kept: 160 bits of a SHA-256, which nobody makes two of. */
const KEY_PART_BYTES = 20;
const INDEX_BYTES = 5;
const TENURE_BYTES = 3;
/** SLOT_BYTES is what a slot takes: part of the key, index + 1 (0 is an empty slot), tenure, all little-endian. */
export const SLOT_BYTES = KEY_PART_BYTES + INDEX_BYTES + TENURE_BYTES;

const LEAST_CAPACITY = 1_024;
/** A table that is fuller grows by half: so a slot is used for at least 0.53 of the time, at 28 bytes. */
const FULLEST = 0.8;
const GROWTH = 1.5;
const MAX_INDEX = 2 ** (8 * INDEX_BYTES) - 2;

/** FlatTable maps 32-byte keys (hashes) to a name-log index and a tenure, in one block of memory of 35 to 53 bytes a key. Nothing is ever removed. */
export class FlatTable {
  #bytes: Buffer;
  #capacity: number;
  #count: number;

  private constructor(bytes: Buffer, count: number) {
    this.#bytes = bytes;
    this.#capacity = bytes.length / SLOT_BYTES;
    this.#count = count;
  }

  /** withRoom makes an empty table that takes `keys` keys before it has to grow. */
  static withRoom(keys: number): FlatTable {
    return new FlatTable(Buffer.alloc(Math.max(LEAST_CAPACITY, Math.ceil(keys / FULLEST) + 1) * SLOT_BYTES), 0);
  }

  /** fromBytes takes a block that `bytes` gave; it is not copied. */
  static fromBytes(bytes: Buffer, count: number): FlatTable {
    invariant(bytes.length % SLOT_BYTES === 0 && count * SLOT_BYTES < bytes.length, 'this is no block of a table');
    return new FlatTable(bytes, count);
  }

  /** The number of keys. */
  get count(): number {
    return this.#count;
  }

  /** The whole table. It changes with the next `set`. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** indexOf is the index under a key, or null. */
  indexOf(key: Uint8Array): number | null {
    const index = this.#bytes.readUIntLE(this.#find(key) + KEY_PART_BYTES, INDEX_BYTES);
    return index === 0 ? null : index - 1;
  }

  /** tenureOf is the tenure under a key that has an index. */
  tenureOf(key: Uint8Array): number {
    return this.#bytes.readUIntLE(this.#find(key) + KEY_PART_BYTES + INDEX_BYTES, TENURE_BYTES);
  }

  /** set puts an index and a tenure under a key. */
  set(key: Uint8Array, index: number, tenure: number): void {
    invariant(index >= 0 && index <= MAX_INDEX, 'the index does not fit the table');
    if ((this.#count + 1) / this.#capacity > FULLEST) this.#grow();
    const at = this.#find(key);
    if (this.#bytes.readUIntLE(at + KEY_PART_BYTES, INDEX_BYTES) === 0) {
      this.#bytes.set(key.subarray(0, KEY_PART_BYTES), at);
      this.#count += 1;
    }
    this.#bytes.writeUIntLE(index + 1, at + KEY_PART_BYTES, INDEX_BYTES);
    this.#bytes.writeUIntLE(tenure, at + KEY_PART_BYTES + INDEX_BYTES, TENURE_BYTES);
  }

  /** #find is where a key's slot begins: its own, or the empty one where it would go. */
  #find(key: Uint8Array): number {
    const bytes = this.#bytes;
    const end = bytes.length;
    let at = slotOf(key, this.#capacity);
    while (!isEmpty(bytes, at) && !isKey(bytes, at, key)) {
      at += SLOT_BYTES;
      if (at === end) at = 0;
    }
    return at;
  }

  #grow(): void {
    const old = this.#bytes;
    this.#capacity = Math.ceil(this.#capacity * GROWTH);
    this.#bytes = Buffer.alloc(this.#capacity * SLOT_BYTES);
    for (let at = 0; at < old.length; at += SLOT_BYTES) {
      if (isEmpty(old, at)) continue;
      const slot = old.subarray(at, at + SLOT_BYTES);
      this.#bytes.set(slot, this.#find(slot));
    }
  }
}

/** The first 48 bits of a key spread keys evenly: keys are hashes. */
function slotOf(key: Uint8Array, capacity: number): number {
  const high = (key[0] as number) * 0x10000 + (key[1] as number) * 0x100 + (key[2] as number);
  const low = (key[3] as number) * 0x10000 + (key[4] as number) * 0x100 + (key[5] as number);
  return ((high * 0x1000000 + low) % capacity) * SLOT_BYTES;
}

function isEmpty(bytes: Buffer, at: number): boolean {
  for (let i = KEY_PART_BYTES; i < KEY_PART_BYTES + INDEX_BYTES; i++) if (bytes[at + i] !== 0) return false;
  return true;
}

function isKey(bytes: Buffer, at: number, key: Uint8Array): boolean {
  for (let i = 0; i < KEY_PART_BYTES; i++) if (bytes[at + i] !== key[i]) return false;
  return true;
}
