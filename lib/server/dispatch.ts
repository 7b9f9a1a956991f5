import { withoutOrderIds } from '../services/log-order';
import { isLocalOrigin } from '../services/site-url';
import type { App } from './app';
import { clientAddressBy, type ClientAddress } from './client-address';
import type { HotRequest, HotResponse } from './hot';
import { problemOf, Problem } from './problem';
import { RateLimiter } from './rate-limit';
import { isInside, PUBLIC_HOLDS, RATES, type LimitName } from './rates';
import { makeRouter, newTlogCache } from './routes';
import type { Router } from './router';
import { checkpointAnswer } from './handlers/tlog';

/** Lane answers every request that is not for a page; `null` means that it is. */
export interface Lane {
  answer(req: HotRequest): HotResponse | null | Promise<HotResponse | null>;
  /** ready gives the answer to `GET url` on the read path if it is at hand: tiles that were asked for before, and the newest checkpoints. */
  ready(url: string): HotResponse | undefined;
  /** client tells whose request it is. */
  client: ClientAddress;
}

const CORS: Readonly<Record<string, string>> = {
  'access-control-allow-origin': '*',
  'access-control-allow-headers': 'content-type',
  'access-control-max-age': '86400',
};

/** Addresses that are never a page's, even where nothing is served; Next's resizing of images is one. */
const OURS = /^\/(tlog|snapshots|\.well-known|sandbox)\/|^\/api\/(v1|stripe)(\/|$)|^\/_next\/image(\/|$)/;

/** makeLane puts router, rate limits and problem answers together; both servers, ours and Next's routes, answer through it. */
export function makeLane(app: App): Lane {
  const tlog = newTlogCache();
  const router: Router = makeRouter(app, tlog);
  const limiters = new Map<LimitName, RateLimiter>();
  for (const [name, rate] of Object.entries(RATES)) limiters.set(name as LimitName, new RateLimiter(rate));
  const publicHolds = isLocalOrigin(app.ctx.registry.origin) ? null : new RateLimiter(PUBLIC_HOLDS);

  function limit(name: LimitName, peer: string): void {
    const limiter = name === 'holds' && publicHolds !== null && !isInside(peer) ? publicHolds : limiters.get(name);
    const nowMs = performance.now();
    const waitSec = limiter === undefined ? 0 : name === 'refusals' ? limiter.peek(peer, nowMs) : limiter.take(peer, nowMs);
    if (waitSec > 0) throw new Problem('rate-limited', `Too many requests from your address. Try again in ${waitSec} s.`, waitSec);
  }

  function route(req: HotRequest): HotResponse | null | Promise<HotResponse> {
    const found = router.find(req.method, req.path);
    if (found === null) {
      if (OURS.test(req.path)) throw new Problem('no-such-address', 'There is nothing at this address.');
      return null;
    }
    if ('allow' in found) {
      const allow = found.allow.join(', ');
      // Pages of other sites may call the API, which knows nobody by a cookie; the sandbox's controls are for this machine's tests.
      const cors = req.path.startsWith('/sandbox/') ? {} : { ...CORS, 'access-control-allow-methods': allow };
      if (req.method === 'OPTIONS') return { status: 204, headers: { ...cors, allow }, body: '' };
      throw new Problem('method-not-allowed', `This address answers ${allow}.`, null, { allow });
    }
    const { handler, limit: limitName } = found.route;
    if (limitName !== undefined) limit(limitName, req.ip);
    req.params = found.params;
    return handler(req, app.ctx);
  }

  function counted(req: HotRequest, answer: HotResponse | null): HotResponse | null {
    if (answer !== null) app.counts.add(req.path.startsWith('/tlog/') ? 'tlog' : 'api', answer.status);
    return answer;
  }

  function refused(req: HotRequest, error: unknown): HotResponse | null {
    const answer = problemOf(error, (cause) => app.ctx.log(`${req.method} ${withoutOrderIds(req.path.slice(0, 200))} failed: ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}`));
    if (answer.status >= 400 && answer.status < 500 && answer.status !== 429 && req.method !== 'GET') limiters.get('refusals')?.charge(req.ip, performance.now());
    return counted(req, answer);
  }

  const newest = new Map<string, HotResponse>();
  const renew = () => {
    for (const log of ['names', 'proofs'] as const) newest.set(`/tlog/${log}/checkpoint`, checkpointAnswer(app.ctx, log));
  };
  renew();
  app.ctx.registry.onSeal(renew);
  app.ctx.registry.onLine(renew);

  return {
    client: clientAddressBy(app.env.trustedProxies),
    ready: (url) => newest.get(url) ?? tlog.get(url),
    // Without a promise of its own where the handler makes none, and with one where it does: requests come in by the thousand.
    answer(req) {
      try {
        const answer = route(req);
        return answer instanceof Promise ? answer.then((later) => counted(req, later), (error: unknown) => refused(req, error)) : counted(req, answer);
      } catch (error) {
        return refused(req, error);
      }
    },
  };
}
