import { parseUdf, showUdf } from '../keys/udf';
import { canonicalName, formatTenureName } from '../assertion/name';
import { isHost } from '../assertion/service';
import { readIpv4, readIpv6 } from '../assertion/dns';
import { refuse } from '../refusal';
import { MAX_ADDRESS_LENGTH, MAX_HOST_LENGTH, MAX_TENURE } from '../registry/limits';

/** ZONE is the top-level label of names in DNS. */
export const ZONE = 'mm--';

/** NameAddress is a name, perhaps pinned to a tenure or to a holder, perhaps a device of it. */
export interface NameAddress {
  readonly kind: 'name';
  /** Canonical. */
  readonly name: string;
  readonly tenure: number | null;
  /** 28 or 52 upper-case characters: only this holder is meant. */
  readonly udf: string | null;
  /** Labels before the name, as in DNS (`coffeepot`, `tap.coffeepot`), or null. */
  readonly device: string | null;
}

/** UdfAddress is an identity by its UDF, 28 or 52 upper-case characters. */
export interface UdfAddress {
  readonly kind: 'udf';
  readonly udf: string;
}

/** ElsewhereAddress is no address of ours: a DNS host or an IP address, perhaps with an account or a port. Told apart so that it is never taken for a name. */
export interface ElsewhereAddress {
  readonly kind: 'elsewhere';
  readonly what: 'host' | 'ipv4' | 'ipv6';
  readonly host: string;
  readonly account: string | null;
  readonly port: number | null;
}

/** Address is what a person can write where somebody is to be reached. */
export type Address = NameAddress | UdfAddress | ElsewhereAddress;

