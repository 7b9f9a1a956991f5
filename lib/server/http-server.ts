import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSocketServer, type AddressInfo, type Server as SocketServer } from 'node:net';
import type { App } from './app';
import { makeLane, type Lane } from './dispatch';
import type { HotResponse } from './hot';
import { answerTile, NodeRequest, writeAnswer } from './node-lane';
import { Problem, problemOf } from './problem';
import type { Pages } from './pages';

/** Running requests get this long when the process goes down. */
const GRACE_MS = 5_000;

/** HttpServer is the one server of the process: the lane first, then the pages. */
export interface HttpServer {
  server: Server;
  /** listen takes `port`, or any free one for 0, and gives it: on `HOST`; without that on all addresses, but with play money only on this machine's own, IPv4 and IPv6. */
  listen(port: number): Promise<number>;
  servePages(pages: Pages): void;
  close(): Promise<void>;
}

/** makeHttpServer makes the server around an app; it listens only when told. */
export function makeHttpServer(app: App): HttpServer {
  const lane = makeLane(app);
  let pages: Pages | null = null;
  const server = createServer({ keepAliveTimeout: 65_000, headersTimeout: 15_000, requestTimeout: 60_000, maxHeaderSize: 16_384 }, (req, res) => {
    if (!answerTile(req, res, lane, app.counts)) serve(req, res, lane, pages, app);
  });
  server.on('clientError', (_error, socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
  });
  let second: SocketServer | null = null;
  return {
    server,
    servePages: (open) => (pages = open),
    async listen(wanted) {
      const { host } = app.env;
      if (host !== null || app.sandbox === null) return listenOn(server, wanted, host);
      const port = await listenOn(server, wanted, '127.0.0.1');
      // `localhost` may mean either address, and a server listens on one: connections to the other are handed over.
      const other = createSocketServer({ noDelay: true }, (socket) => void server.emit('connection', socket));
      try {
        await listenOn(other, port, '::1');
        second = other;
      } catch (error) {
        if (!mayLack(error, wanted)) throw error;
      }
      return port;
    },
    async close() {
      const closed = [server, second].filter((one) => one !== null).map((one) => new Promise((resolve) => one.close(resolve)));
      server.closeIdleConnections();
      setTimeout(() => server.closeAllConnections(), GRACE_MS).unref();
      await Promise.all(closed);
    },
  };
}

function listenOn(server: SocketServer, port: number, host: string | null): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, ...(host === null ? {} : { host }) }, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** mayLack: a machine may have no IPv6; and a port that was free on IPv4, where any would do, is asked for there. */
function mayLack(error: unknown, wantedPort: number): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  return code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT' || (code === 'EADDRINUSE' && wantedPort === 0);
}

/** serve answers a request by the lane, or hands it to the pages. It never throws. */
function serve(req: IncomingMessage, res: ServerResponse, lane: Lane, pages: Pages | null, app: App): void {
  const answer = lane.answer(new NodeRequest(req, lane.client));
  const finish = (found: HotResponse | null) => {
    if (found === null) void servePage(req, res, pages, app);
    else writeAnswer(req, res, found);
  };
  if (answer instanceof Promise) void answer.then(finish);
  else finish(answer);
}

async function servePage(req: IncomingMessage, res: ServerResponse, pages: Pages | null, app: App): Promise<void> {
  try {
    if (pages === null) throw new Problem('no-such-address', 'This server serves no pages.');
    res.once('finish', () => app.counts.add('page', res.statusCode));
    await pages.serve(req, res);
  } catch (error) {
    const logError = (cause: unknown) => app.ctx.log(`${req.method ?? ''} ${(req.url ?? '').slice(0, 200)} failed: ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}`);
    writeAnswer(req, res, problemOf(error, logError));
  }
}
