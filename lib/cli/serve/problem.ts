import type { ServerResponse } from 'node:http';
import { CopyRefusal } from '../../copy/copy-refusal';
import { Refusal } from '../../core/refusal';
import { CliRefusal } from '../cli-refusal';

/** HttpRefusal is an expected "no" of the HTTP server itself. */
export class HttpRefusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
  ) {
    super(`${code}: ${detail}`);
    this.name = 'HttpRefusal';
  }
}

const NOT_FOUND = new Set(['unknown-name', 'wrong-tenure', 'unknown-identity', 'not-holder', 'not-in-copy', 'not-found']);
const CONFLICT = new Set(['ambiguous-udf']);
const UNPROCESSABLE = new Set(['service-chain', 'elsewhere']);
const NOT_READY = new Set(['no-copy', 'damaged-copy', 'unreachable']);

function statusOf(code: string): number {
  if (NOT_FOUND.has(code)) return 404;
  if (CONFLICT.has(code)) return 409;
  if (UNPROCESSABLE.has(code)) return 422;
  return NOT_READY.has(code) ? 503 : 400;
}

/** sendProblem answers with `application/problem+json`. What is no expected refusal becomes 500 and says nothing of its insides; the caller logs it. */
export function sendProblem(res: ServerResponse, error: unknown): void {
  const isExpected = error instanceof HttpRefusal || error instanceof Refusal || error instanceof CopyRefusal || error instanceof CliRefusal;
  const { code, detail } = isExpected ? error : { code: 'internal', detail: 'Something went wrong here.' };
  const status = !isExpected ? 500 : error instanceof HttpRefusal ? error.status : statusOf(code);
  sendJson(res, status, 'application/problem+json', { type: 'about:blank', title: code, status, code, detail }, { 'cache-control': 'no-store' });
}

/** sendJson answers with JSON that pages of any origin may read. */
export function sendJson(res: ServerResponse, status: number, type: string, value: object, headers: Readonly<Record<string, string>> = {}): void {
  if (res.headersSent) {
    res.destroy();
    return;
  }
  const body = JSON.stringify(value);
  res.writeHead(status, { 'access-control-allow-origin': '*', 'content-length': Buffer.byteLength(body), 'content-type': type, 'x-content-type-options': 'nosniff', ...headers });
  res.end(body);
}
