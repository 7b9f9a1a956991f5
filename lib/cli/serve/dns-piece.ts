import { randomFillSync } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import { flagOption, numberOption, textOption, textsOption, UsageError } from '../command';
import type { Elsewhere } from '../dns/elsewhere';
import { lifetimeSec } from '../dns/lifetime';
import { isPublic, Recursor } from '../dns/recursor';
import { openTcp } from '../dns/tcp';
import { openUdp, type UdpOptions } from '../dns/udp';
import { encodeName, MAX_QUERY_BYTES, MAX_TCP_BYTES } from '../dns/wire';
import { type Asker, DROP, Zone } from '../dns/zone';
import { listenAddress } from '../listen-address';
import { clientAddress } from './client-address';
import type { Piece, PieceMaker, ServeParts } from './piece';
import { HttpRefusal } from './problem';

const ANY_PORT_ATTEMPTS = 10;
const DOH_PATH = '/dns-query';
const DOH_TYPE = 'application/dns-message';

/** dnsPiece answers DNS over UDP and TCP where `--dns` says, and over HTTPS at /dns-query (RFC 8484) always. */
export const dnsPiece: PieceMaker = {
  name: 'dns',
  options: {
    dns: { type: 'string', multiple: true },
    recurse: { type: 'boolean' },
    'recurse-for': { type: 'string' },
    'recurse-port': { type: 'string' },
    'recurse-private': { type: 'boolean' },
    upstream: { type: 'string' },
    'zone-ns': { type: 'string', multiple: true },
  },
  usage: [
    '--dns [HOST:]PORT     answer DNS for mm-- there, over UDP and TCP; may be given several times',
    '--zone-ns NAME        a name of this server, for the NS records of mm--; may be given several times',
    '--recurse             ask names’ own servers for what lies below a name, instead of referring to them',
    '--upstream IP[:PORT]  where questions outside of mm-- go; without it they are refused',
    '--recurse-for any     do both for anyone; otherwise only for this machine and private networks, and --recurse for all over HTTPS',
    '--recurse-private     ask names’ servers at private addresses too; --recurse-port N, at another port than 53',
  ],
  make: openDns,
};

async function openDns({ args, io, names }: ServeParts): Promise<Piece> {
  const upstream = upstreamOf(textOption(args, 'upstream'));
  const serverNames = textsOption(args, 'zone-ns');
  for (const name of serverNames) if (encodeName(name) === null || /(?:^|\.)mm--\.?$/i.test(name)) throw new UsageError(`--zone-ns ${name} is no host name outside of mm--`);
  const elsewhere = flagOption(args, 'recurse') || upstream !== null ? new Recursor({ upstream, port: numberOption(args, 'recurse-port', 53, 1), allowPrivate: flagOption(args, 'recurse-private'), clock: io.clock, random: (count) => randomFillSync(new Uint8Array(count)) }) : null;
  const forAny = textOption(args, 'recurse-for');
  if (forAny !== null && forAny !== 'any') throw new UsageError('--recurse-for takes only the word any');
  const isNear = (address: string) => isIP(address) !== 0 && !isPublic(address);
  const mayRecurse = (address: string) => forAny === 'any' || isNear(address.replace(/^::ffff:(?=\d+\.)/i, ''));
  const zone = new Zone({ table: () => names.table(), serverNames, clock: io.clock, hasUpstream: upstream !== null, recurses: flagOption(args, 'recurse') });
  const servers: { close(): Promise<void> }[] = [];
  const lines: string[] = [];
  for (const where of textsOption(args, 'dns')) {
    const { host, port } = listenAddress(where);
    const both = await openBoth({ host, port, zone, elsewhere, mayRecurse });
    servers.push(...both.servers);
    lines.push(`DNS on ${host.includes(':') ? `[${host}]` : host}:${both.port}, UDP and TCP`);
  }
  const out = Buffer.alloc(MAX_TCP_BYTES);
  return {
    handle: (req, res, url) => url.pathname === DOH_PATH && answerHttp(req, res, url, zone, elsewhere, mayRecurse, out),
    lines,
    close: async () => {
      elsewhere?.close();
      await Promise.all(servers.map((server) => server.close()));
    },
  };
}

