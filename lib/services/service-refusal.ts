/**
 * ServiceRefusalCode is the closed list of what the services refuse beside the core's own codes. Each is stable and
 * stands in `problem+json`; `lib/server/problem.ts` gives each its HTTP status.
 */
export type ServiceRefusalCode =
  // input of the API
  | 'bad-request'
  | 'not-found'
  // accepting assertions
  | 'overloaded'
  | 'expires-too-soon'
  | 'not-sealed'
  | 'not-cosigned'
  // orders
  | 'order-unknown'
  | 'order-closed'
  | 'name-held'
  | 'hold-throttled'
  | 'mark-not-acknowledged'
  | 'credit-amount'
  | 'rail-not-open'
  // webhooks
  | 'webhook-unsigned'
  | 'webhook-bad-signature'
  | 'webhook-stale'
  | 'webhook-foreign';

/**
 * ServiceRefusal is an expected "no" of a service. `detail` is one plain sentence that may be shown to a person and
 * holds no secret; `retryAfterSec` is how long to wait when trying again makes sense, else null.
 */
export class ServiceRefusal extends Error {
  readonly code: ServiceRefusalCode;
  readonly detail: string;
  readonly retryAfterSec: number | null;

  constructor(code: ServiceRefusalCode, detail: string, retryAfterSec: number | null = null) {
    super(`${code}: ${detail}`);
    this.name = 'ServiceRefusal';
    this.code = code;
    this.detail = detail;
    this.retryAfterSec = retryAfterSec;
  }
}

/** refuseService throws a ServiceRefusal; a function so that it can stand in an expression. */
export function refuseService(code: ServiceRefusalCode, detail: string, retryAfterSec: number | null = null): never {
  throw new ServiceRefusal(code, detail, retryAfterSec);
}
