import { BlockList, isIPv6 } from 'node:net';
import { unpackAddresses } from '../../core/resolution/packed-addresses';
import type { Elsewhere } from './elsewhere';
import { exchange, type Question, type Target } from './exchange';
import { lifetimeSec } from './lifetime';
import { aged, isWithin, readMessage } from './message';
import type { Query } from './query';
import { EDE, HEADER_BYTES, MAX_TCP_BYTES, PLAIN_UDP_BYTES, RA, RCODE, TC, TYPE } from './wire';
import { type Asker, RECURSE, type Zone } from './zone';

const TIMEOUT_MS = 1_500;
/** Servers asked for one question, a second time around included. */
const MAX_ATTEMPTS = 4;
/** Questions under way at once; more are refused. */
const MAX_UNDER_WAY = 512;
/** Of them below one name: where its servers are silent, they must not take all places. */
const MAX_UNDER_WAY_OF_ONE = 64;
/** How deep a name's own servers may send us further down. */
const MAX_REFERRALS = 3;
const CACHE_ENTRIES = 10_000;
const MAX_KEPT_SEC = 300;

/** RecursorOptions: `upstream` answers what lies outside of mm--; `port` is where names' servers listen. */
export interface RecursorOptions {
  readonly upstream: Target | null;
  readonly port: number;
  /** Ask servers at private and loopback addresses too. Anyone can register such addresses, so only where that is meant. */
  readonly allowPrivate: boolean;
  readonly clock: () => number;
  readonly random: (count: number) => Uint8Array;
  readonly timeoutMs?: number;
}

interface Kept {
  readonly message: Uint8Array;
  readonly atSec: number;
  readonly untilSec: number;
}

/** Recursor asks names' own servers, and the upstream. What it hears of a name it believes only for that name. */
export class Recursor implements Elsewhere {
  readonly #options: RecursorOptions;
  readonly #cache = new Map<string, Kept>();
  readonly #underWay = new Map<string, Promise<Uint8Array | null>>();
  /** How many are under way below one name. */
  readonly #groups = new Map<string, number>();

  constructor(options: RecursorOptions) {
    this.#options = options;
  }

  async answer(outcome: number, query: Uint8Array, zone: Zone, asker: Asker): Promise<Uint8Array | null> {
    const asked = zone.query;
    const { questionEnd, type } = asked;
    const question: Question = { name: query.slice(HEADER_BYTES, questionEnd - 4), type };
    const label = asked.name();
    const cut = outcome === RECURSE ? asked.name(cutLabel(asked, zone.cut)) : null;
    const servers = outcome === RECURSE ? this.#targets(unpackAddresses(zone.servers)) : this.#options.upstream === null ? [] : [this.#options.upstream];
    const asks = cut === null ? 'up' : servers.map(({ address }) => address).join();
    const message = await this.#known(`${label}/${type}/${asks}`, cut, () => this.#ask(servers, question, cut, MAX_REFERRALS));
    if (message !== null) return dress(message, query, questionEnd, zone, asker);
    const out = Buffer.alloc(PLAIN_UDP_BYTES + 300);
    const text = servers.length === 0 ? 'the servers of this name have addresses that are not asked' : 'the servers of this name do not answer';
    const length = zone.fail(query, query.length, out, asker, { code: EDE.NO_REACHABLE_AUTHORITY, text });
    return length > 0 ? out.subarray(0, length) : null;
  }

  close(): void {
    this.#cache.clear();
  }

  /** #known answers from what was heard a short time ago, or joins others who ask the same. */
  async #known(key: string, group: string | null, ask: () => Promise<Uint8Array | null>): Promise<Uint8Array | null> {
    const nowSec = this.#options.clock();
    const kept = this.#cache.get(key);
    if (kept !== undefined && kept.untilSec > nowSec) return aged(Uint8Array.from(kept.message), nowSec - kept.atSec);
    const other = this.#underWay.get(key);
    if (other !== undefined) return other;
    const ofGroup = group === null ? 0 : (this.#groups.get(group) ?? 0);
    if (this.#underWay.size >= MAX_UNDER_WAY || ofGroup >= MAX_UNDER_WAY_OF_ONE) return null;
    if (group !== null) this.#groups.set(group, ofGroup + 1);
    const asking = ask()
      .catch(() => null)
      .then((message) => {
        this.#underWay.delete(key);
        if (group !== null) this.#leave(group);
        if (message !== null) this.#keep(key, message);
        return message;
      });
    this.#underWay.set(key, asking);
    return asking;
  }

  #leave(group: string): void {
    const left = (this.#groups.get(group) ?? 1) - 1;
    if (left === 0) this.#groups.delete(group);
    else this.#groups.set(group, left);
  }

  #keep(key: string, message: Uint8Array): void {
    const seconds = Math.min(MAX_KEPT_SEC, lifetimeSec(message));
    if (seconds === 0) return;
    const atSec = this.#options.clock();
    this.#cache.delete(key);
    this.#cache.set(key, { message, atSec, untilSec: atSec + seconds });
    const oldest = this.#cache.size > CACHE_ENTRIES ? this.#cache.keys().next() : null;
    if (oldest?.done === false) this.#cache.delete(oldest.value);
  }

