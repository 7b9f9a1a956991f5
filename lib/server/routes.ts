import { handleSandbox } from '../sandbox/handle-sandbox';
import type { App } from './app';
import { ByteCache } from '../services/byte-cache';
import { events, healthz, metrics } from './handlers/process';
import { getAssertion, getEntry, getIdentity, getLog, getName, getRegistry, postAssertion, wellKnown } from './handlers/registry';
import { getOrder, getOrderProof, postCancel, postOrder, postQuote, postWebhook } from './handlers/shop';
import { snapshotsHandler } from './handlers/snapshots';
import { getEvidence, getEvidenceList } from './handlers/evidence';
import { getValidators, postToken } from './handlers/tokens';
import { tlogHandler, type TlogCache } from './handlers/tlog';
import type { LimitName } from './rates';
import { Router, type Route } from './router';

const TLOG_CACHE_BYTES = 96 * 1024 * 1024;

/** newTlogCache makes the cache of the read path. */
export function newTlogCache(): TlogCache {
  return new ByteCache(TLOG_CACHE_BYTES);
}

/** makeRouter lists every address that is not a page. */
export function makeRouter(app: App, tlog: TlogCache): Router {
  const get = (pattern: string, handler: Route['handler'], limit?: LimitName): Route => ({ method: 'GET', pattern, handler, limit });
  const post = (pattern: string, handler: Route['handler'], limit?: LimitName): Route => ({ method: 'POST', pattern, handler, limit });
  return new Router([
    get('/tlog/*rest', tlogHandler(tlog)),
    get('/snapshots/*rest', snapshotsHandler(app.snapshots)),
    get('/.well-known/mns.json', wellKnown),
    get('/healthz', healthz(app)),
    get('/metrics', metrics(app)),
    get('/api/v1/registry', getRegistry, 'reads'),
    get('/api/v1/log', getLog, 'reads'),
    get('/api/v1/validators', getValidators, 'reads'),
    get('/api/v1/evidence', getEvidenceList, 'reads'),
    get('/api/v1/evidence/:file', getEvidence, 'proofs'),
    post('/api/v1/tokens', postToken, 'tokens'),
    get('/api/v1/entries/:log/:index', getEntry, 'proofs'),
    get('/api/v1/names/:name', getName, 'proofs'),
    get('/api/v1/identities/:udf', getIdentity, 'proofs'),
    get('/api/v1/events', events(app), 'reads'),
    post('/api/v1/assertions', postAssertion, 'refusals'),
    get('/api/v1/assertions/:id', getAssertion, 'reads'),
    post('/api/v1/quotes', postQuote, 'quotes'),
    post('/api/v1/orders', postOrder, 'holds'),
    get('/api/v1/orders/:id', getOrder, 'reads'),
    get('/api/v1/orders/:id/proof', getOrderProof, 'proofs'),
    post('/api/v1/orders/:id/cancel', postCancel, 'orders'),
    post('/api/stripe/webhook', postWebhook),
    ...sandboxRoutes(app),
  ]);
}

function sandboxRoutes({ sandbox }: App): Route[] {
  if (sandbox === null) return [];
  return (['GET', 'POST', 'DELETE'] as const).map((method) => ({ method, pattern: '/sandbox/*rest', handler: (req) => handleSandbox(req, sandbox) }));
}
