import { CLASS_ANY, CLASS_IN, HEADER_BYTES, labelText, MAX_LABEL_BYTES, MAX_NAME_BYTES, MAX_QUERY_BYTES, PLAIN_UDP_BYTES, QR, RCODE, TYPE } from './wire';

/** NO_ANSWER: what is no query is not answered at all, so that two servers never talk to each other for ever. */
export const NO_ANSWER = -1;

const MAX_ADDITIONAL = 8;
const MAX_LABELS = 128;

/**
 * Query reads a query in place, again and again in the same object: nothing is allocated for a packet. After `read` gave a response
 * code other than NO_ANSWER the fields say what could be read.
 */
export class Query {
  bytes: Uint8Array = new Uint8Array(0);
  /** Labels of the name asked for, from the left: where each begins (its length byte). */
  readonly labelAt = new Uint16Array(MAX_LABELS);
  labels = 0;
  /** One past the question; 0 if there is none that could be read. */
  questionEnd = 0;
  type = 0;
  class = 0;
  hasOpt = false;
  /** How much the asker takes over UDP. */
  udpBytes = PLAIN_UDP_BYTES;
  /** DNSSEC OK. */
  wantsDnssec = false;

  /** read gives NOERROR, the code to refuse with, or NO_ANSWER. */
  read(bytes: Uint8Array, length: number): number {
    this.bytes = bytes;
    this.labels = 0;
    this.questionEnd = 0;
    this.hasOpt = false;
    this.udpBytes = PLAIN_UDP_BYTES;
    this.wantsDnssec = false;
    if (length < HEADER_BYTES || ((bytes[2] as number) & QR) !== 0) return NO_ANSWER;
    if (length > MAX_QUERY_BYTES) return RCODE.FORMERR;
    if (((bytes[2] as number) & 0x78) !== 0) return RCODE.NOTIMP;
    // exactly one question, no answers, no authority
    if (bytes[4] !== 0 || bytes[5] !== 1 || bytes[6] !== 0 || bytes[7] !== 0 || bytes[8] !== 0 || bytes[9] !== 0) return RCODE.FORMERR;
    const end = this.#readName(length);
    if (end < 0 || end + 4 > length) return RCODE.FORMERR;
    this.type = ((bytes[end] as number) << 8) | (bytes[end + 1] as number);
    this.class = ((bytes[end + 2] as number) << 8) | (bytes[end + 3] as number);
    this.questionEnd = end + 4;
    const additional = ((bytes[10] as number) << 8) | (bytes[11] as number);
    if (additional > 0) {
      const code = this.#readAdditional(additional, length);
      if (code !== RCODE.NOERROR) return code;
    }
    if (this.class !== CLASS_IN && this.class !== CLASS_ANY) return RCODE.REFUSED;
    if (this.type === TYPE.AXFR || this.type === TYPE.IXFR) return RCODE.REFUSED;
    // OPT, and the types that are none (RFC 6895 §3.1), can't be asked for
    return this.type === 0 || this.type === TYPE.OPT ? RCODE.FORMERR : RCODE.NOERROR;
  }

  /** #readName walks the labels of the question and gives the place after them, or -1. A question's name is never compressed. */
  #readName(length: number): number {
    const bytes = this.bytes;
    let at = HEADER_BYTES;
    for (;;) {
      if (at >= length) return -1;
      const size = bytes[at] as number;
      if (size === 0) break;
      if (size > MAX_LABEL_BYTES || at + 1 + size - HEADER_BYTES >= MAX_NAME_BYTES) return -1;
      this.labelAt[this.labels++] = at;
      at += 1 + size;
    }
    return at + 1;
  }

  /** #readAdditional looks for OPT among the additional records and checks that they are whole. */
  #readAdditional(count: number, length: number): number {
    const bytes = this.bytes;
    let at = this.questionEnd;
    if (count > MAX_ADDITIONAL) return RCODE.FORMERR;
    let version = 0;
    for (let i = 0; i < count; i++) {
      const isRoot = bytes[at] === 0;
      for (;;) {
        if (at >= length) return RCODE.FORMERR;
        const size = bytes[at] as number;
        at++;
        if (size === 0) break;
        if (size >= 0xc0) {
          at++;
          break;
        }
        if (size > MAX_LABEL_BYTES) return RCODE.FORMERR;
        at += size;
      }
      if (at + 10 > length) return RCODE.FORMERR;
      const type = ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
      const dataEnd = at + 10 + (((bytes[at + 8] as number) << 8) | (bytes[at + 9] as number));
      if (dataEnd > length) return RCODE.FORMERR;
      if (type === TYPE.OPT) {
        if (this.hasOpt || !isRoot || !optionsAreWhole(bytes, at + 10, dataEnd)) return RCODE.FORMERR;
        this.hasOpt = true;
        this.udpBytes = Math.max(PLAIN_UDP_BYTES, ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number));
        version = bytes[at + 5] as number;
        this.wantsDnssec = ((bytes[at + 6] as number) & 0x80) !== 0;
      }
      at = dataEnd;
    }
    return version > 0 ? RCODE.BADVERS : RCODE.NOERROR;
  }

  /** name is the name asked for in lower case, for slow paths; see `labelText`. */
  name(fromLabel = 0): string {
    const labels: string[] = [];
    for (let i = fromLabel; i < this.labels; i++) {
      const at = this.labelAt[i] as number;
      labels.push(labelText(this.bytes, at + 1, this.bytes[at] as number));
    }
    return labels.join('.');
  }
}

function optionsAreWhole(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end) {
    if (at + 4 > end) return false;
    at += 4 + (((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number));
  }
  return at === end;
}