const DEVICE_LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const IN_ZONE = /^(.+)\.mm--\.?$/is;
const GROUPED_BY_FOUR = /^M[A-Z2-7]{3}(?:-[A-Z2-7]{4})+$/i;
/** RFC 5322 dot-atoms, without the `#` that pins a holder. */
const MAILBOX = /^(?=.{1,64}$)[a-z0-9!$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!$%&'*+/=?^_`{|}~-]+)*$/i;
const TENURE = /^(?:0|[1-9][0-9]{0,5})$/;

/**
 * parseAddress reads every form of SPEC §17.1: `@alice`, `@alice.0`, `@alice#MB5S-…`, `MB5S-…`, `coffeepot@alice`, `alice.mm--`,
 * `coffeepot.alice.0.mm--`, in any spelling of the name. Without `@`, text in the form of a UDF is one.
 * @throws Refusal `bad-address`, and those of names (§5.1) and UDFs (§4.3).
 */
export function parseAddress(input: string): Address {
  if (input.length > MAX_ADDRESS_LENGTH) refuse('bad-address', 'This is too long for an address.');
  const typed = input.trim();
  if (!typed.startsWith('@')) {
    const known = readIp(typed) ?? readBareUdf(typed);
    if (known) return known;
  }
  const hash = typed.indexOf('#');
  const udf = hash < 0 ? null : parseUdf(typed.slice(hash + 1)).chars;
  const rest = hash < 0 ? typed : typed.slice(0, hash).trimEnd();
  const isName = rest.startsWith('@');
  const [first = '', second, ...more] = (isName ? rest.slice(1) : rest).split('@');
  if (more.length > 0) refuse('bad-address', 'An address has one @, or one before the name and one after a device.');
  const [account, host] = second === undefined ? [null, first] : [first, second];
  const found = readHost(host, account, isName && account === null);
  if (found.kind === 'name') return { ...found, udf };
  return udf === null ? found : refuse('bad-address', 'Only a name can be pinned to a holder with #.');
}

function readHost(host: string, account: string | null, isName: boolean): NameAddress | ElsewhereAddress {
  const devices = account === null ? [] : account.split('.');
  const inZone = IN_ZONE.exec(host)?.[1];
  // Or the last label before the @ would be taken for the name, and this for its tenure.
  if (account !== null && /^[0-9]+$/.test(inZone ?? host)) refuse('bad-address', 'What stands after the @ is a number, and no name.');
  if (inZone !== undefined) return nameOf([...devices, ...inZone.split('.')]);
  if (/^mm--\.?$/i.test(host)) refuse('bad-address', 'mm-- is where all names are in DNS, and no name itself.');
  const labels = host.split('.');
  const isPinned = labels.length === 2 && TENURE.test(labels[1] ?? '');
  if (labels.length === 1 || isPinned || isName) return nameOf([...devices, ...labels]);
  const lower = host.toLowerCase().replace(/\.$/, '');
  if (!isHost(lower)) refuse('bad-address', 'This is neither a name nor a DNS host.');
  if (account !== null && !MAILBOX.test(account)) refuse('bad-address', 'What stands before the @ is no mailbox.');
  return { kind: 'elsewhere', what: 'host', host: lower, account, port: null };
}

/** nameOf reads labels as they stand in DNS before `mm--`: devices, the name, perhaps a tenure. No name is all digits, so a last label of digits is a tenure. */
function nameOf(labels: readonly string[]): NameAddress {
  const last = labels.at(-1) ?? '';
  const pinned = labels.length > 1 && /^[0-9]+$/.test(last);
  if (pinned && (!TENURE.test(last) || Number(last) > MAX_TENURE)) refuse('bad-address', 'A tenure is a number without leading zeros.');
  const before = pinned ? labels.slice(0, -1) : labels;
  const name = canonicalName(before.at(-1) ?? '');
  const devices = before.slice(0, -1).map((label) => label.toLowerCase());
  if (!devices.every((label) => DEVICE_LABEL.test(label))) refuse('bad-address', 'A device is named by letters, digits and inner hyphens.');
  const address: NameAddress = { kind: 'name', name, tenure: pinned ? Number(last) : null, udf: null, device: devices.length === 0 ? null : devices.join('.') };
  if (dnsNameOf(address).length > MAX_HOST_LENGTH) refuse('bad-address', 'This address is too long for DNS.');
  return address;
}

function readBareUdf(text: string): UdfAddress | null {
  const chars = text.replaceAll(/[ -]/g, '');
  // twenty letters in a row are far more often a name than an old UDF; grouped by four they are one, and refused as such
  if (chars.length === 20 && GROUPED_BY_FOUR.test(text)) return { kind: 'udf', udf: parseUdf(text).chars };
  if ((chars.length !== 28 && chars.length !== 52) || !/^M[A-T][A-Z2-7]+$/i.test(chars)) return null;
  return { kind: 'udf', udf: parseUdf(text).chars };
}

function readIp(text: string): ElsewhereAddress | null {
  const bracketed = /^\[([0-9a-f:.]+)\](?::([0-9]{1,5}))?$/i.exec(text);
  const plain = /^([0-9.]+)(?::([0-9]{1,5}))?$/.exec(text);
  const v6 = bracketed?.[1] ?? (text.includes(':') && !text.includes('@') && !plain ? text : null);
  const port = Number((bracketed ?? plain)?.[2] ?? Number.NaN);
  const what = v6 !== null && readIpv6(v6) ? 'ipv6' : plain?.[1] !== undefined && readIpv4(plain[1]) ? 'ipv4' : null;
  if (what === null) return v6 === null ? null : refuse('bad-address', 'This is no IPv6 address.');
  if (port > 65_535) refuse('bad-address', 'A port is at most 65535.');
  return { kind: 'elsewhere', what, host: what === 'ipv6' ? (v6 ?? '') : (plain?.[1] ?? ''), account: null, port: Number.isNaN(port) ? null : port };
}

/** formatAddress is the one canonical spelling of an address, the form to show and to store. */
export function formatAddress(address: Address): string {
  if (address.kind === 'udf') return groupUdf(address.udf);
  if (address.kind === 'elsewhere') {
    const { account, host, port, what } = address;
    return `${account === null ? '' : `${account}@`}${what === 'ipv6' ? `[${host}]` : host}${port === null ? '' : `:${port}`}`;
  }
  const { device, name, tenure, udf } = address;
  return `${device ?? ''}@${tenure === null ? name : formatTenureName(name, tenure)}${udf === null ? '' : `#${groupUdf(udf)}`}`;
}

/** groupUdf writes a UDF of either length in groups of four. */
export function groupUdf(udf: string): string {
  return udf.length === 28 ? showUdf(udf) : (udf.match(/.{1,4}/g) ?? []).join('-');
}

/** dnsNameOf is a name's or a device's name in DNS, without a final dot: `coffeepot.alice.0.mm--`. */
export function dnsNameOf({ name, tenure, device }: Pick<NameAddress, 'name' | 'tenure' | 'device'>): string {
  return `${device === null ? '' : `${device}.`}${tenure === null ? name : formatTenureName(name, tenure)}.${ZONE}`;
}
