import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { parseTilePath } from '../core/tlog/tile-path';
import type { LogName } from './layout';
import type { TestSource } from './source-for-tests';

/** ServedSource is a TestSource behind HTTP, as a registry serves its logs. */
export interface ServedSource {
  readonly url: string;
  /** before is called with each path; what it answers with itself it says with `true`. */
  before: (path: string, res: ServerResponse) => boolean | Promise<boolean>;
  close(): Promise<void>;
}

/** serveSource serves both logs; bundles come with gzip where the other side takes it. */
export async function serveSource(source: TestSource): Promise<ServedSource> {
  const served: ServedSource = {
    before: () => false,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
    url: '',
  };
  const answer = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const path = req.url ?? '/';
    try {
      if (await served.before(path, res)) return;
      const bytes = await read(source, path);
      if (bytes === null) res.writeHead(404).end();
      else if (/gzip/.test(req.headers['accept-encoding'] ?? '')) res.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(bytes));
      else res.writeHead(200).end(bytes);
    } catch {
      if (!res.headersSent) res.writeHead(404);
      res.end();
    }
  };
  const server = createServer((req, res) => void answer(req, res));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(served, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

async function read(source: TestSource, path: string): Promise<Uint8Array | null> {
  if (path === '/.well-known/mns.json') return Buffer.from(JSON.stringify({ registry: source.registry }));
  const match = /^\/tlog\/(names|proofs)\/(.*)$/.exec(path);
  if (match === null) return source.file(path.slice(1));
  const log = match[1] as LogName;
  const rest = match[2] ?? '';
  if (rest === 'checkpoint') return source.checkpoint(log);
  if (rest.startsWith('checkpoint/')) return source.checkpointAt(Number(rest.slice('checkpoint/'.length)));
  const tile = parseTilePath(rest);
  const present = source.logs[log].entries.length;
  if (tile.level === 'entries' && tile.index * 256 + tile.width > present) return null;
  return source.tile(log, tile);
}
