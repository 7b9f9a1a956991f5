import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestApp, type TestApp } from './app-for-tests';

/*
 * What every address answers: status and the headers that caches, browsers and other origins go by. A change here changes the
 * behaviour of every client, so it should never come as a surprise.
 */

let at: TestApp;

beforeAll(async () => {
  at = await openTestApp({ periodSec: 1 });
  // Only then is the checkpoint of the genesis final.
  await new Promise<void>((resolve) => at.app.ctx.registry.onSeal(({ number }) => (number >= 2 ? resolve() : undefined)));
});
afterAll(() => at.close());

const JSON_TYPE = 'application/json';
const PROBLEM = 'application/problem+json';
const TEXT = 'text/plain; charset=utf-8';
const TILE = 'application/octet-stream';
const FOREVER = 'public, max-age=604800, immutable';

const GOLDEN: [request: string, status: number, type: string | null, cache: string | null, origin: string | null][] = [
  ['GET /tlog/names/checkpoint', 200, TEXT, 'no-store', '*'],
  ['HEAD /tlog/names/checkpoint', 200, TEXT, 'no-store', '*'],
  ['GET /tlog/proofs/checkpoint', 200, TEXT, 'no-store', '*'],
  ['GET /tlog/names/checkpoint/2', 200, TEXT, FOREVER, '*'],
  ['GET /tlog/names/checkpoint/1', 404, PROBLEM, 'no-store', '*'],
  ['GET /tlog/names/checkpoint/02', 404, PROBLEM, 'no-store', '*'],
  ['GET /tlog/names/cosigned', 404, PROBLEM, 'no-store', '*'],
  ['GET /tlog/proofs/cosigned', 404, PROBLEM, 'no-store', '*'],
  ['GET /tlog/names/tile/0/000.p/2', 200, TILE, FOREVER, '*'],
  ['HEAD /tlog/names/tile/0/000.p/2', 200, TILE, FOREVER, '*'],
  ['GET /tlog/names/tile/0/000', 404, PROBLEM, 'no-store', '*'],
  ['GET /tlog/names/tile/0/000.p/0', 404, PROBLEM, 'no-store', '*'],
  ['GET /tlog/names/tile/1/000.p/1', 404, PROBLEM, 'no-store', '*'],
  ['GET /tlog/names/tile/entries/000.p/2', 200, TILE, FOREVER, '*'],
  ['GET /tlog/proofs/tile/entries/000.p/1', 200, TILE, FOREVER, '*'],
  ['GET /tlog/proofs/tile/0/000.p/2', 404, PROBLEM, 'no-store', '*'],
  ['POST /tlog/names/checkpoint', 405, PROBLEM, 'no-store', '*'],
  ['OPTIONS /tlog/names/checkpoint', 204, null, null, '*'],
  ['GET /.well-known/mns.json', 200, JSON_TYPE, 'public, max-age=60', '*'],
  ['GET /.well-known/other.json', 404, PROBLEM, 'no-store', '*'],
  ['GET /api/v1/registry', 200, JSON_TYPE, 'no-store', '*'],
  ['GET /api/v1/log', 200, JSON_TYPE, 'no-store', '*'],
  ['GET /api/v1/validators', 200, JSON_TYPE, 'no-store', '*'],
  ['GET /api/v1/evidence', 200, JSON_TYPE, 'no-store', '*'],
  ['GET /api/v1/evidence/none.mns-evidence.json', 404, PROBLEM, 'no-store', '*'],
  ['POST /api/v1/tokens', 400, PROBLEM, 'no-store', '*'],
  ['GET /api/v1/entries/names/0', 200, JSON_TYPE, 'no-store', '*'],
  ['GET /api/v1/names/nobody-has-this', 200, JSON_TYPE, 'no-store', '*'],
  ['GET /api/v1/names/%40Nobody', 200, JSON_TYPE, 'no-store', '*'],
  ['GET /api/v1/names/', 404, PROBLEM, 'no-store', '*'],
  ['GET /api/v1/quotes', 405, PROBLEM, 'no-store', '*'],
  ['OPTIONS /api/v1/quotes', 204, null, null, '*'],
  ['POST /api/v1/quotes', 400, PROBLEM, 'no-store', '*'],
  ['POST /api/v1/assertions', 400, PROBLEM, 'no-store', '*'],
  ['GET /api/v1/assertions', 405, PROBLEM, 'no-store', '*'],
  ['DELETE /api/v1/orders/1', 405, PROBLEM, 'no-store', '*'],
  ['GET /api/v1/orders/1/proof', 404, PROBLEM, 'no-store', '*'],
  ['GET /api/v2/anything', 404, PROBLEM, 'no-store', '*'],
  ['POST /api/stripe/webhook', 400, PROBLEM, 'no-store', '*'],
  ['GET /healthz', 200, JSON_TYPE, 'no-store', '*'],
  ['GET /metrics', 200, 'text/plain; version=0.0.4; charset=utf-8', 'no-store', null],
  ['GET /no/such/page', 404, PROBLEM, 'no-store', '*'],
];

test.each(GOLDEN)('%s answers %i', async (line, status, type, cache, origin) => {
  const [method = '', path = ''] = line.split(' ');
  const response = await fetch(at.url + path, { method });
  const { headers } = response;
  expect([response.status, headers.get('content-type'), headers.get('cache-control'), headers.get('access-control-allow-origin')]).toEqual([status, type, cache, origin]);
  if (status !== 204) expect(headers.get('x-content-type-options')).toBe('nosniff');
  const body = await response.arrayBuffer();
  if (method === 'HEAD') expect([body.byteLength, Number(headers.get('content-length')) > 0]).toEqual([0, true]);
  if (status === 405) expect(headers.get('allow')).toMatch(/OPTIONS$/);
});

test('a tile that the reader has is not sent again', async () => {
  const path = `${at.url}/tlog/names/tile/0/000.p/2`;
  const etag = (await fetch(path)).headers.get('etag') ?? '';
  expect(etag).toMatch(/^"[\w-]{22}"$/);
  for (const [asked, status] of [[etag, 304], [`W/${etag}`, 304], [`"x", ${etag}`, 304], ['*', 304], ['"x"', 200]] as const) {
    const response = await fetch(path, { headers: { 'if-none-match': asked } });
    expect([asked, response.status, response.headers.get('etag'), response.headers.get('cache-control')]).toEqual([asked, status, etag, FOREVER]);
    expect((await response.arrayBuffer()).byteLength).toBe(status === 304 ? 0 : 64);
  }
});

test('a body that is too large is refused before it is read, and the connection closed', async () => {
  const response = await fetch(`${at.url}/api/v1/quotes`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: 'x'.repeat(70_000) });
  expect([response.status, response.headers.get('connection')]).toEqual([413, 'close']);
});

test('whoever sends too much that is refused has to wait, and is told how long', async () => {
  const statuses = new Set<number>();
  let wait: string | null = null;
  for (let i = 0; i < 500 && wait === null; i++) {
    const response = await fetch(`${at.url}/api/v1/assertions`, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } });
    statuses.add(response.status);
    wait = response.headers.get('retry-after');
    const problem = (await response.json()) as { code: string; retryAfterSec?: number };
    if (wait !== null) expect([problem.code, String(problem.retryAfterSec)]).toEqual(['rate-limited', wait]);
  }
  expect([...statuses]).toEqual([400, 429]);
});
