import type { Query } from './query';
import { AA, CLASS_IN, EDE_OPTION, HEADER_BYTES, MAX_EDE_TEXT_BYTES, MAX_UDP_BYTES, POINTER, QR, RA, RCODE, RD, TC, TYPE } from './wire';

/** Section of a message. */
const ANSWER = 6;
const AUTHORITY = 8;
const ADDITIONAL = 10;

/** ExtendedError goes into an answer's OPT record, if the asker sent one. */
export interface ExtendedError {
  readonly code: number;
  readonly text: string;
}

/**
 * Reply writes an answer to a Query into a buffer by hand. Names point back into the question wherever they can, which keeps the
 * asker's spelling, upper and lower case (draft-vixie-dnsext-dns0x20). What does not fit is cut to the question with TC set.
 */
export class Reply {
  #out: Uint8Array = new Uint8Array(0);
  #query: Query | null = null;
  #at = 0;
  #limit = 0;
  #fits = true;

  /** start begins an answer: header and question. `limit` is how long it may get, over TCP as much as the transport takes. */
  start(query: Query, out: Uint8Array, limit: number, canRecurse: boolean): void {
    this.#out = out;
    this.#query = query;
    this.#limit = Math.min(limit, out.length);
    this.#fits = true;
    const { bytes, questionEnd } = query;
    const end = Math.max(HEADER_BYTES, questionEnd);
    for (let i = 0; i < end; i++) out[i] = bytes[i] as number;
    out[2] = QR | ((bytes[2] as number) & (0x78 | RD));
    out[3] = canRecurse ? RA : 0;
    out[4] = 0;
    out[5] = questionEnd > 0 ? 1 : 0;
    out.fill(0, ANSWER, HEADER_BYTES);
    this.#at = end;
  }

  code(rcode: number): void {
    this.#out[3] = ((this.#out[3] as number) & 0xf0) | (rcode & 15);
    this.#rcode = rcode;
  }

  #rcode: number = RCODE.NOERROR;

  authoritative(): void {
    this.#out[2] = (this.#out[2] as number) | AA;
  }

  /** answer, authority, additional begin a record whose owner stands at `owner` in the message; data follows by `put…`, then `end`. */
  answer(owner: number, type: number, ttlSec: number): void {
    this.#record(ANSWER, owner, type, ttlSec);
  }

  authority(owner: number, type: number, ttlSec: number): void {
    this.#record(AUTHORITY, owner, type, ttlSec);
  }

  additional(owner: number, type: number, ttlSec: number): void {
    this.#record(ADDITIONAL, owner, type, ttlSec);
  }

  #dataAt = 0;

  #record(section: number, owner: number, type: number, ttlSec: number): void {
    const out = this.#out;
    if (!this.#room(12)) return;
    let at = this.#at;
    out[at++] = POINTER | (owner >> 8);
    out[at++] = owner & 255;
    out[at++] = type >> 8;
    out[at++] = type & 255;
    out[at++] = 0;
    out[at++] = CLASS_IN;
    out[at++] = ttlSec >>> 24;
    out[at++] = (ttlSec >> 16) & 255;
    out[at++] = (ttlSec >> 8) & 255;
    out[at++] = ttlSec & 255;
    this.#at = at + 2;
    this.#dataAt = this.#at;
    const count = (((out[section] as number) << 8) | (out[section + 1] as number)) + 1;
    out[section] = count >> 8;
    out[section + 1] = count & 255;
  }

  /** end closes a record begun by `answer`, `authority` or `additional`. */
  end(): void {
    if (!this.#fits) return;
    const length = this.#at - this.#dataAt;
    this.#out[this.#dataAt - 2] = length >> 8;
    this.#out[this.#dataAt - 1] = length & 255;
  }

  /** place is where the next byte goes: what a later record's owner can point to. */
  get place(): number {
    return this.#at;
  }

  putBytes(bytes: Uint8Array, start = 0, end = bytes.length): void {
    if (!this.#room(end - start)) return;
    const out = this.#out;
    let at = this.#at;
    for (let i = start; i < end; i++) out[at++] = bytes[i] as number;
    this.#at = at;
  }

  putU32(value: number): void {
    if (!this.#room(4)) return;
    const out = this.#out;
    out[this.#at++] = value >>> 24;
    out[this.#at++] = (value >> 16) & 255;
    out[this.#at++] = (value >> 8) & 255;
    out[this.#at++] = value & 255;
  }

  /** putServerName writes `ns<number>` and a pointer to the zone it stands in. */
  putServerName(number: number, zone: number): void {
    if (!this.#room(6)) return;
    const out = this.#out;
    out[this.#at++] = 3;
    out[this.#at++] = 0x6e;
    out[this.#at++] = 0x73;
    out[this.#at++] = 0x30 + number;
    out[this.#at++] = POINTER | (zone >> 8);
    out[this.#at++] = zone & 255;
  }

  /** putText writes text as character strings of at most 255 bytes, which readers join. */
  putText(text: string): void {
    const bytes = Buffer.from(text, 'utf8');
    for (let from = 0; from < bytes.length; from += 255) {
      const part = bytes.subarray(from, from + 255);
      this.putBytes(Uint8Array.of(part.length));
      this.putBytes(part);
    }
  }

  /** finish adds OPT if the asker sent one, cuts what is too long, and gives the length of the answer. */
  finish(error: ExtendedError | null): number {
    const query = this.#query;
    if (query === null) return 0;
    if (!query.hasOpt) {
      if (!this.#fits) this.#cut();
      return this.#at;
    }
    const words = error === null ? null : Buffer.from(error.text, 'utf8').subarray(0, MAX_EDE_TEXT_BYTES);
    const size = 11 + (words === null ? 0 : 6 + words.length);
    if (!this.#fits || this.#at + size > this.#limit) this.#cut();
    if (this.#at + size > this.#limit) return this.#opt(query, null, 0);
    return this.#opt(query, words, error?.code ?? 0);
  }

  #opt(query: Query, words: Uint8Array | null, code: number): number {
    const out = this.#out;
    let at = this.#at;
    out[at++] = 0;
    out[at++] = 0;
    out[at++] = TYPE.OPT;
    out[at++] = MAX_UDP_BYTES >> 8;
    out[at++] = MAX_UDP_BYTES & 255;
    out[at++] = this.#rcode >> 4;
    out[at++] = 0;
    out[at++] = query.wantsDnssec ? 0x80 : 0;
    out[at++] = 0;
    const length = words === null ? 0 : 6 + words.length;
    out[at++] = length >> 8;
    out[at++] = length & 255;
    if (words !== null) {
      out[at++] = 0;
      out[at++] = EDE_OPTION;
      out[at++] = (words.length + 2) >> 8;
      out[at++] = (words.length + 2) & 255;
      out[at++] = code >> 8;
      out[at++] = code & 255;
      out.set(words, at);
      at += words.length;
    }
    out[ADDITIONAL + 1] = (out[ADDITIONAL + 1] as number) + 1;
    this.#at = at;
    return at;
  }

  /** #cut leaves header and question and says that there is more over TCP (RFC 2181 §9). */
  #cut(): void {
    this.#at = Math.max(HEADER_BYTES, this.#query?.questionEnd ?? 0);
    this.#out[2] = (this.#out[2] as number) | TC;
    this.#out.fill(0, ANSWER, HEADER_BYTES);
    this.#fits = true;
  }

  /** #room tells whether `size` more bytes fit; once something does not, nothing more is written. */
  #room(size: number): boolean {
    if (this.#at + size > this.#limit) this.#fits = false;
    return this.#fits;
  }
}
