import { type DecodedPacket, decode, encode, type Packet, RECURSION_DESIRED } from 'dns-packet';
import type { NameTable } from '../../core/resolution/name-table';
import { fixtureRecord, fixtureTable } from '../../core/resolution/fixture-names';
import { FIXTURE_AS_OF } from '../../core/resolution/fixture-names';
import { MAX_TCP_BYTES, MAX_UDP_BYTES } from './wire';
import { type Asker, Zone, type ZoneOptions } from './zone';

/* An asker for tests whose encoder and decoder are not ours. */

export const DAY = 86_400;
export const NOW = FIXTURE_AS_OF.timeSec + 30;
const LONG_AGO = NOW - 1_000 * DAY;

/** dnsTable: alice with two servers, bob reassigned ten days ago, carol sold, coffee served by comcast, lonely without servers, tick and tock in a circle, many with eight IPv6 servers. */
export function dnsTable(aliceServers: readonly string[] = ['192.0.2.1', '2001:db8::1']): NameTable {
  return fixtureTable([
    [fixtureRecord('alice', 'alice', { dns: aliceServers }), LONG_AGO],
    [fixtureRecord('bob', 'bob', { ended: 'reassignment', dns: ['192.0.2.9'] }), LONG_AGO],
    [fixtureRecord('bob', 'bob corp', { tenure: 1, registration: 'reassigned', dns: ['192.0.2.10'] }), NOW - 10 * DAY],
    [fixtureRecord('carol', 'carol', { ended: 'transfer', dns: ['192.0.2.11'] }), LONG_AGO],
    [fixtureRecord('carol', 'buyer', { tenure: 1, registration: 'transfer', dns: ['192.0.2.12'] }), NOW - 5 * DAY],
    [fixtureRecord('comcast', 'comcast', { dns: ['198.51.100.7'] }), LONG_AGO],
    [fixtureRecord('coffee', 'coffee', { service: 'comcast.0' }), LONG_AGO],
    [fixtureRecord('lonely', 'lonely', {}), LONG_AGO],
    [fixtureRecord('tick', 'tick', { service: 'tock.0' }), LONG_AGO],
    [fixtureRecord('tock', 'tock', { service: 'tick.0' }), LONG_AGO],
    [fixtureRecord('many', 'many', { dns: Array.from({ length: 8 }, (_, i) => `2001:db8::${i + 1}`) }), LONG_AGO],
    [fixtureRecord('wordy', 'wordy', { service: `${'h'.repeat(60)}.${'o'.repeat(60)}.${'s'.repeat(60)}.${'t'.repeat(60)}.example` }), LONG_AGO],
  ]);
}

/** dnsZone is a zone over a table, whose clock stands at NOW. */
export function dnsZone(table: NameTable | null = dnsTable(), options: Partial<ZoneOptions> = {}): Zone {
  return new Zone({ table: () => table, serverNames: ['ns.provider.example', 'ns2.provider.example'], clock: () => NOW, hasUpstream: false, recurses: false, ...options });
}

/** Ask is how a question is put. */
export interface Ask {
  type?: string;
  edns?: number | null;
  isTcp?: boolean;
  mayRecurse?: boolean;
  mayForward?: boolean;
  isRecursive?: boolean;
  class?: string;
}

/** queryFor encodes a question. */
export function queryFor(name: string, { type = 'A', edns = 1_232, isRecursive = false, class: kind = 'IN' }: Ask = {}): Buffer {
  const question = { name, type, class: kind } as NonNullable<Packet['questions']>[number];
  const additionals: NonNullable<Packet['additionals']> = edns === null ? [] : [{ type: 'OPT', name: '.', udpPayloadSize: edns, extendedRcode: 0, ednsVersion: 0, flags: 0, flag_do: false, options: [] }];
  return encode({ type: 'query', id: 4_711, flags: isRecursive ? RECURSION_DESIRED : 0, questions: [question], additionals });
}

/** Heard is an answer, in short. */
export interface Heard {
  outcome: number;
  rcode: string;
  aa: boolean;
  tc: boolean;
  ra: boolean;
  question: string;
  answers: string[];
  authority: string[];
  additional: string[];
  error: { code: number; text: string } | null;
  bytes: Buffer;
}

/** ask puts a question to a zone and decodes what it says. */
export function ask(zone: Zone, name: string, how: Ask = {}): Heard {
  const query = queryFor(name, how);
  const out = Buffer.alloc(MAX_TCP_BYTES);
  const asker: Asker = { limit: how.isTcp ? MAX_TCP_BYTES : null, maxUdpBytes: MAX_UDP_BYTES, mayForward: how.mayForward ?? how.mayRecurse ?? false, mayRecurse: how.mayRecurse ?? false };
  const outcome = zone.respond(query, query.length, out, asker);
  return outcome > 0 ? heard(Buffer.from(out.subarray(0, outcome))) : { outcome, rcode: '', aa: false, tc: false, ra: false, question: '', answers: [], authority: [], additional: [], error: null, bytes: Buffer.alloc(0) };
}

/** heard decodes an answer. */
export function heard(bytes: Buffer): Heard {
  const packet: DecodedPacket & { rcode?: string } = decode(bytes);
  const records = (list: DecodedPacket['answers']) => (list ?? []).filter((one) => one.type !== 'OPT').map((one) => `${one.name} ${one.type} ${'ttl' in one ? one.ttl : ''} ${dataOf('data' in one ? one.data : null)}`);
  const opt = packet.additionals?.find((one) => one.type === 'OPT');
  const option = opt?.type === 'OPT' ? (opt.options as { code: number; data?: Buffer }[]).find(({ code }) => code === 15)?.data : undefined;
  return {
    outcome: bytes.length,
    rcode: opt?.type === 'OPT' && opt.extendedRcode === 1 ? 'BADVERS' : (packet.rcode ?? ''),
    aa: packet.flag_aa,
    tc: packet.flag_tc,
    ra: packet.flag_ra,
    question: packet.questions?.[0]?.name ?? '',
    answers: records(packet.answers),
    authority: records(packet.authorities),
    additional: records(packet.additionals),
    error: option === undefined ? null : { code: option.readUInt16BE(0), text: option.subarray(2).toString() },
    bytes,
  };
}

function dataOf(data: unknown): string {
  if (Array.isArray(data)) return Buffer.concat(data as Buffer[]).toString();
  if (Buffer.isBuffer(data)) return data.toString();
  if (typeof data === 'object' && data !== null && 'mname' in data && 'serial' in data) return `${String(data.mname)} ${String(data.serial)}`;
  return String(data);
}
