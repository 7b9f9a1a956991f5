import { createHash } from 'node:crypto';
import type { SandboxStore } from './store';
import { StripeProblem } from './stripe-error';

/** ApiAnswer is an answer of the API before it becomes bytes. */
export interface ApiAnswer {
  status: number;
  body: string;
  replayed: boolean;
}

type Kept = { request: string; atSec: number; answer: { status: number; body: string } | null };

const KEPT_SEC = 24 * 60 * 60;
const RUNNING_SEC = 60;

/** requestHash is what a repeated request must equal: method, path and parameters. */
export function requestHash(method: string, path: string, body: string): string {
  return createHash('sha256').update(`${method}\n${path}\n${body}`).digest('hex');
}

/**
 * once runs a POST at most once per idempotency key and gives the first answer again afterwards, as Stripe does: kept for
 * 24 hours, answers of requests that were refused as malformed are not kept, other parameters under the same key are
 * refused.
 */
export async function once(store: SandboxStore, key: string, request: string, nowSec: number, run: () => Promise<{ status: number; body: string }>): Promise<ApiAnswer> {
  if (key.length > 255) throw new StripeProblem(400, 'invalid_request_error', 'Idempotency keys are limited to 255 characters');
  let claim: 'run' | 'mismatch' | 'in-use' | 'replay' = 'run';
  const kept = (await store.change('idempotency', key, (before) => {
    const old = before as Kept | null;
    claim = 'run';
    if (old !== null && nowSec - old.atSec < KEPT_SEC) {
      if (old.request !== request) claim = 'mismatch';
      else if (old.answer !== null) claim = 'replay';
      else if (nowSec - old.atSec < RUNNING_SEC) claim = 'in-use';
    }
    return claim === 'run' ? { request, atSec: nowSec, answer: null } : null;
  })) as Kept;
  return answerFor(claim, kept);

  async function answerFor(claimed: typeof claim, stands: Kept): Promise<ApiAnswer> {
    if (claimed === 'mismatch') {
      throw new StripeProblem(400, 'idempotency_error', `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`);
    }
    if (claimed === 'in-use') throw new StripeProblem(409, 'idempotency_error', 'There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through).', { code: 'idempotency_key_in_use' });
    if (claimed === 'replay' && stands.answer !== null) return { ...stands.answer, replayed: true };
    try {
      const answer = await run();
      await store.change('idempotency', key, () => ({ request, atSec: nowSec, answer }));
      return { ...answer, replayed: false };
    } catch (error) {
      await store.change('idempotency', key, () => ({ request: '', atSec: nowSec - KEPT_SEC, answer: null }));
      throw error;
    }
  }
}
