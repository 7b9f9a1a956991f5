import { createSocket } from 'node:dgram';
import { type AddressInfo, createServer } from 'node:net';
import { type Answer, AUTHORITATIVE_ANSWER, decode, encode, type Packet, TRUNCATED_RESPONSE } from 'dns-packet';

/** Behaviour of the server for one name: records of hers, or something that a good server does not do. */
export interface Says {
  readonly answers?: readonly Answer[];
  readonly authorities?: readonly Answer[];
  readonly additionals?: readonly Answer[];
  readonly isSilent?: boolean;
  /** Answered only over TCP. */
  readonly isCut?: boolean;
  /** A forged answer with another id comes first. */
  readonly forged?: readonly Answer[];
}

/** ZoneServer is a holder's own DNS server for tests, made with somebody else's encoder. It counts what it is asked, in lower case. */
export interface ZoneServer {
  readonly port: number;
  readonly asked: string[];
  close(): Promise<void>;
}

/** openZoneServer serves names (lower case) on a port of 127.0.0.1, over UDP and TCP; what it does not know does not exist. */
export async function openZoneServer(names: Readonly<Record<string, Says>>): Promise<ZoneServer> {
  const asked: string[] = [];
  const answer = (query: Buffer, isTcp: boolean, id: number | null = null): Buffer | null => {
    const packet = decode(query);
    const name = packet.questions?.[0]?.name.toLowerCase() ?? '';
    if (id === null) asked.push(`${name}${isTcp ? ' tcp' : ''}`);
    const says = names[name];
    if (says?.isSilent) return null;
    const isCut = says?.isCut === true && !isTcp;
    const reply: Packet = { type: 'response', id: id ?? packet.id ?? 0, flags: AUTHORITATIVE_ANSWER | (isCut ? TRUNCATED_RESPONSE : 0) | (says === undefined ? 3 : 0), questions: packet.questions ?? [] };
    if (!isCut) Object.assign(reply, { answers: id === null ? (says?.answers ?? []) : (says?.forged ?? []), authorities: says?.authorities ?? [], additionals: says?.additionals ?? [] });
    return encode(reply);
  };
  const udp = createSocket('udp4');
  udp.on('message', (query, from) => {
    const name = decode(query).questions?.[0]?.name.toLowerCase() ?? '';
    const forged = names[name]?.forged === undefined ? null : answer(query, false, (query.readUInt16BE(0) + 1) % 65_536);
    for (const reply of [forged, answer(query, false)]) if (reply !== null) udp.send(reply, from.port, from.address);
  });
  const tcp = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (data: Buffer) => {
      const reply = answer(data.subarray(2), true);
      if (reply === null) return;
      const length = Buffer.alloc(2);
      length.writeUInt16BE(reply.length);
      socket.end(Buffer.concat([length, reply]));
    });
  });
  // TCP first: a free port of it is hardly ever taken for UDP
  await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve));
  const { port } = tcp.address() as AddressInfo;
  await new Promise<void>((resolve) => udp.bind(port, '127.0.0.1', resolve));
  const closeTcp = () => new Promise<void>((resolve) => tcp.close(() => resolve()));
  return { asked, port, close: () => Promise.all([closeTcp(), new Promise<void>((resolve) => udp.close(() => resolve()))]).then(() => undefined) };
}
