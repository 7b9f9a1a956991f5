import type { Json } from '../core/bytes/canonical-json';
import type { Envelope } from '../core/keys/dsse';
import type { EntryInfo, LogInfo, LogName, Order, Problem, Quote, RegistryInfo, ValidatorsInfo } from './wire';

/**
 * ApiError is an answer of the server that is not the thing asked for, or no answer at all (`code` `offline`, `status` 0).
 * `detail` is a sentence for a person; `retryAfterSec` is set where the server said when to come back.
 */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly retryAfterSec: number | null;

  constructor(status: number, code: string, detail: string, retryAfterSec: number | null = null) {
    super(`${code}: ${detail}`);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.retryAfterSec = retryAfterSec;
  }
}

async function ask<T>(path: string, init: RequestInit = {}): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, { cache: 'no-store', ...init });
  } catch (cause) {
    if (init.signal?.aborted) throw cause;
    throw new ApiError(0, 'offline', 'The registry could not be reached. Check your connection; nothing was lost.');
  }
  if (response.ok) return (await response.json()) as T;
  const problem: Partial<Problem> = await response.json().catch(() => ({}));
  const afterSec = problem.retryAfterSec ?? Number(response.headers.get('retry-after') ?? Number.NaN);
  throw new ApiError(
    response.status,
    problem.code ?? 'unexpected',
    problem.detail ?? problem.title ?? `The registry answered ${response.status}.`,
    Number.isFinite(afterSec) ? afterSec : null,
  );
}

function post<T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> {
  return ask<T>(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body), signal });
}

/** quoteName asks what `input` means as a name, whether it is free, and what it costs. */
export function quoteName(input: string, signal?: AbortSignal): Promise<Quote> {
  return post<Quote>('/api/v1/quotes', { name: input }, signal);
}

/** getRegistry fetches what a browser needs to build an assertion: ids, keys, heads, the schedule in force. */
export function getRegistry(signal?: AbortSignal): Promise<RegistryInfo> {
  return ask<RegistryInfo>('/api/v1/registry', { signal });
}

/** OrderRequest is the body of `POST /api/v1/orders`: a `register` signed by its holder, and how it will be paid. */
export interface OrderRequest {
  assertion: Envelope;
  creditCents?: number;
  markAcknowledged?: boolean;
}

/** createOrder stores a signed registration and opens its payment; the same assertion again gives the same order. */
export function createOrder(request: OrderRequest): Promise<Order> {
  return post<Order>('/api/v1/orders', request);
}

/** getOrder fetches one order by its id. */
export function getOrder(id: string, signal?: AbortSignal): Promise<Order> {
  return ask<Order>(`/api/v1/orders/${encodeURIComponent(id)}`, { signal });
}

/** cancelOrder gives up an order that is not paid; the hold on its name ends at once. */
export function cancelOrder(id: string): Promise<Order> {
  return post<Order>(`/api/v1/orders/${encodeURIComponent(id)}/cancel`, {});
}

/** orderProofPath is where the receipt file of a sealed order is. */
export function orderProofPath(id: string): string {
  return `/api/v1/orders/${encodeURIComponent(id)}/proof`;
}

/** getLog fetches both checkpoints, the newest seals and the newest entries. */
export function getLog(signal?: AbortSignal): Promise<LogInfo> {
  return ask<LogInfo>('/api/v1/log', { signal });
}

/** getEntry fetches one entry with its inclusion proof; `fromSize` is the newest size of that log seen before, so that no older checkpoint comes back. */
export function getEntry(log: LogName, index: number, fromSize: number | null, signal?: AbortSignal): Promise<EntryInfo> {
  return ask<EntryInfo>(`/api/v1/entries/${log}/${index}${fromSize === null ? '' : `?from=${fromSize}`}`, { signal });
}

/** getNameProof fetches the state of a name (`alice`) or of one tenure (`alice.0`) with its whole proof, unverified; `fromSize` asks for consistency with an older checkpoint, `tokens` for the tokens of validators on the newest one. */
export function getNameProof(name: string, fromSize: number | null, tokens: boolean, signal?: AbortSignal): Promise<Json> {
  const query = new URLSearchParams({ ...(fromSize === null ? {} : { from: String(fromSize) }), ...(tokens ? { tokens: '1' } : {}) }).toString();
  return ask<Json>(`/api/v1/names/${encodeURIComponent(name)}${query === '' ? '' : `?${query}`}`, { signal });
}

/** getValidators fetches the list of validators with their last tokens. */
export function getValidators(signal?: AbortSignal): Promise<ValidatorsInfo> {
  return ask<ValidatorsInfo>('/api/v1/validators', { signal });
}

/** evidencePath is where an evidence file that this site publishes is. */
export function evidencePath(name: string): string {
  return `/api/v1/evidence/${encodeURIComponent(name)}`;
}

/** getEvidenceFile fetches it, byte for byte as it is downloaded. */
export function getEvidenceFile(name: string): Promise<Uint8Array> {
  return getFile(evidencePath(name), 'evidence');
}

/** getReceiptFile fetches the receipt file of a sealed order, byte for byte as it is downloaded. */
export function getReceiptFile(id: string): Promise<Uint8Array> {
  return getFile(orderProofPath(id), 'receipt');
}

async function getFile(path: string, what: string): Promise<Uint8Array> {
  let response: Response;
  try {
    response = await fetch(path, { cache: 'no-store' });
  } catch {
    throw new ApiError(0, 'offline', 'The registry could not be reached. Check your connection; nothing was lost.');
  }
  if (!response.ok) throw new ApiError(response.status, 'unexpected', `The registry answered ${response.status} instead of the ${what}.`);
  return new Uint8Array(await response.arrayBuffer());
}
