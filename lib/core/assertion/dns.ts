import { refuse } from '../refusal';
import { MAX_DNS_ADDRESSES } from '../registry/limits';

const OCTET = /^(?:0|[1-9][0-9]{0,2})$/;
const GROUP = /^[0-9a-f]{1,4}$/i;

/** readIpv4 gives the four bytes of dotted decimal without leading zeros, or null. */
export function readIpv4(text: string): Uint8Array | null {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => OCTET.test(part) && Number(part) <= 255)) return null;
  return Uint8Array.from(parts, Number);
}

/** readIpv6 gives the sixteen bytes of any hexadecimal spelling (RFC 4291 §2.2 forms 1 and 2), or null. */
export function readIpv6(text: string): Uint8Array | null {
  const halves = text.split('::');
  if (text.length > 39 || halves.length > 2) return null;
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return null;
  const groups = [...head, ...Array<string>(missing).fill('0'), ...tail];
  if (!groups.every((group) => GROUP.test(group))) return null;
  const bytes = new Uint8Array(16);
  groups.forEach((group, i) => {
    const value = Number.parseInt(group, 16);
    bytes[2 * i] = value >> 8;
    bytes[2 * i + 1] = value & 0xff;
  });
  return bytes;
}

/** formatIpv6 writes sixteen bytes as RFC 5952 §4 asks: lower case, no leading zeros, the first longest run of two zero groups or more as `::`. */
export function formatIpv6(bytes: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0));
  let start = 0;
  let length = 0;
  for (let from = 0; from < 8; from++) {
    let to = from;
    while (to < 8 && groups[to] === 0) to++;
    if (to - from > length) [start, length] = [from, to - from];
  }
  const text = (part: number[]) => part.map((group) => group.toString(16)).join(':');
  return length < 2 ? text(groups) : `${text(groups.slice(0, start))}::${text(groups.slice(start + length))}`;
}

/** isMappedIpv4 is true in ::ffff:0:0/96, which has another canonical spelling: the IPv4 address itself. */
function isMappedIpv4(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff;
}

/** isCanonicalAddress tells whether `text` is the one spelling of an address: dotted decimal, or RFC 5952 and not IPv4-mapped. */
export function isCanonicalAddress(text: string): boolean {
  if (readIpv4(text)) return true;
  const bytes = readIpv6(text);
  return bytes !== null && !isMappedIpv4(bytes) && formatIpv6(bytes) === text;
}

/** parseDns checks the list `dns`: at most 8 addresses in canonical spelling, none twice, order kept. @throws Refusal `bad-dns`. */
export function parseDns(addresses: readonly string[]): string[] {
  if (addresses.length === 0) return [];
  if (addresses.length > MAX_DNS_ADDRESSES) refuse('bad-dns', `At most ${MAX_DNS_ADDRESSES} DNS server addresses are kept.`);
  for (const address of addresses) {
    if (!isCanonicalAddress(address)) refuse('bad-dns', 'A DNS server is given as an IPv4 or IPv6 address in its canonical spelling (RFC 5952).');
  }
  if (new Set(addresses).size !== addresses.length) refuse('bad-dns', 'The same DNS server address stands there twice.');
  return [...addresses];
}

/** addressFromInput gives the canonical spelling of an address a person typed, IPv4-mapped ones as IPv4. @throws Refusal `bad-dns`. */
export function addressFromInput(input: string): string {
  const text = input.trim();
  if (readIpv4(text)) return text;
  const bytes = readIpv6(text) ?? refuse('bad-dns', 'This is neither an IPv4 nor an IPv6 address.');
  return isMappedIpv4(bytes) ? bytes.subarray(12).join('.') : formatIpv6(bytes);
}
