import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ClientAddress } from './client-address';
import type { Lane } from './dispatch';
import { DEFAULT_BODY_LIMIT_BYTES, peerKey, type HotRequest, type HotResponse } from './hot';
import type { RequestCounts } from './metrics';
import { Problem } from './problem';

/** A client that has not sent its whole body by then is told so and dropped. */
const BODY_TIMEOUT_MS = 10_000;
/** A stream's reader may have this much waiting; then it is dropped, and may come back. */
const MAX_STREAM_BACKLOG_BYTES = 65_536;

/** answerTile sends what the read path has at hand, before anything is made of the request: this is what most requests are. */
export function answerTile(req: IncomingMessage, res: ServerResponse, lane: Lane, counts: RequestCounts): boolean {
  if (req.method !== 'GET' || req.headers['if-none-match'] !== undefined) return false;
  const kept = lane.ready(req.url ?? '');
  if (kept === undefined || typeof kept.body === 'function') return false;
  counts.atHand += 1;
  res.writeHead(200, kept.headers);
  res.end(kept.body);
  return true;
}

/** NodeRequest is a HotRequest of a node:http request: what it holds is looked up when it is asked for. */
export class NodeRequest implements HotRequest {
  readonly method: string;
  readonly path: string;
  params: HotRequest['params'] = {};

  constructor(
    private readonly req: IncomingMessage,
    private readonly client: ClientAddress,
  ) {
    const url = req.url ?? '/';
    const mark = url.indexOf('?');
    this.method = req.method ?? 'GET';
    this.path = mark === -1 ? url : url.slice(0, mark);
  }

  get query(): URLSearchParams {
    const url = this.req.url ?? '/';
    const mark = url.indexOf('?');
    return new URLSearchParams(mark === -1 ? '' : url.slice(mark + 1));
  }

  get ip(): string {
    return peerKey(this.client(this.req.socket.remoteAddress, this.header('x-forwarded-for') ?? undefined));
  }

  header(name: string): string | null {
    const value = this.req.headers[name];
    return value === undefined ? null : Array.isArray(value) ? value.join(', ') : value;
  }

  body(limitBytes = DEFAULT_BODY_LIMIT_BYTES): Promise<Uint8Array> {
    return readBody(this.req, limitBytes);
  }
}

/** readBody collects a request's body. Throws Problem `too-large` or `body-timeout`, or `bad-request` when the client goes away. */
function readBody(req: IncomingMessage, limitBytes: number): Promise<Uint8Array> {
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

/** writeAnswer sends an answer; a HEAD request gets the headers only. */
export function writeAnswer(req: IncomingMessage, res: ServerResponse, answer: HotResponse): void {
  if (res.headersSent || res.destroyed) return;
  const { body, status, headers } = answer;
  if (typeof body === 'function') {
    res.writeHead(status, headers);
    if (req.method === 'HEAD') res.end();
    else stream(res, body);
    return;
  }
  if (status === 304 || status === 204) {
    res.writeHead(status, headers);
    res.end();
    return;
  }
  // A text stays a text: node:http then sends it together with the headers, in one write.
  res.writeHead(status, { ...headers, 'content-length': typeof body === 'string' ? Buffer.byteLength(body) : body.length });
  res.end(req.method === 'HEAD' ? undefined : body);
  // An answer given before the whole body came must not leave the rest to be taken for the next request.
  if (!req.complete && headers['connection'] === 'close') res.once('finish', () => req.destroy());
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
