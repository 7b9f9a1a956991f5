import type { NameTable } from '../../core/resolution/name-table';
import { MAX_TENURE } from '../../core/registry/limits';
import { endedError, inheritedServers, quietError, type Servers, staleError, textOf } from './answers';
import { NO_ANSWER, Query } from './query';
import { type ExtendedError, Reply } from './reply';
import { EDE, encodeName, HEADER_BYTES, isLabel, PLAIN_UDP_BYTES, RCODE, TYPE } from './wire';

/** Other outcomes of `Zone.respond` than the length of an answer. */
export const DROP = 0;
/** RECURSE: the answer is to be had from the name's own servers; `servers` says which. */
export const RECURSE = -1;
/** FORWARD: the question lies outside of `mm--` and an upstream is set. */
export const FORWARD = -2;

/** ZONE_TTL_SEC is how long delegations and texts may be kept, NEGATIVE_TTL_SEC how long the lack of something, and all answers about a quiet name. */
export const ZONE_TTL_SEC = 300;
export const NEGATIVE_TTL_SEC = 60;
const APEX_TTL_SEC = 3_600;
/** The fields of SOA after serial (RFC 1035 §3.3.13): nobody transfers this zone, so only the last counts. */
const SOA_TIMES = [600, 300, 86_400, NEGATIVE_TTL_SEC] as const;

const APEX_LABEL = 'mm--';
const INFO_LABEL = '_mns';
const DELEGATIONS_KEPT = 65_536;

/** ZoneOptions: `table` is null while there is no copy yet. `serverNames` are the NS of `mm--`. */
export interface ZoneOptions {
  readonly table: () => NameTable | null;
  readonly serverNames: readonly string[];
  readonly clock: () => number;
  /** Whether questions outside of `mm--` go to an upstream. */
  readonly hasUpstream: boolean;
  /** Whether names' own servers are asked for those who may recurse. */
  readonly recurses: boolean;
}

/** Asker is what the transport knows: how much fits, whether names' own servers are asked for it, and whether the upstream is. */
export interface Asker {
  /** Over UDP the asker's EDNS says how much fits; elsewhere this. */
  readonly limit: number | null;
  readonly maxUdpBytes: number;
  readonly mayRecurse: boolean;
  readonly mayForward: boolean;
}

/**
 * Zone answers for `mm--` from a name table. One object serves one thread: it reads and writes in place, and allocates nothing for
 * an ordinary delegation.
 */
export class Zone {
  readonly query = new Query();
  readonly #reply = new Reply();
  readonly #options: ZoneOptions;
  readonly #serverNames: Uint8Array[];
  readonly #soaNames: Uint8Array;
  /** Servers of names that have none of their own, by row; good for one state of the table. */
  #inherited = new Map<number, Servers>();
  #inheritedAt = -1;
  /** After RECURSE: the packed addresses to ask, and where in the question the zone's name begins. */
  servers: Uint8Array = new Uint8Array(0);
  cut = 0;

  constructor(options: ZoneOptions) {
    this.#options = options;
    const names = options.serverNames.length > 0 ? options.serverNames : ['localhost'];
    this.#serverNames = names.map((name) => needName(name));
    this.#soaNames = Buffer.concat([needName(names[0] ?? 'localhost'), needName('nobody.invalid')]);
  }

