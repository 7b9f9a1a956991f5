import { formatTenureName } from '../assertion/name';
import { readService } from '../assertion/service';
import { showUdf } from '../keys/udf';
import { refuse } from '../refusal';
import { MAX_SERVICE_CHAIN } from '../registry/limits';
import { type Address, type NameAddress, dnsNameOf, formatAddress } from './address';
import { type AsOf, isAlive, type NameReader, type TenureFacts } from './reader';
import { type Warning, warningsOf } from './warnings';

/** Link is one name on the way from a name to who serves it. */
export interface Link {
  readonly name: string;
  readonly tenure: number;
}

/** Route is where the messages and the DNS of a tenure go. */
export interface Route {
  /** The DNS host of the provider at the end of the delegations, or null: no provider yet, or one that cannot be reached through its name any more. */
  readonly host: string | null;
  /** Her DNS servers, or those of the nearest service that has some. */
  readonly dns: readonly string[];
  readonly dnsFrom: Link | null;
  /** The names followed, in order. */
  readonly via: readonly Link[];
  /** The delegation that leads nowhere, if one does. */
  readonly broken: Link | null;
}

/** Resolution is the answer for an address. It always says which tenure it speaks of, and whose it is. */
export interface Resolution extends Route {
  /** The address in its canonical spelling. */
  readonly address: string;
  readonly name: string;
  readonly tenure: number;
  /** The holder of that tenure, 52 characters. */
  readonly udf: string;
  /** The highest tenure of the name. */
  readonly currentTenure: number;
  readonly sinceSec: number;
  readonly device: string | null;
  /** The name to ask DNS for, pinned if the address is. */
  readonly dnsName: string;
  /** False for a tenure that ended by sale or unpaid: then there is neither host nor DNS. */
  readonly routes: boolean;
  readonly service: string | null;
  /** For a UDF: all living tenures of the identity, oldest first. */
  readonly names: readonly Link[];
  readonly warnings: readonly Warning[];
  /** Name-log index of the record it rests on. */
  readonly index: number;
  readonly asOf: AsOf;
  readonly ageSec: number;
}

/** ResolveOptions: `remembered` is the tenure of a name that this user first resolved or chose, null if the user is new to it. */
export interface ResolveOptions {
  readonly nowSec: number;
  readonly remembered?: (name: string) => number | null;
}

/** MAX_LISTED_NAMES bounds how many names of one identity an answer lists. */
export const MAX_LISTED_NAMES = 100;

const NOWHERE: Route = { host: null, dns: [], dnsFrom: null, via: [], broken: null };

/**
 * resolve answers an address from one sealed state (SPEC §17).
 * @throws Refusal `unknown-name`, `wrong-tenure`, `unknown-identity`, `not-holder`, `ambiguous-udf`, `service-chain`, `elsewhere`.
 */
export function resolve(address: Address, reader: NameReader, options: ResolveOptions): Resolution {
  if (address.kind === 'elsewhere') return refuse('elsewhere', `${address.host} is no name of this registry: ask DNS.`);
  if (address.kind === 'udf') return resolveUdf(address.udf, reader, options);
  const highest = reader.tenure(address.name, null) ?? refuse('unknown-name', `@${address.name} is not registered.`);
  const found = address.udf !== null || address.tenure !== null ? pinned(address, highest, reader) : asRemembered(highest, reader, options);
  return answer(found, highest, reader, options, { address: formatAddress(address), device: address.device, isPinned: address.tenure !== null || address.udf !== null, names: [] });
}

function resolveUdf(udf: string, reader: NameReader, options: ResolveOptions): Resolution {
  const held = reader.heldBy(udf);
  const first = held[0] ?? refuse('unknown-identity', 'No name in the log is held by that identity.');
  if (held.some((facts) => facts.udf !== first.udf)) refuse('ambiguous-udf', 'This short form fits several identities: give all 52 characters.');
  const living = held.filter(isAlive);
  const found = living[0] ?? first;
  const highest = reader.tenure(found.name, null) ?? found;
  const names = living.slice(0, MAX_LISTED_NAMES).map(linkOf);
  return answer(found, highest, reader, options, { address: formatAddress({ kind: 'udf', udf }), device: null, isPinned: true, names });
}

interface Asked {
  address: string;
  device: string | null;
  isPinned: boolean;
  names: readonly Link[];
}

function answer(found: TenureFacts, highest: TenureFacts, reader: NameReader, { nowSec }: ResolveOptions, asked: Asked): Resolution {
  const { name, tenure, udf, sinceSec, service, index } = found;
  const { address, device, isPinned, names } = asked;
  const routes = isAlive(found);
  const route = routes ? routeOf(found, reader) : NOWHERE;
  const asOf = reader.asOf();
  const ageSec = Math.max(0, nowSec - asOf.timeSec);
  const warnings = warningsOf({ found, highest, isPinned, names: names.length, broken: route.broken, ageSec });
  // bare in DNS is the highest tenure: everything else is asked for by its tenure
  const dnsName = dnsNameOf({ name, device, tenure: isPinned || tenure !== highest.tenure ? tenure : null });
  return { address, name, tenure, udf, currentTenure: highest.tenure, sinceSec, device, dnsName, routes, service: routes ? service : null, ...route, names, warnings, index, asOf, ageSec };
}

