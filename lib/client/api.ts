import type { Envelope } from '../core/keys/dsse';
import type { EntryShape, LogName, Order, Problem, Quote, RegistryInfo } from './shapes';

/** ApiProblem is an answer of the registry that says no: the `code` and `detail` of its problem+json, or a plain word about the network. */
export class ApiProblem extends Error {
  readonly code: string;
  readonly detail: string;
  readonly status: number;
  /** seconds to wait before asking again, where the registry said so */
  readonly retryAfterSec: number | null;

  constructor(status: number, problem: Problem, retryAfterSec: number | null) {
    super(problem.detail);
    this.name = 'ApiProblem';
    this.status = status;
    this.code = problem.code;
    this.detail = problem.detail;
    this.retryAfterSec = retryAfterSec;
  }
}

const OFFLINE: Problem = { code: 'offline', detail: 'The registry did not answer. Check your connection; nothing was lost.' };

async function call<T>(path: string, init?: RequestInit): Promise<T> {
  let answer: Response;
  try {
    answer = await fetch(path, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiProblem(0, OFFLINE, null);
  }
  if (answer.ok) return (await answer.json()) as T;
  const retry = Number(answer.headers.get('retry-after'));
  const body = (await answer.json().catch(() => null)) as Partial<Problem> | null;
  const problem = { code: body?.code ?? 'unknown', detail: body?.detail ?? `The registry answered ${answer.status}. Try again in a minute.` };
  throw new ApiProblem(answer.status, problem, Number.isFinite(retry) && retry > 0 ? retry : null);
}

function post<T>(path: string, body: object, signal?: AbortSignal): Promise<T> {
  return call<T>(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body), ...(signal ? { signal } : {}) });
}

/** quoteName asks what a name costs and whether it is free. */
export function quoteName(name: string, signal?: AbortSignal): Promise<Quote> {
  return post<Quote>('/api/v1/quotes', { name }, signal);
}

/** getRegistry asks for the registry's identity, keys, policies and heads. */
export function getRegistry(): Promise<RegistryInfo> {
  return call<RegistryInfo>('/api/v1/registry');
}

/** createOrder hands over a registration that its holder has signed, and asks for a way to pay. */
export function createOrder(order: { assertion: Envelope; creditCents?: number; markAcknowledged?: boolean }): Promise<Order> {
  return post<Order>('/api/v1/orders', order);
}

/** getOrder asks how an order stands. */
export function getOrder(id: string): Promise<Order> {
  return call<Order>(`/api/v1/orders/${encodeURIComponent(id)}`);
}

/** cancelOrder gives up an unpaid order and frees its name. */
export function cancelOrder(id: string): Promise<Order> {
  return post<Order>(`/api/v1/orders/${encodeURIComponent(id)}/cancel`, {});
}

/** getOrderProof asks for the receipt file of a sealed order, as unverified JSON. */
export function getOrderProof(id: string): Promise<unknown> {
  return call<unknown>(`/api/v1/orders/${encodeURIComponent(id)}/proof`);
}

/** getNameProof asks for a name's state with its whole proof, as unverified JSON. */
export function getNameProof(name: string): Promise<unknown> {
  return call<unknown>(`/api/v1/names/${encodeURIComponent(name)}`);
}

/** getEntry asks for one log entry with its inclusion proof. */
export function getEntry(log: LogName, index: number): Promise<EntryShape> {
  return call<EntryShape>(`/api/v1/entries/${log}/${index}`);
}
