import { networkInterfaces } from 'node:os';
import { expect, test } from 'vitest';
import { openTestApp, request } from './app-for-tests';

/** statusAt asks for the health of whatever listens there; null if nothing does. */
const statusAt = (host: string, port: string) => request(`http://${host}:${port}/healthz`, { headers: { connection: 'close' } }).then(({ status }) => status, () => null);

const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
/** An address that only a server for all addresses has; Linux answers on the whole of 127/8, others would have to be set up for it. */
const another = process.platform === 'linux' ? '127.0.0.2' : undefined;
const hasIpv6 = addresses.some(({ address }) => address === '::1');

const tokenFrom = async (url: string, client: string) =>
  (await request(`${url}/api/v1/tokens`, { body: '{}', headers: { 'content-type': 'application/json', 'x-forwarded-for': client }, method: 'POST' })).status;
/** exhausts asks for what is rated lowest until it is refused for its rate. */
const exhausts = async (url: string, client: string) => (await Promise.all(Array.from({ length: 90 }, () => tokenFrom(url, client)))).includes(429);

test('with play money a server is there for this machine only, by both of its addresses, and goes down with open connections', async () => {
  const at = await openTestApp();
  const { port } = new URL(at.url);
  expect(await statusAt('127.0.0.1', port)).toBe(200);
  if (hasIpv6) expect(await statusAt('[::1]', port)).toBe(200);
  if (another !== undefined) expect(await statusAt(another, port)).toBeNull();
  if (hasIpv6) await request(`http://[::1]:${port}/healthz`);
  // Nobody is trusted to say for whom it asks.
  expect(await exhausts(at.url, '5.6.7.8')).toBe(true);
  expect(await tokenFrom(at.url, '5.6.7.9')).toBe(429);
  const fromMs = performance.now();
  await at.close();
  // An idle connection is kept for 65 s: closing waits for none. The bound is far from both, so that a busy machine does not matter.
  expect(performance.now() - fromMs).toBeLessThan(30_000);
  expect(await statusAt('127.0.0.1', port)).toBeNull();
});

test.runIf(another !== undefined)('with real payments a server is there for everybody', async () => {
  const at = await openTestApp({ stripe: { secretKey: 'sk_test_1', webhookSecret: 'whsec_1' } });
  expect(await statusAt(another ?? '', new URL(at.url).port)).toBe(200);
  await at.close();
});

test.runIf(another !== undefined)('HOST says where it listens, with play money too; behind a trusted proxy each client has a rate of its own', async () => {
  const at = await openTestApp({ host: another ?? null, trustedProxies: ['127.0.0.0/8'] });
  expect(await statusAt('127.0.0.1', new URL(at.url).port)).toBeNull();
  expect(await exhausts(at.url, '5.6.7.8')).toBe(true);
  expect(await tokenFrom(at.url, '5.6.7.9')).not.toBe(429);
  // What a client says itself stands before what the proxy adds.
  expect(await tokenFrom(at.url, '5.6.7.9, 5.6.7.8')).toBe(429);
  await at.close();
});