  /** respond answers a query into `out` and gives the answer's length, or DROP, RECURSE or FORWARD. */
  respond(bytes: Uint8Array, length: number, out: Uint8Array, asker: Asker): number {
    const query = this.query;
    const code = query.read(bytes, length);
    if (code === NO_ANSWER) return DROP;
    const limit = asker.limit ?? Math.max(PLAIN_UDP_BYTES, Math.min(query.udpBytes, asker.maxUdpBytes));
    const wantsRecursion = asker.mayRecurse && ((bytes[2] as number) & 1) === 1;
    this.#reply.start(query, out, limit, asker.mayRecurse);
    if (code !== RCODE.NOERROR) return this.#refuse(code, null);
    const last = query.labels - 1;
    const isOurs = last >= 0 && this.#isLabel(last, APEX_LABEL);
    if (!isOurs) {
      if (this.#options.hasUpstream && asker.mayForward && wantsRecursion) return FORWARD;
      return this.#refuse(RCODE.REFUSED, { code: EDE.NOT_AUTHORITATIVE, text: 'only names in mm-- are answered here' });
    }
    const table = this.#options.table();
    if (table === null) return this.#refuse(RCODE.SERVFAIL, { code: EDE.NOT_READY, text: 'there is no copy of the log here yet' });
    const first = last - 1;
    if (first < 0) return this.#apex(table);
    if (this.#isLabel(first, INFO_LABEL)) return this.#info(table, first);
    const tenure = this.#tenureAt(first);
    if (tenure !== null) {
      if (first === 0) return tenure <= table.maxTenure && table.names > 0 ? this.#nothing(table) : this.#unknown(table);
      const row = this.#rowAt(table, first - 1, tenure);
      return row < 0 ? this.#unknown(table) : this.#name(table, row, first - 1, true, wantsRecursion);
    }
    const row = this.#rowAt(table, first, null);
    return row < 0 ? this.#unknown(table) : this.#name(table, row, first, false, wantsRecursion);
  }

  /** #name answers for a name, whose label is number `cut`, or for what lies below it. */
  #name(table: NameTable, row: number, cut: number, isPinned: boolean, wantsRecursion: boolean): number {
    const { query } = this;
    const isInfo = cut === 1 && this.#isLabel(0, INFO_LABEL);
    if ((query.type === TYPE.TXT && cut === 0) || isInfo) return query.type === TYPE.TXT || query.type === TYPE.ANY ? this.#text(table, row, isPinned) : this.#nothing(table);
    if (!table.isAliveAt(row)) return cut === 0 ? this.#nothing(table, endedError(table.factsAt(row))) : this.#unknown(table, endedError(table.factsAt(row)));
    if (!isPinned && table.tenureOf(row) > 0) {
      const quiet = quietError(table, table.factsAt(row), this.#options.clock());
      if (quiet !== null) return this.#nothing(table, quiet);
    }
    let addresses = table.addressesAt(row);
    if (addresses.length === 0) {
      const inherited = this.#inheritedAtRow(table, row);
      if (inherited.isBroken) return this.#refuse(RCODE.SERVFAIL, inherited.error);
      addresses = inherited.addresses;
    }
    if (addresses.length === 0) return cut > 0 ? this.#unknown(table) : query.type === TYPE.ANY ? this.#text(table, row, isPinned) : this.#nothing(table);
    // what hangs above a cut belongs to the parent (RFC 4035 §3.1.4.1)
    if (cut === 0 && query.type === TYPE.DS) return this.#nothing(table);
    if (wantsRecursion && this.#options.recurses) {
      this.servers = addresses;
      this.cut = query.labelAt[cut] as number;
      return RECURSE;
    }
    return this.#referral(table, addresses, query.labelAt[cut] as number);
  }

  /** #referral sends the asker to the name's own servers, with their addresses: `ns1.alice.mm--` and so on. */
  #referral(table: NameTable, addresses: Uint8Array, zone: number): number {
    const reply = this.#reply;
    let number = 0;
    const firstName = reply.place + 12;
    for (let at = 0; at < addresses.length; at += 1 + (addresses[at] as number)) {
      reply.authority(zone, TYPE.NS, ZONE_TTL_SEC);
      reply.putServerName(++number, zone);
      reply.end();
    }
    number = 0;
    for (let at = 0; at < addresses.length; at += 1 + (addresses[at] as number)) {
      const size = addresses[at] as number;
      reply.additional(firstName + 18 * number++, size === 4 ? TYPE.A : TYPE.AAAA, ZONE_TTL_SEC);
      reply.putBytes(addresses, at + 1, at + 1 + size);
      reply.end();
    }
    return this.#finish(table, null);
  }

  #text(table: NameTable, row: number, isPinned: boolean): number {
    const nowSec = this.#options.clock();
    const facts = table.factsAt(row);
    const reply = this.#reply;
    reply.authoritative();
    const quiet = isPinned ? null : quietError(table, facts, nowSec);
    reply.answer(HEADER_BYTES, TYPE.TXT, quiet === null ? ZONE_TTL_SEC : NEGATIVE_TTL_SEC);
    reply.putText(textOf(table, facts, isPinned, nowSec));
    reply.end();
    return this.#finish(table, quiet);
  }

