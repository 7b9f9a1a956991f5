import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { Elsewhere } from './elsewhere';
import { MAX_QUERY_BYTES, MAX_TCP_BYTES } from './wire';
import { type Asker, DROP, type Zone } from './zone';

/** A connection on which nothing happens is closed (RFC 7766 §6.2.3), and so is one that sends a query too slowly. */
const IDLE_MS = 10_000;
const MAX_CONNECTIONS = 512;
const MAX_CONNECTIONS_OF_ONE = 64;
/** Queries of one connection that may be under way at once; more wait in the socket. */
const MAX_UNDER_WAY = 64;
/** Answers waiting for a client that doesn't read. */
const MAX_UNREAD_BYTES = 262_144;

/** TcpOptions is like UdpOptions. `idleMs` is for tests. */
export interface TcpOptions {
  readonly host: string;
  readonly port: number;
  readonly zone: Zone;
  readonly elsewhere: Elsewhere | null;
  readonly mayRecurse: (address: string) => boolean;
  readonly idleMs?: number;
}

/** TcpServer is a listening server. */
export interface TcpServer {
  readonly port: number;
  close(): Promise<void>;
}

/** openTcp answers DNS over TCP: many queries on a connection, each answered as soon as it can be, in any order (RFC 7766 §6.2.1). */
export async function openTcp(options: TcpOptions): Promise<TcpServer> {
  const open = new Map<string, number>();
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    const address = socket.remoteAddress ?? '';
    const count = open.get(address) ?? 0;
    if (sockets.size >= MAX_CONNECTIONS || count >= MAX_CONNECTIONS_OF_ONE) {
      socket.destroy();
      return;
    }
    sockets.add(socket);
    open.set(address, count + 1);
    socket.on('close', () => {
      sockets.delete(socket);
      const left = (open.get(address) ?? 1) - 1;
      if (left === 0) open.delete(address);
      else open.set(address, left);
    });
    talk(socket, options);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
  server.on('error', () => undefined);
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

const scratch = Buffer.alloc(MAX_TCP_BYTES);

function talk(socket: Socket, { zone, elsewhere, mayRecurse, idleMs = IDLE_MS }: TcpOptions): void {
  const isTrusted = elsewhere !== null && mayRecurse(socket.remoteAddress ?? '');
  const asker: Asker = { limit: MAX_TCP_BYTES, maxUdpBytes: MAX_TCP_BYTES, mayForward: isTrusted, mayRecurse: isTrusted };
  let waiting = Buffer.alloc(0);
  let underWay = 0;
  socket.setTimeout(idleMs, () => socket.destroy());
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.on('drain', () => work());
  let late: NodeJS.Timeout | null = null;
  /** Bytes that keep a connection busy don't keep it open: a query that was begun has `idleMs` to be whole. */
  const watch = (hasCome: boolean): void => {
    if (late !== null && (hasCome || waiting.length === 0 || isBusy())) {
      clearTimeout(late);
      late = null;
    }
    if (late === null && waiting.length > 0 && !isBusy() && !socket.destroyed) late = setTimeout(() => socket.destroy(), idleMs);
  };
  socket.on('close', () => void (late !== null && clearTimeout(late)));
  socket.on('data', (chunk) => {
    waiting = waiting.length === 0 ? chunk : Buffer.concat([waiting, chunk]);
    work();
  });

  const isBusy = () => underWay >= MAX_UNDER_WAY || socket.writableLength > MAX_UNREAD_BYTES;
  const send = (answer: Uint8Array) => {
    const framed = Buffer.allocUnsafe(2 + answer.length);
    framed.writeUInt16BE(answer.length, 0);
    framed.set(answer, 2);
    if (!socket.destroyed) socket.write(framed);
  };
  const work = (): void => {
    let hasCome = false;
    while (waiting.length >= 2 && !socket.destroyed && !isBusy()) {
      const length = waiting.readUInt16BE(0);
      if (length > MAX_QUERY_BYTES || length === 0) {
        socket.destroy();
        return;
      }
      if (waiting.length < 2 + length) break;
      const query = waiting.subarray(2, 2 + length);
      waiting = waiting.subarray(2 + length);
      hasCome = true;
      const outcome = zone.respond(query, length, scratch, asker);
      if (outcome > 0) send(scratch.subarray(0, outcome));
      else if (outcome === DROP || elsewhere === null) {
        // what is no query at all has no place on a connection
        socket.destroy();
        return;
      } else {
        underWay++;
        void elsewhere.answer(outcome, Uint8Array.from(query), zone, asker).then((answer) => {
          underWay--;
          if (answer !== null) send(answer);
          work();
        });
      }
    }
    watch(hasCome);
    if (isBusy()) socket.pause();
    else socket.resume();
  };
}
