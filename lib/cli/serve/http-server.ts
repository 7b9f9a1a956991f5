import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createSecureServer, type Http2SecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Json } from '../../core/bytes/canonical-json';
import type { CopyReader } from '../../copy/copy-reader';
import type { Names } from '../names/open-names';
import type { Piece } from './piece';
import { HttpRefusal, sendJson, sendProblem } from './problem';

const MAX_URL_LENGTH = 8_192;
const REQUEST_TIMEOUT_MS = 20_000;
const IDLE_TIMEOUT_MS = 65_000;
const MAX_CONNECTIONS = 2_048;

/** NamedPiece is a piece under the name that /healthz shows it by. */
export interface NamedPiece {
  readonly name: string;
  readonly piece: Piece;
}

/** HttpOptions: with `tls`, HTTPS by HTTP/2 and 1.1; without, plain HTTP. */
export interface HttpOptions {
  readonly host: string;
  readonly port: number;
  readonly tls: { readonly cert: Uint8Array; readonly key: Uint8Array } | null;
  readonly pieces: readonly NamedPiece[];
  readonly copy: CopyReader;
  readonly names: Names;
  readonly clock: () => number;
  /** Told of what should not have happened. */
  readonly log: (line: string) => void;
  /** For tests. */
  readonly maxConnections?: number;
}

/** HttpServing is a listening server. */
export interface HttpServing {
  readonly port: number;
  close(): Promise<void>;
}

/** serveHttp shows each request to the pieces in turn until one has answered. */
export async function serveHttp(options: HttpOptions): Promise<HttpServing> {
  const { host, port, tls, pieces, log } = options;
  const answer = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    try {
      const target = req.url ?? '/';
      if (target.length > MAX_URL_LENGTH) throw new HttpRefusal(414, 'too-large', 'The address is too long.');
      const url = readUrl(target);
      if (url.pathname === '/healthz') {
        sendHealth(res, options);
        return;
      }
      for (const { piece } of pieces) if (await piece.handle?.(req, res, url)) return;
      throw new HttpRefusal(404, 'no-such-address', 'Nothing is served at this address.');
    } catch (error) {
      // whoever goes away in the middle could fill the log
      if (!isExpected(error) && req.errored === null) log(`${req.method} ${req.url?.split('?')[0] ?? ''}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      sendProblem(res, error);
    }
  };
  const listener: RequestListener = (req, res) => void answer(req, res);
  const server = tls === null ? createServer({ requestTimeout: REQUEST_TIMEOUT_MS, keepAliveTimeout: IDLE_TIMEOUT_MS }, listener) : secureServer(tls, listener);
  server.maxConnections = options.maxConnections ?? MAX_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
  server.on('error', (error) => log(`http: ${error.message}`));
  return { port: (server.address() as AddressInfo).port, close: () => closeServer(server) };
}

function readUrl(target: string): URL {
  // an address such as //host must not become a host
  const text = `http://mns.invalid${target.startsWith('/') ? target : `/${target}`}`;
  if (!URL.canParse(text)) throw new HttpRefusal(400, 'bad-request', 'The address cannot be read.');
  return new URL(text);
}

function isExpected(error: unknown): boolean {
  return error instanceof Error && 'code' in error && 'detail' in error;
}

/** The compatibility layer of node:http2 gives requests and answers of the same shape, for HTTP/1.1 the very ones. */
function secureServer(tls: { cert: Uint8Array; key: Uint8Array }, listener: RequestListener): Http2SecureServer {
  const server = createSecureServer({ allowHTTP1: true, cert: Buffer.from(tls.cert), key: Buffer.from(tls.key) });
  server.setTimeout(IDLE_TIMEOUT_MS);
  // HTTP/1.1 beside HTTP/2 has no limit of its own
  Object.assign(server, { keepAliveTimeout: IDLE_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS });
  server.on('request', (req: unknown, res: unknown) => listener(req as IncomingMessage, res as ServerResponse & { req: IncomingMessage }));
  return server;
}

function sendHealth(res: ServerResponse, { copy, names, clock, pieces }: HttpOptions): void {
  let problem: string | null = null;
  let head = null;
  try {
    head = copy.head();
  } catch (error) {
    problem = error instanceof Error ? error.message : String(error);
  }
  const table = names.table();
  const asOf = table?.asOf() ?? null;
  const parts: Record<string, Json> = {};
  for (const { name, piece } of pieces) {
    const health = piece.health?.();
    if (health !== undefined) parts[name] = health;
  }
  const ageSec = asOf === null ? null : Math.max(0, clock() - asOf.timeSec);
  const body = { ok: table !== null && problem === null, problem, registry: head?.registry ?? null, origin: head?.origin ?? null, checked: head?.checked ?? null, names: table?.names ?? 0, asOf, ageSec, parts };
  sendJson(res, body.ok ? 200 : 503, 'application/json', body, { 'cache-control': 'no-store', ...(ageSec === null ? {} : { 'mns-age': String(ageSec) }) });
}

function closeServer(server: Server | Http2SecureServer): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    if ('closeAllConnections' in server) server.closeAllConnections();
  });
}
