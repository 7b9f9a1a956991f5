import { fromBase32, toBase32 } from '../bytes/base32';
import { text, utf8 } from '../bytes/bytes';
import { invariant } from '../refusal';
import { ByteSet, FILL, hashBytes, roomFor, slotsFor } from './byte-set';
import type { AsOf, NameReader, RecordFacts, TenureFacts } from './reader';
import { factsOf } from './reader';
import { readIpv4 } from '../assertion/dns';
import { type UdfStore, UdfsInMemory } from './udf-store';
import { packAddresses, unpackAddresses } from './packed-addresses';
import { ALIVE_ENDS, FIXED_WORDS, flagsOf, INDEX_HIGH, INLINE_ADDRESS, readFlags, type TableCounts, UDF_BITS, UDF_HASHED_BYTES } from './table-layout';

/** NameTable answers names from memory. It is written by one thread, a seal at a time, and never in the middle of an answer. */
export class NameTable implements NameReader {
  #words: Uint32Array;
  /** The same memory as #words, by bytes. */
  #bytes: Uint8Array;
  #nameSlots: Uint32Array;
  #udfSlots: Uint32Array;
  #rows = 0;
  /** Words in use; the first stands for no row. */
  #used = 1;
  #names = 0;
  #identities = 0;
  #maxTenure = 0;
  #quietSec = 0;
  #asOf: AsOf = { seal: -1, timeSec: 0, size: 0 };
  readonly #seed: number;
  readonly #services: ByteSet;
  readonly #lists: ByteSet;
  #udfs: UdfStore;
  readonly #inline = Uint8Array.of(4, 0, 0, 0, 0);

  /** A fresh table for about `expected` names; `seed` is 32 random bits. */
  constructor(seed: number, expected = 0, udfs: UdfStore = new UdfsInMemory()) {
    this.#seed = seed;
    this.#words = new Uint32Array(1 + expected * (FIXED_WORDS + 4));
    this.#bytes = bytesOf(this.#words);
    this.#udfs = udfs;
    this.#nameSlots = new Uint32Array(slotsFor(expected));
    this.#udfSlots = new Uint32Array(slotsFor(expected));
    this.#services = new ByteSet(seed);
    this.#lists = new ByteSet(seed);
  }

