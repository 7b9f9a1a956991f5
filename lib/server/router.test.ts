import { expect, test } from 'vitest';
import { Router, type Route } from './router';

const handler = () => ({ status: 200, headers: {}, body: '' });
const route = (method: Route['method'], pattern: string): Route => ({ method, pattern, handler });
const router = new Router([
  route('GET', '/healthz'),
  route('POST', '/api/v1/orders'),
  route('GET', '/api/v1/orders/:id'),
  route('POST', '/api/v1/orders/:id/cancel'),
  route('GET', '/tlog/names/tile/*rest'),
  route('GET', '/sandbox/*rest'),
]);

function found(method: string, path: string): string {
  const result = router.find(method, path);
  if (result === null) return 'none';
  return 'allow' in result ? `allow ${result.allow.join(' ')}` : `${result.route.pattern} ${JSON.stringify(result.params)}`;
}

test.each([
  ['GET', '/healthz', '/healthz {}'],
  ['HEAD', '/healthz', '/healthz {}'],
  ['POST', '/healthz', 'allow GET HEAD OPTIONS'],
  ['POST', '/api/v1/orders', '/api/v1/orders {}'],
  ['GET', '/api/v1/orders', 'allow POST OPTIONS'],
  ['GET', '/api/v1/orders/o%201', '/api/v1/orders/:id {"id":"o 1"}'],
  ['GET', '/api/v1/orders/', 'none'],
  ['GET', '/api/v1/orders/%zz', 'none'],
  ['DELETE', '/api/v1/orders/1', 'allow GET HEAD OPTIONS'],
  ['POST', '/api/v1/orders/1/cancel', '/api/v1/orders/:id/cancel {"id":"1"}'],
  ['GET', '/api/v1/orders/1/cancel/2', 'none'],
  ['GET', '/tlog/names/tile/0/x001/234', '/tlog/names/tile/*rest {"rest":"0/x001/234"}'],
  ['GET', '/sandbox/pay/1', '/sandbox/*rest {"rest":"pay/1"}'],
  ['GET', '/', 'none'],
  ['GET', '/names/alice', 'none'],
])('%s %s is served by %s', (method, path, expected) => {
  expect(found(method, path)).toBe(expected);
});
