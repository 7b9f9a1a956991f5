import { createHash, timingSafeEqual } from 'node:crypto';
import { handleControl } from './control';
import { handlePay } from './pay';
import { once, requestHash } from './idempotency';
import type { SandboxRequest, SandboxResponse } from './request';
import type { Sandbox } from './sandbox';
import { API_VERSION } from './sale-shape';
import { StripeProblem } from './stripe-error';

const API_BODY_LIMIT_BYTES = 65_536;

/** handleSandbox answers every request below `/sandbox/`: Stripe's API, the hosted payment page, the test controls. */
export async function handleSandbox(req: SandboxRequest, sandbox: Sandbox): Promise<SandboxResponse> {
  const path = req.path.split('?')[0] ?? '';
  if (path.startsWith('/sandbox/stripe/v1/')) return handleApi(req, path.slice('/sandbox/stripe/v1/'.length), sandbox);
  const pay = /^\/sandbox\/pay\/cs_test_([A-Za-z0-9]{1,100})$/.exec(path);
  if (pay !== null) return handlePay(req, pay[1] ?? '', sandbox);
  if (path === '/sandbox/control') return handleControl(req, sandbox);
  return { status: 404, headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' }, body: 'There is nothing here.\n' };
}

async function handleApi(req: SandboxRequest, path: string, sandbox: Sandbox): Promise<SandboxResponse> {
  const requestId = `req_${Buffer.from(sandbox.random(9)).toString('hex')}`;
  const key = req.header('idempotency-key');
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'cache-control': 'no-cache, no-store',
    'request-id': requestId,
    'stripe-version': req.header('stripe-version') ?? API_VERSION,
    ...(key !== null && req.method === 'POST' ? { 'idempotency-key': key } : {}),
  };
  try {
    authorize(req.header('authorization'), sandbox.secretKey);
    const params = req.method === 'POST' ? Buffer.from(await req.body(API_BODY_LIMIT_BYTES)).toString('utf8') : req.query.toString();
    const run = async () => ({ status: 200, body: JSON.stringify(await sandbox.api.call({ method: req.method, path, params, idempotencyKey: key }), null, 2) });
    if (req.method !== 'POST' || key === null) return { headers, ...(await run()) };
    const answer = await once(sandbox.store, key, requestHash(req.method, path, params), sandbox.clock(), run);
    return { status: answer.status, body: answer.body, headers: answer.replayed ? { ...headers, 'idempotent-replayed': 'true' } : headers };
  } catch (error) {
    if (!(error instanceof StripeProblem)) throw error;
    return { status: error.status, headers, body: JSON.stringify(error.envelope(), null, 2) };
  }
}

function authorize(header: string | null, secretKey: string): void {
  const [scheme = '', value = ''] = (header ?? '').split(' ');
  const given = scheme.toLowerCase() === 'bearer' ? value : scheme.toLowerCase() === 'basic' ? (Buffer.from(value, 'base64').toString('utf8').split(':')[0] ?? '') : '';
  if (given === '') throw new StripeProblem(401, 'invalid_request_error', 'You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth.');
  const digest = (text: string) => createHash('sha256').update(text).digest();
  if (!timingSafeEqual(digest(given), digest(secretKey))) throw new StripeProblem(401, 'invalid_request_error', `Invalid API Key provided: ${given.slice(0, 8)}${'*'.repeat(8)}`);
}