  /** allocate is a table with empty arrays of the right sizes, to be filled (`sections`) from a file before anything is asked. */
  static allocate(counts: TableCounts, udfs: UdfStore): NameTable {
    const table = new NameTable(counts.seed, 0, udfs);
    table.#rows = counts.rows;
    table.#names = counts.names;
    table.#identities = counts.udfs;
    table.#used = counts.words;
    table.#maxTenure = counts.maxTenure;
    table.#quietSec = counts.quietSec;
    table.#asOf = counts.asOf;
    table.#words = new Uint32Array(counts.words);
    table.#bytes = bytesOf(table.#words);
    table.#nameSlots = new Uint32Array(slotsFor(counts.names));
    table.#udfSlots = new Uint32Array(slotsFor(counts.udfs));
    for (const [set, bytes, slots, count] of [
      [table.#services, counts.serviceBytes, counts.serviceSlots, counts.services],
      [table.#lists, counts.listBytes, counts.listSlots, counts.lists],
    ] as const) {
      set.heap = new Uint8Array(bytes);
      set.used = bytes;
      set.slots = new Uint32Array(slots);
      set.count = count;
    }
    return table;
  }

  /** counts is what `allocate` needs to make a table of the same shape. */
  counts(): TableCounts {
    const [services, lists] = [this.#services, this.#lists];
    return {
      seed: this.#seed,
      rows: this.#rows,
      names: this.#names,
      udfs: this.#identities,
      words: this.#used,
      services: services.count,
      serviceBytes: services.used,
      serviceSlots: services.slots.length,
      lists: lists.count,
      listBytes: lists.used,
      listSlots: lists.slots.length,
      maxTenure: this.#maxTenure,
      quietSec: this.#quietSec,
      asOf: this.#asOf,
    };
  }

  /** sections are the used parts of the arrays as views, always in the same order: to be written to a file, or filled from one. */
  sections(): Uint8Array[] {
    this.#fitSlots();
    return [
      bytesOf(this.#words.subarray(0, this.#used)),
      bytesOf(this.#nameSlots),
      bytesOf(this.#udfSlots),
      this.#services.heap.subarray(0, this.#services.used),
      bytesOf(this.#services.slots),
      this.#lists.heap.subarray(0, this.#lists.used),
      bytesOf(this.#lists.slots),
    ];
  }

  /** names is how many names there are, rows how many tenures. */
  get names(): number {
    return this.#names;
  }

  get rows(): number {
    return this.#rows;
  }

  get maxTenure(): number {
    return this.#maxTenure;
  }

  /** sizeBytes is the memory of all arrays. */
  get sizeBytes(): number {
    const arrays = [this.#words, this.#nameSlots, this.#udfSlots, this.#services.heap, this.#services.slots, this.#lists.heap, this.#lists.slots];
    return arrays.reduce((sum, array) => sum + array.byteLength, this.#udfs.sizeBytes);
  }

  asOf(): AsOf {
    return this.#asOf;
  }

  quietSec(): number {
    return this.#quietSec;
  }

  // ----- writing

  /** put takes the newest record of a tenure; `timeSec` is that of the seal that holds it and counts only for a tenure not seen before. */
  put(record: RecordFacts, index: number, timeSec: number): void {
    const facts = factsOf(record, index, timeSec);
    const name = utf8(facts.name);
    const row = this.#rowFor(name, facts);
    const words = this.#words;
    const inline = facts.dns.length === 1 ? readIpv4(facts.dns[0] ?? '') : null;
    words[row + 1] = facts.service === null ? 0 : this.#services.add(utf8(facts.service));
    words[row + 2] = inline !== null ? fourBytes(inline, 0) >>> 0 : facts.dns.length === 0 ? 0 : this.#lists.add(packAddresses(facts.dns));
    words[row + 6] = index % 2 ** 32;
    words[row + 7] = ((facts.tenure << 12) | (name.length << 6) | (inline === null ? 0 : INLINE_ADDRESS) | Math.floor(index / 2 ** 32)) >>> 0;
    this.#bytes[4 * (row + FIXED_WORDS)] = flagsOf(facts);
  }

  /** sealed says up to which seal everything has been put. */
  sealed(asOf: AsOf, quietSec: number | null): void {
    this.#asOf = asOf;
    if (quietSec !== null) this.#quietSec = quietSec;
  }

  /** #rowFor finds a tenure's row, or makes it and links it into its name's tenures, which go down from the highest. */
  #rowFor(name: Uint8Array, { tenure, udf, sinceSec }: TenureFacts): number {
    const slot = this.#nameSlot(name, 0, name.length);
    let above = 0;
    let row = this.#nameSlots[slot] as number;
    while (row > 0 && this.tenureOf(row) > tenure) {
      above = row;
      row = this.#words[row + 4] as number;
    }
    if (row > 0 && this.tenureOf(row) === tenure) return row;
    const fresh = this.#newRow(name, udf);
    this.#words[fresh + 3] = sinceSec;
    this.#words[fresh + 4] = row;
    // length and tenure are needed by the next look at this row
    this.#words[fresh + 7] = ((tenure << 12) | (name.length << 6)) >>> 0;
    if (above > 0) this.#words[above + 4] = fresh;
    else this.#nameSlots[slot] = fresh;
    this.#maxTenure = Math.max(this.#maxTenure, tenure);
    if (above === 0 && row === 0) {
      this.#names++;
      if (this.#names > this.#nameSlots.length * FILL) this.#rehashNames(this.#nameSlots.length * 2);
    }
    return fresh;
  }

  #newRow(name: Uint8Array, udf: string): number {
    const row = this.#used;
    const end = row + FIXED_WORDS + Math.ceil((1 + name.length) / 4);
    invariant(end < 2 ** 32, 'a name table holds less than 16 GiB');
    const larger = roomFor(this.#words, row, end);
    if (larger !== this.#words) {
      this.#words = larger;
      this.#bytes = bytesOf(larger);
    }
    this.#used = end;
    this.#bytes.set(name, 4 * (row + FIXED_WORDS) + 1);
    const packed = fromBase32(udf);
    const slot = this.#udfSlot(packed);
    this.#udfs.add(this.#rows, packed);
    this.#words[row] = this.#rows++;
    const newest = this.#udfSlots[slot] as number;
    this.#words[row + 5] = newest;
    this.#udfSlots[slot] = row;
    if (newest === 0 && ++this.#identities > this.#udfSlots.length * FILL) this.#rehashUdfs(this.#udfSlots.length * 2);
    return row;
  }

  #fitSlots(): void {
    if (this.#nameSlots.length !== slotsFor(this.#names)) this.#rehashNames(slotsFor(this.#names));
    if (this.#udfSlots.length !== slotsFor(this.#identities)) this.#rehashUdfs(slotsFor(this.#identities));
  }

  #rehashNames(size: number): void {
    const old = this.#nameSlots;
    this.#nameSlots = new Uint32Array(size);
    for (const row of old) {
      if (row === 0) continue;
      let slot = hashBytes(this.#bytes, nameAt(row), this.#nameLength(row), this.#seed) & (size - 1);
      while (this.#nameSlots[slot] !== 0) slot = (slot + 1) & (size - 1);
      this.#nameSlots[slot] = row;
    }
  }

  #rehashUdfs(size: number): void {
    const old = this.#udfSlots;
    this.#udfSlots = new Uint32Array(size);
    for (const row of old) {
      if (row === 0) continue;
      let slot = hashUdf(this.#udfs.read(this.#words[row] as number), this.#seed) & (size - 1);
      while (this.#udfSlots[slot] !== 0) slot = (slot + 1) & (size - 1);
      this.#udfSlots[slot] = row;
    }
  }

  // ----- reading, by row: what DNS answers from

  /** rowOf is the row of a name's highest tenure, or -1. The name is `length` bytes from `start`, in ASCII of any case. */
  rowOf(bytes: Uint8Array, start: number, length: number): number {
    return (this.#nameSlots[this.#nameSlot(bytes, start, length)] as number) || -1;
  }

  /** rowOfTenure is the row of one tenure, from the row of the highest on, or -1. */
  rowOfTenure(highest: number, tenure: number): number {
    let row = highest;
    while (row >= 0 && this.tenureOf(row) > tenure) row = this.earlier(row);
    return row >= 0 && this.tenureOf(row) === tenure ? row : -1;
  }

  tenureOf(row: number): number {
    return (this.#words[row + 7] as number) >>> 12;
  }

  /** earlier is the row of the next lower tenure, or -1. */
  earlier(row: number): number {
    return (this.#words[row + 4] as number) || -1;
  }

  /** isAliveAt tells whether a row's tenure routes. */
  isAliveAt(row: number): boolean {
    return ((ALIVE_ENDS >> (((this.#bytes[4 * (row + FIXED_WORDS)] as number) >> 2) & 3)) & 1) === 1;
  }

  /** addressesAt is the packed list of a row's own DNS servers, a view that the next call may overwrite: for each, its length (4 or 16) and its bytes. Empty if it has none. */
  addressesAt(row: number): Uint8Array {
    const number = this.#words[row + 2] as number;
    if (((this.#words[row + 7] as number) & INLINE_ADDRESS) !== 0) {
      for (let i = 1; i <= 4; i++) this.#inline[i] = number >>> (32 - 8 * i);
      return this.#inline;
    }
    return number === 0 ? NOTHING : this.#lists.get(number);
  }

  /** factsAt is everything about a row. */
  factsAt(row: number): TenureFacts {
    const words = this.#words;
    const last = words[row + 7] as number;
    const service = words[row + 1] as number;
    return {
      name: text(this.#bytes.subarray(nameAt(row), nameAt(row) + this.#nameLength(row))),
      tenure: last >>> 12,
      udf: toBase32(this.#udfs.read(words[row] as number), UDF_BITS),
      service: service === 0 ? null : text(this.#services.get(service)),
      dns: unpackAddresses(this.addressesAt(row)),
      ...readFlags(this.#bytes[4 * (row + FIXED_WORDS)] as number),
      sinceSec: words[row + 3] as number,
      index: (last & INDEX_HIGH) * 2 ** 32 + (words[row + 6] as number),
    };
  }

  // ----- reading, as resolution does

  tenure(name: string, tenure: number | null): TenureFacts | null {
    const bytes = utf8(name);
    const highest = this.rowOf(bytes, 0, bytes.length);
    const row = tenure === null || highest < 0 ? highest : this.rowOfTenure(highest, tenure);
    return row < 0 ? null : this.factsAt(row);
  }

  heldBy(udf: string): TenureFacts[] {
    const held: TenureFacts[] = [];
    for (let row = this.#udfSlots[this.#udfSlot(fromBase32(udf))] as number; row > 0; row = this.#words[row + 5] as number) {
      const facts = this.factsAt(row);
      if (facts.udf.startsWith(udf)) held.push(facts);
    }
    return held.sort((a, b) => a.sinceSec - b.sinceSec || compareText(a.name, b.name) || a.tenure - b.tenure);
  }

  #nameLength(row: number): number {
    return ((this.#words[row + 7] as number) >> 6) & 63;
  }

  /** #nameSlot is where a name's row stands, or the empty slot where it would. */
  #nameSlot(bytes: Uint8Array, start: number, length: number): number {
    const [slots, words] = [this.#nameSlots, this.#words];
    const mask = slots.length - 1;
    let slot = hashBytes(bytes, start, length, this.#seed) & mask;
    for (let row = slots[slot] as number; row !== 0; row = slots[slot] as number) {
      if ((((words[row + 7] as number) >> 6) & 63) === length && this.#isName(bytes, start, length, nameAt(row))) return slot;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #isName(bytes: Uint8Array, start: number, length: number, place: number): boolean {
    const own = this.#bytes;
    for (let i = 0; i < length; i++) {
      const byte = bytes[start + i] as number;
      if ((byte >= 65 && byte <= 90 ? byte | 0x20 : byte) !== own[place + i]) return false;
    }
    return true;
  }

  /** #udfSlot is where the newest row of a UDF stands, or the empty slot where it would. The UDF may be a short one. */
  #udfSlot(udf: Uint8Array): number {
    const slots = this.#udfSlots;
    const mask = slots.length - 1;
    let slot = hashUdf(udf, this.#seed) & mask;
    for (let row = slots[slot] as number; row !== 0; row = slots[slot] as number) {
      const known = this.#udfs.read(this.#words[row] as number);
      let same = 0;
      while (same < UDF_HASHED_BYTES && known[same] === udf[same]) same++;
      if (same === UDF_HASHED_BYTES) return slot;
      slot = (slot + 1) & mask;
    }
    return slot;
  }
}

const NOTHING = new Uint8Array(0);

/** nameAt is where a row's name begins, in bytes. */
function nameAt(row: number): number {
  return 4 * (row + FIXED_WORDS) + 1;
}

function fourBytes(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 24) | ((bytes[at + 1] as number) << 16) | ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number);
}

/** hashUdf stirs 16 of a UDF's bytes, all of which a short UDF has; the first says only what kind of UDF it is. */
function hashUdf(udf: Uint8Array, seed: number): number {
  let hash = seed;
  for (let at = 1; at < UDF_HASHED_BYTES; at += 4) hash = Math.imul(hash ^ fourBytes(udf, at), 0x85ebca6b) ^ (hash >>> 15);
  return hash ^ (hash >>> 13);
}

function bytesOf(words: Uint32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
