/*
 * The DNS wire format (RFC 1035, 6891, 8914), as far as this server speaks it.
 */

/** TYPE are the record types that are treated in a way of their own. */
export const TYPE = { A: 1, NS: 2, CNAME: 5, SOA: 6, TXT: 16, AAAA: 28, OPT: 41, DS: 43, IXFR: 251, AXFR: 252, ANY: 255 } as const;

/** RCODE are the response codes in use; BADVERS needs EDNS. */
export const RCODE = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5, BADVERS: 16 } as const;

/** EDE are the extended errors in use (RFC 8914 §4). */
export const EDE = { OTHER: 0, STALE_ANSWER: 3, NOT_READY: 14, NOT_AUTHORITATIVE: 20, NO_REACHABLE_AUTHORITY: 22 } as const;

export const HEADER_BYTES = 12;
export const MAX_NAME_BYTES = 255;
export const MAX_LABEL_BYTES = 63;
/** MAX_UDP_BYTES bounds an answer over UDP whatever the asker allows: no fragments (DNS flag day 2020), no amplification beyond it. */
export const MAX_UDP_BYTES = 1_232;
/** PLAIN_UDP_BYTES is what an asker without EDNS takes. */
export const PLAIN_UDP_BYTES = 512;
export const MAX_TCP_BYTES = 65_535;
/** MAX_QUERY_BYTES bounds a query: a name, and EDNS with room for padding. */
export const MAX_QUERY_BYTES = 4_096;
/** MAX_EDE_TEXT_BYTES bounds the words of an extended error. */
export const MAX_EDE_TEXT_BYTES = 300;

export const CLASS_IN = 1;
export const CLASS_ANY = 255;
export const POINTER = 0xc0;

/** Bits of the two flag bytes. */
export const QR = 0x80;
export const AA = 0x04;
export const TC = 0x02;
export const RD = 0x01;
export const RA = 0x80;

/** EDE_OPTION is the EDNS option of extended errors. */
export const EDE_OPTION = 15;

/** encodeName writes a host name, with or without a final dot, as labels, uncompressed. Null if it has an empty or too long label or is too long: never send what others can't read. */
export function encodeName(name: string): Uint8Array | null {
  const labels = name === '.' || name === '' ? [] : name.replace(/\.$/, '').split('.');
  const parts = labels.map((label) => Buffer.from(label, 'latin1'));
  if (parts.some((part) => part.length === 0 || part.length > MAX_LABEL_BYTES)) return null;
  const out = Buffer.concat([...parts.flatMap((part) => [Buffer.of(part.length), part]), Buffer.of(0)]);
  return out.length <= MAX_NAME_BYTES ? out : null;
}

/** labelText is a label in lower case (A to Z alone, RFC 4343), for slow paths. A dot inside it is written as RFC 1035 §5.1 has it: one label is never read as two. */
export function labelText(bytes: Uint8Array, start: number, length: number): string {
  const text = Buffer.from(bytes.subarray(start, start + length)).toString('latin1');
  return text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase()).replaceAll('\\', '\\092').replaceAll('.', '\\046');
}

/** isLabel compares label bytes with lower-case `text` regardless of case. */
export function isLabel(bytes: Uint8Array, start: number, length: number, text: string): boolean {
  if (length !== text.length) return false;
  for (let i = 0; i < length; i++) {
    const byte = bytes[start + i] as number;
    if ((byte >= 65 && byte <= 90 ? byte | 0x20 : byte) !== text.charCodeAt(i)) return false;
  }
  return true;
}