  /** #ask tries servers in turn. `zone` bounds what is believed; null for the upstream, which is trusted for all that is not ours. */
  async #ask(servers: readonly Target[], question: Question, zone: string | null, referrals: number): Promise<Uint8Array | null> {
    const { random, timeoutMs = TIMEOUT_MS } = this.#options;
    for (let attempt = 0; attempt < Math.min(MAX_ATTEMPTS, servers.length * 2); attempt++) {
      const target = servers[attempt % servers.length];
      if (target === undefined) break;
      const answer = await exchange(target, question, { random, timeoutMs, wantsRecursion: zone === null });
      const code = answer === null ? RCODE.SERVFAIL : (answer[3] as number) & 15;
      if (answer === null || (code !== RCODE.NOERROR && code !== RCODE.NXDOMAIN)) continue;
      if (zone === null) return believed(answer, null);
      const below = referrals > 0 ? this.#referral(answer, zone) : null;
      if (below !== null) return this.#ask(below.servers, question, below.zone, referrals - 1);
      const message = believed(answer, zone);
      if (message !== null) return message;
    }
    return null;
  }

  /** #referral reads where a name's server sends us: a zone strictly below its own, servers with addresses in its own zone. */
  #referral(answer: Uint8Array, zone: string): { zone: string; servers: Target[] } | null {
    const read = readMessage(answer);
    if (read === null || read.items.some(({ section }) => section === 'answer')) return null;
    const cut = read.items.find(({ section, type, owner }) => section === 'authority' && type === TYPE.NS && owner !== zone && isWithin(owner, zone));
    if (cut === undefined) return null;
    const glue = read.items.filter(({ section, type, owner }) => section === 'additional' && (type === TYPE.A || type === TYPE.AAAA) && isWithin(owner, zone));
    const addresses = glue.flatMap(({ dataAt, end }) => unpackAddresses(Uint8Array.of(end - dataAt, ...answer.subarray(dataAt, end))));
    const servers = this.#targets(addresses);
    return servers.length === 0 ? null : { zone: cut.owner, servers };
  }

  #targets(addresses: readonly string[]): Target[] {
    const { allowPrivate, port } = this.#options;
    return addresses.filter((address) => allowPrivate || isPublic(address)).map((address) => ({ address, port }));
  }
}

function cutLabel({ labelAt, labels }: Query, cut: number): number {
  for (let i = 0; i < labels; i++) if (labelAt[i] === cut) return i;
  return labels;
}

/** believed cuts an answer to what its server may say: answers up to the first about another's name, authority about its own, nothing additional. Null if it is malformed. */
function believed(answer: Uint8Array, zone: string | null): Uint8Array | null {
  const read = readMessage(answer);
  if (read === null) return null;
  const counts = { answer: 0, authority: 0, additional: 0 };
  let end = read.questionEnd;
  for (const { section, owner, end: itemEnd } of read.items) {
    if (section === 'additional' || (zone !== null && !isWithin(owner, zone))) break;
    counts[section]++;
    end = itemEnd;
  }
  const message = Uint8Array.from(answer.subarray(0, end));
  const view = new DataView(message.buffer);
  view.setUint16(6, counts.answer);
  view.setUint16(8, counts.authority);
  view.setUint16(10, 0);
  return message;
}

/** dress makes a heard answer ours: the asker's id, flags and spelling of the question, our own EDNS, cut if it does not fit. */
function dress(message: Uint8Array, query: Uint8Array, questionEnd: number, zone: Zone, asker: Asker): Uint8Array {
  const asked = zone.query;
  // the zone may have read other queries while this one was away
  asked.read(query, query.length);
  const limit = asker.limit ?? Math.max(PLAIN_UDP_BYTES, Math.min(asked.udpBytes, asker.maxUdpBytes));
  const room = asked.hasOpt ? 11 : 0;
  const fits = message.length + room <= Math.min(limit, MAX_TCP_BYTES);
  const body = fits ? message : message.subarray(0, questionEnd);
  const out = Buffer.alloc(body.length + room);
  out.set(body);
  out.set(query.subarray(0, 2), 0);
  out[2] = 0x80 | ((query[2] as number) & 1) | (fits ? 0 : TC);
  out[3] = RA | ((message[3] as number) & 15);
  out.set(query.subarray(HEADER_BYTES, questionEnd), HEADER_BYTES);
  if (!fits) out.fill(0, 6, HEADER_BYTES);
  if (room > 0) {
    out[11] = 1;
    out[body.length + 2] = TYPE.OPT;
    out.writeUInt16BE(1_232, body.length + 3);
  }
  return out;
}

// two lists: one alone would find every IPv4 address in ::ffff:0:0/96
const NOT_PUBLIC = { ipv4: new BlockList(), ipv6: new BlockList() } as const;
for (const [network, prefix] of [['0.0.0.0', 8], ['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8], ['169.254.0.0', 16], ['172.16.0.0', 12], ['192.0.0.0', 24], ['192.168.0.0', 16], ['198.18.0.0', 15], ['224.0.0.0', 3]] as const) NOT_PUBLIC.ipv4.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of [['::', 96], ['::ffff:0:0', 96], ['64:ff9b::', 96], ['64:ff9b:1::', 48], ['100::', 64], ['2002::', 16], ['fc00::', 7], ['fe80::', 9], ['ff00::', 8]] as const) NOT_PUBLIC.ipv6.addSubnet(network, prefix, 'ipv6');

/** isPublic tells addresses on the open internet from loopback, private, link-local and multicast ones. */
export function isPublic(address: string): boolean {
  const family = isIPv6(address) ? 'ipv6' : 'ipv4';
  return !NOT_PUBLIC[family].check(address, family);
}
