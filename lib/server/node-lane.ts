import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ServiceContext } from '../services/context';
import { DEFAULT_BODY_LIMIT_BYTES, peerKey, type HotRequest, type HotResponse } from './hot';
import { Problem, problemOf } from './problem';
import type { Route } from './router';

/** A client that has not sent its whole body by then is told so and dropped. */
const BODY_TIMEOUT_MS = 10_000;
/** A stream's reader may have this much waiting; then it is dropped, and may come back. */
const MAX_STREAM_BACKLOG_BYTES = 65_536;

const NO_QUERY = new URLSearchParams();

/** serveRoute runs a route's handler for a `node:http` request and writes its answer. It never throws. */
export async function serveRoute(req: IncomingMessage, res: ServerResponse, route: Route, params: Readonly<Record<string, string>>, ctx: ServiceContext): Promise<void> {
  try {
    const answer = route.handler(nodeRequest(req, params), ctx);
    writeAnswer(req, res, answer instanceof Promise ? await answer : answer);
  } catch (error) {
    writeAnswer(req, res, problemOf(error, (cause) => ctx.log(`${req.method ?? ''} ${route.pattern} failed: ${errorLine(cause)}`)));
  }
}

/** errorLine is an error for the log: with its stack, which holds no request data. */
export function errorLine(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function nodeRequest(req: IncomingMessage, params: Readonly<Record<string, string>>): HotRequest {
  const url = req.url ?? '/';
  const mark = url.indexOf('?');
  return {
    method: req.method ?? 'GET',
    path: mark === -1 ? url : url.slice(0, mark),
    get query() {
      return mark === -1 ? NO_QUERY : new URLSearchParams(url.slice(mark + 1));
    },
    params,
    header(name) {
      const value = req.headers[name];
      return value === undefined ? null : Array.isArray(value) ? value.join(', ') : value;
    },
    body: (limitBytes = DEFAULT_BODY_LIMIT_BYTES) => readBody(req, limitBytes),
    ip: peerKey(req.socket.remoteAddress),
  };
}

/** readBody collects a request's body. Throws Problem `too-large` or `body-timeout`, or `bad-request` when the client goes away. */
export function readBody(req: IncomingMessage, limitBytes: number): Promise<Uint8Array> {
  const tooLarge = () => new Problem('too-large', `The body may have at most ${limitBytes} bytes.`, null, { connection: 'close' });
  if (Number(req.headers['content-length'] ?? 0) > limitBytes) return Promise.reject(tooLarge());
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    const timer = setTimeout(() => fail(new Problem('body-timeout', 'The body did not arrive in time.', null, { connection: 'close' })), BODY_TIMEOUT_MS);
    const fail = (error: Error) => {
      clearTimeout(timer);
      req.removeAllListeners('data');
      req.resume();
      reject(error);
    };
    req.on('data', (chunk: Buffer) => {
      sizeBytes += chunk.length;
      if (sizeBytes > limitBytes) fail(tooLarge());
      else chunks.push(chunk);
    });
    req.on('end', () => {
      clearTimeout(timer);
      resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks));
    });
    req.on('error', () => fail(new Problem('bad-request', 'The connection broke.')));
    req.on('aborted', () => fail(new Problem('bad-request', 'The connection broke.')));
  });
}

/** writeAnswer sends a handler's answer; a HEAD request gets the headers only. */
export function writeAnswer(req: IncomingMessage, res: ServerResponse, answer: HotResponse): void {
  if (res.headersSent || res.destroyed) return;
  const { body } = answer;
  if (typeof body === 'function') {
    res.writeHead(answer.status, answer.headers);
    if (req.method === 'HEAD') res.end();
    else stream(res, body);
    return;
  }
  if (answer.status === 304 || answer.status === 204) {
    res.writeHead(answer.status, answer.headers);
    res.end();
    return;
  }
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  res.writeHead(answer.status, { ...answer.headers, 'content-length': bytes.length });
  res.end(req.method === 'HEAD' ? undefined : bytes);
  // An answer given before the body was read must not leave the rest of it to be taken for the next request.
  if (!req.complete && answer.headers['connection'] === 'close') res.once('finish', () => req.destroy());
}

function stream(res: ServerResponse, body: Exclude<HotResponse['body'], string | Uint8Array>): void {
  const end = body(
    (chunk) => {
      if (res.destroyed || res.writableLength > MAX_STREAM_BACKLOG_BYTES) {
        res.destroy();
        return false;
      }
      res.write(chunk);
      return true;
    },
    () => res.end(),
  );
  res.once('close', end);
}