/** pinned finds the tenure an address insists on. */
function pinned({ name, tenure, udf }: NameAddress, highest: TenureFacts, reader: NameReader): TenureFacts {
  if (tenure !== null) {
    const facts = reader.tenure(name, tenure) ?? refuse('wrong-tenure', `@${name} has no tenure ${tenure}; its highest is ${highest.tenure}.`);
    return udf === null || facts.udf.startsWith(udf) ? facts : refuse('not-holder', `@${formatTenureName(name, tenure)} is not held by that identity, but by ${showUdf(facts.udf)}.`);
  }
  const held = reader.heldBy(udf ?? '').filter((facts) => facts.name === name);
  const latest = held.at(-1) ?? refuse('not-holder', `That identity never held @${name}.`);
  return held.every((facts) => facts.udf === latest.udf) ? latest : refuse('ambiguous-udf', 'This short form fits several identities: give all 52 characters.');
}

/**
 * asRemembered is the tenure for this user: the highest, unless one that the user knows ended by reassignment. Sales (and names given
 * up unpaid) in between are followed, since what the user knew does not route any more; the first reassignment after it is not.
 */
function asRemembered(highest: TenureFacts, reader: NameReader, { remembered }: ResolveOptions): TenureFacts {
  const known = remembered?.(highest.name) ?? null;
  if (known === null) return highest;
  for (let tenure = known; tenure < highest.tenure; tenure++) {
    const facts = reader.tenure(highest.name, tenure);
    if (facts?.ended === 'reassignment') return facts;
  }
  return highest;
}

function linkOf({ name, tenure }: Link): Link {
  return { name, tenure };
}

/**
 * routeOf follows `service` from name to name, each with the tenure it is pinned to, to the provider's host; DNS servers are those of
 * the first on the way that has some. A delegation to a tenure that was sold or ended unpaid, or that never was, leads nowhere.
 * @throws Refusal `service-chain`: more than 4 delegations, or a loop.
 */
export function routeOf(start: TenureFacts, reader: Pick<NameReader, 'tenure'>): Route {
  const via: Link[] = [];
  let facts = start;
  let dnsFrom = start.dns.length > 0 ? start : null;
  const end = (host: string | null, broken: Link | null): Route => ({ host, dns: dnsFrom?.dns ?? [], dnsFrom: dnsFrom && linkOf(dnsFrom), via, broken });
  for (;;) {
    const service = facts.service === null ? null : readService(facts.service);
    if (service === null || service.kind === 'host') return end(service?.host ?? null, null);
    const isLoop = (link: Link) => link.name === service.name && link.tenure === service.tenure;
    if (isLoop(start) || via.some(isLoop)) refuse('service-chain', `The service of @${start.name} leads in a circle, at @${facts.service}.`);
    if (via.length === MAX_SERVICE_CHAIN) refuse('service-chain', `The service of @${start.name} leads through more than ${MAX_SERVICE_CHAIN} names.`);
    const next = reader.tenure(service.name, service.tenure);
    if (next === null || !isAlive(next)) return end(null, linkOf(service));
    via.push(linkOf(next));
    facts = next;
    if (dnsFrom === null && facts.dns.length > 0) dnsFrom = facts;
  }
}

/** Quiet is why a bare name gives no address in DNS, and until when. */
export interface Quiet {
  readonly before: Link & { readonly udf: string };
  readonly after: Link & { readonly udf: string };
  readonly untilSec: number;
}

/**
 * quietOf tells whether the bare name gives no address in DNS at `nowSec`: a reassignment is less than the quiet time ago, even if
 * the name has been sold since. Null if it speaks for its highest tenure.
 */
export function quietOf(highest: TenureFacts, reader: Pick<NameReader, 'tenure' | 'quietSec'>, nowSec: number): Quiet | null {
  const quietSec = reader.quietSec();
  for (let facts: TenureFacts | null = highest; facts !== null && facts.tenure > 0; facts = reader.tenure(facts.name, facts.tenure - 1)) {
    const untilSec = facts.sinceSec + quietSec;
    if (untilSec <= nowSec) return null;
    if (facts.registration !== 'reassigned') continue;
    const before = reader.tenure(facts.name, facts.tenure - 1);
    if (before === null) return null;
    return { before: { ...linkOf(before), udf: before.udf }, after: { ...linkOf(highest), udf: highest.udf }, untilSec };
  }
  return null;
}