/** openBoth opens UDP and TCP at one port. Where any port will do, one that is free for UDP may be taken for TCP: then another one is. */
async function openBoth(options: UdpOptions): Promise<{ port: number; servers: { close(): Promise<void> }[] }> {
  for (let attempt = 1; ; attempt++) {
    const udp = await openUdp(options);
    try {
      return { port: udp.port, servers: [udp, await openTcp({ ...options, port: udp.port })] };
    } catch (error) {
      await udp.close();
      if (options.port !== 0 || attempt === ANY_PORT_ATTEMPTS) throw error;
    }
  }
}

function upstreamOf(text: string | null): { address: string; port: number } | null {
  if (text === null) return null;
  const parts = /^\[([^\]]+)\](?::(\d{1,5}))?$/.exec(text) ?? /^([\d.]+)(?::(\d{1,5}))?$/.exec(text) ?? [text, text];
  const [, address = '', port = '53'] = parts;
  if (isIP(address) === 0 || Number(port) > 65_535) throw new UsageError(`--upstream ${text} is no IP address`);
  return { address, port: Number(port) };
}

async function answerHttp(req: IncomingMessage, res: ServerResponse, url: URL, zone: Zone, elsewhere: Elsewhere | null, mayRecurse: (address: string) => boolean, out: Buffer): Promise<boolean> {
  const query = req.method === 'POST' ? await postedQuery(req) : req.method === 'GET' ? queryIn(url) : fail(405, 'method-not-allowed', 'DNS is asked with GET or POST.');
  // a browser cannot follow a referral, and over HTTP nobody can ask in another's name: names' own servers are asked for everyone
  const client = clientAddress(req) ?? '';
  const asker: Asker = { limit: MAX_TCP_BYTES, maxUdpBytes: MAX_TCP_BYTES, mayForward: elsewhere !== null && mayRecurse(client), mayRecurse: elsewhere !== null };
  const outcome = zone.respond(query, query.length, out, asker);
  const answer = outcome > 0 ? Buffer.from(out.subarray(0, outcome)) : outcome === DROP || elsewhere === null ? null : await elsewhere.answer(outcome, query, zone, asker);
  if (answer === null) fail(400, 'bad-query', 'This is no DNS query.');
  const seconds = lifetimeSec(answer);
  res.writeHead(200, { 'access-control-allow-origin': '*', 'cache-control': seconds > 0 ? `max-age=${seconds}` : 'no-store', 'content-length': answer.length, 'content-type': DOH_TYPE });
  res.end(answer);
  return true;
}

function queryIn(url: URL): Uint8Array {
  const text = url.searchParams.get('dns') ?? fail(400, 'bad-query', 'The query is missing: ?dns=…');
  if (!/^[A-Za-z0-9_-]*$/.test(text) || text.length > MAX_QUERY_BYTES * 2) fail(400, 'bad-query', 'The query is base64url without padding.');
  return Buffer.from(text, 'base64url');
}

async function postedQuery(req: IncomingMessage): Promise<Uint8Array> {
  if (req.headers['content-type']?.split(';')[0]?.trim().toLowerCase() !== DOH_TYPE) fail(415, 'unsupported-media-type', `A query is sent as ${DOH_TYPE}.`);
  const parts: Buffer[] = [];
  let sizeBytes = 0;
  for await (const part of req as AsyncIterable<Buffer>) {
    sizeBytes += part.length;
    if (sizeBytes > MAX_QUERY_BYTES) fail(413, 'too-large', 'The query is too large.');
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function fail(status: number, code: string, detail: string): never {
  throw new HttpRefusal(status, code, detail);
}
