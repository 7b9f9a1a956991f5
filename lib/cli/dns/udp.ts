import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { randomInt } from 'node:crypto';
import { isIPv6 } from 'node:net';
import type { Elsewhere } from './elsewhere';
import { LARGE_BYTES, LargeAnswers } from './large-answers';
import { MAX_UDP_BYTES } from './wire';
import { type Asker, DROP, type Zone } from './zone';

/**
 * Answers are written one after another into a ring of places, small enough to stay in the processor's cache. A place is used again
 * only when its answer must have left: those waiting are counted every COUNT_EACH answers, and beyond MAX_WAITING queries are dropped.
 */
const RING_PLACES = 128;
const MAX_WAITING = 32;
const COUNT_EACH = 32;
const SOCKET_BUFFER_BYTES = 4 << 20;

/** UdpCounts is what a server did. */
export interface UdpCounts {
  answered: number;
  dropped: number;
}

/** UdpServer is one bound socket. */
export interface UdpServer {
  readonly port: number;
  readonly counts: UdpCounts;
  close(): Promise<void>;
}

/** UdpOptions: `mayRecurse` tells by an address who may have questions answered elsewhere. */
export interface UdpOptions {
  readonly host: string;
  readonly port: number;
  readonly zone: Zone;
  readonly elsewhere: Elsewhere | null;
  readonly mayRecurse: (address: string) => boolean;
}

/** openUdp answers DNS over UDP until it is closed. */
export async function openUdp({ host, port, zone, elsewhere, mayRecurse }: UdpOptions): Promise<UdpServer> {
  const family = isIPv6(host) ? 6 : 4;
  // answers go to addresses, never to names: without this each send would ask a resolver whether it is one
  const lookup = (address: string, _: unknown, done: (error: Error | null, address: string, family: number) => void) => done(null, address, family);
  const socket = createSocket({ type: family === 6 ? 'udp6' : 'udp4', recvBufferSize: SOCKET_BUFFER_BYTES, sendBufferSize: SOCKET_BUFFER_BYTES, lookup });
  const ring = Buffer.allocUnsafeSlow(RING_PLACES * MAX_UDP_BYTES);
  const places = Array.from({ length: RING_PLACES }, (_, i) => ring.subarray(i * MAX_UDP_BYTES, (i + 1) * MAX_UDP_BYTES));
  const plain: Asker = { limit: null, maxUdpBytes: MAX_UDP_BYTES, mayForward: false, mayRecurse: false };
  const trusted: Asker = { ...plain, mayForward: true, mayRecurse: true };
  const small: Asker = { ...plain, maxUdpBytes: LARGE_BYTES };
  const large = new LargeAnswers(randomInt(2 ** 32));
  const counts: UdpCounts = { answered: 0, dropped: 0 };
  let next = 0;

  socket.on('message', (message: Buffer, from: RemoteInfo) => {
    if (from.port === 0) return;
    if (next % COUNT_EACH === 0 && socket.getSendQueueCount() > MAX_WAITING) {
      counts.dropped++;
      return;
    }
    const asker = elsewhere !== null && mayRecurse(from.address) ? trusted : plain;
    const out = places[next % RING_PLACES] as Buffer;
    let length = zone.respond(message, message.length, out, asker);
    if (length > LARGE_BYTES && !large.allows(from.address, Date.now())) length = zone.respond(message, message.length, out, small);
    if (length > 0) {
      next++;
      counts.answered++;
      socket.send(out, 0, length, from.port, from.address);
    } else if (length === DROP || elsewhere === null) counts.dropped++;
    else void answerLater(socket, elsewhere, length, message, from, zone, asker, counts);
  });
  // a client that closed its port, a route that is gone: nothing that should end a server
  socket.on('error', () => undefined);
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(port, host, () => {
      socket.removeListener('error', reject);
      resolve();
    });
  });
  return { port: socket.address().port, counts, close: () => new Promise((resolve) => socket.close(() => resolve())) };
}

async function answerLater(socket: Socket, elsewhere: Elsewhere, outcome: number, message: Buffer, from: RemoteInfo, zone: Zone, asker: Asker, counts: UdpCounts): Promise<void> {
  const answer = await elsewhere.answer(outcome, message, zone, asker);
  if (answer === null) {
    counts.dropped++;
    return;
  }
  counts.answered++;
  try {
    socket.send(answer, from.port, from.address);
  } catch {
    // closed meanwhile
  }
}
