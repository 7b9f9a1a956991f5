import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { App } from './app';
import { makeLane, type Lane } from './dispatch';
import { answerRequest, answerTile, writeAnswer } from './node-lane';
import { Problem, problemOf } from './problem';
import type { Pages } from './pages';

/** Running requests get this long when the process goes down. */
const GRACE_MS = 5_000;

/** HttpServer is the one socket of the process: the lane first, then the pages. */
export interface HttpServer {
  server: Server;
  listen(port: number): Promise<number>;
  servePages(pages: Pages): void;
  close(): Promise<void>;
}

/** makeHttpServer makes the server around an app; it listens only when told. */
export function makeHttpServer(app: App): HttpServer {
  const lane = makeLane(app);
  let pages: Pages | null = null;
  const server = createServer({ keepAliveTimeout: 65_000, headersTimeout: 15_000, requestTimeout: 60_000, maxHeaderSize: 16_384 }, (req, res) => {
    if (!answerTile(req, res, lane, app.counts)) void serve(req, res, lane, pages, app);
  });
  server.on('clientError', (_error, socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
  });
  return {
    server,
    servePages: (open) => (pages = open),
    listen: (port) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, () => {
          server.off('error', reject);
          resolve((server.address() as AddressInfo).port);
        });
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
        setTimeout(() => server.closeAllConnections(), GRACE_MS).unref();
      }),
  };
}

async function serve(req: IncomingMessage, res: ServerResponse, lane: Lane, pages: Pages | null, app: App): Promise<void> {
  const logError = (error: unknown) => app.ctx.log(`${req.method ?? ''} ${(req.url ?? '').slice(0, 200)} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  try {
    if (await answerRequest(req, res, lane)) return;
    if (pages === null) throw new Problem('no-such-address', 'This server serves no pages.');
    res.once('finish', () => app.counts.add('page', res.statusCode));
    await pages.serve(req, res);
  } catch (error) {
    writeAnswer(req, res, problemOf(error, logError));
  }
}