  /** #info answers for `alice._mns.mm--` and `alice.0._mns.mm--`, which are never delegated: the TXT of a name, as any resolver can get it. */
  #info(table: NameTable, info: number): number {
    if (info === 0) return this.#nothing(table);
    const tenure = this.#tenureAt(info - 1);
    const label = tenure === null ? info - 1 : info - 2;
    if (label < 0) return tenure !== null && tenure <= table.maxTenure && table.names > 0 ? this.#nothing(table) : this.#unknown(table);
    const row = label === 0 ? this.#rowAt(table, label, tenure) : -1;
    if (row < 0) return this.#unknown(table);
    const { type } = this.query;
    return type === TYPE.TXT || type === TYPE.ANY ? this.#text(table, row, tenure !== null) : this.#nothing(table);
  }

  #apex(table: NameTable): number {
    const { type } = this.query;
    const reply = this.#reply;
    const wantsAll = type === TYPE.ANY;
    if (type !== TYPE.SOA && type !== TYPE.NS && !wantsAll) return this.#nothing(table);
    reply.authoritative();
    if (type === TYPE.SOA || wantsAll) {
      reply.answer(HEADER_BYTES, TYPE.SOA, APEX_TTL_SEC);
      this.#putSoa(table);
    }
    if (type === TYPE.NS || wantsAll) {
      for (const name of this.#serverNames) {
        reply.answer(HEADER_BYTES, TYPE.NS, APEX_TTL_SEC);
        reply.putBytes(name);
        reply.end();
      }
    }
    return this.#finish(table, null);
  }

  #putSoa(table: NameTable): void {
    const reply = this.#reply;
    reply.putBytes(this.#soaNames);
    reply.putU32(table.asOf().seal >>> 0);
    for (const time of SOA_TIMES) reply.putU32(time);
    reply.end();
  }

  /** #nothing: the name exists, without this type. */
  #nothing(table: NameTable, error: ExtendedError | null = null): number {
    return this.#negative(table, RCODE.NOERROR, error);
  }

  /** #unknown: there is no such name. */
  #unknown(table: NameTable, error: ExtendedError | null = null): number {
    return this.#negative(table, RCODE.NXDOMAIN, error);
  }

  #negative(table: NameTable, code: number, error: ExtendedError | null): number {
    const reply = this.#reply;
    reply.code(code);
    reply.authoritative();
    reply.authority(this.query.labelAt[this.query.labels - 1] as number, TYPE.SOA, NEGATIVE_TTL_SEC);
    this.#putSoa(table);
    return this.#finish(table, error);
  }

  #refuse(code: number, error: ExtendedError | null): number {
    this.#reply.code(code);
    return this.#reply.finish(error);
  }

  #finish(table: NameTable, error: ExtendedError | null): number {
    return this.#reply.finish(error ?? (this.query.hasOpt ? staleError(table, this.#options.clock()) : null));
  }

  /** fail answers a query that was to be answered elsewhere with SERVFAIL, or what `code` says, once that has come to nothing. */
  fail(bytes: Uint8Array, length: number, out: Uint8Array, asker: Asker, error: ExtendedError): number {
    if (this.query.read(bytes, length) === NO_ANSWER) return DROP;
    this.#reply.start(this.query, out, asker.limit ?? PLAIN_UDP_BYTES, asker.mayRecurse);
    return this.#refuse(RCODE.SERVFAIL, error);
  }

  #inheritedAtRow(table: NameTable, row: number): Servers {
    const { size } = table.asOf();
    if (size !== this.#inheritedAt || this.#inherited.size >= DELEGATIONS_KEPT) {
      this.#inherited.clear();
      this.#inheritedAt = size;
    }
    const known = this.#inherited.get(row);
    if (known !== undefined) return known;
    const servers = inheritedServers(table, row);
    this.#inherited.set(row, servers);
    return servers;
  }

  #rowAt(table: NameTable, label: number, tenure: number | null): number {
    const at = this.query.labelAt[label] as number;
    const row = table.rowOf(this.query.bytes, at + 1, this.query.bytes[at] as number);
    return row < 0 || tenure === null ? row : table.rowOfTenure(row, tenure);
  }

  #isLabel(label: number, text: string): boolean {
    const at = this.query.labelAt[label] as number;
    return isLabel(this.query.bytes, at + 1, this.query.bytes[at] as number, text);
  }

  /** #tenureAt reads a label of digits without leading zeros; null for all others, which are names or nothing. */
  #tenureAt(label: number): number | null {
    const { bytes, labelAt } = this.query;
    const at = labelAt[label] as number;
    const length = bytes[at] as number;
    const first = bytes[at + 1] as number;
    if (first < 48 || first > 57 || length > 6 || (first === 48 && length > 1)) return null;
    let value = 0;
    for (let i = 1; i <= length; i++) {
      const digit = (bytes[at + i] as number) - 48;
      if (digit < 0 || digit > 9) return null;
      value = value * 10 + digit;
    }
    return value <= MAX_TENURE ? value : null;
  }
}

function needName(name: string): Uint8Array {
  const encoded = encodeName(name);
  if (encoded === null) throw new RangeError(`${name} is no DNS name`);
  return encoded;
}
