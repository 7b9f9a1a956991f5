import type { ConsoleMessage, Page } from '@playwright/test';
import { PLAIN_PLACES, purchase } from './places';
import { expect, test } from './server';

const MAX_SCRIPT_BYTES = 150_000;

test('the first load of the search page brings less than 150 kB of script, compressed', async ({ page }) => {
  const client = await page.context().newCDPSession(page);
  await client.send('Network.enable');
  const kinds = new Map<string, string>();
  let bytes = 0;
  client.on('Network.responseReceived', ({ requestId, type }) => kinds.set(requestId, type));
  client.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (kinds.get(requestId) === 'Script') bytes += encodedDataLength;
  });
  await page.goto('/');
  await page.waitForLoadState('networkidle').catch(() => undefined);
  // What comes a moment later without anybody asking for it counts too.
  await page.waitForTimeout(1_500);
  test.info().annotations.push({ type: 'script', description: `${bytes} bytes` });
  expect(bytes).toBeGreaterThan(10_000);
  expect(bytes).toBeLessThan(MAX_SCRIPT_BYTES);
});

/** watch collects what a page must never do: ask a third party, break its own policy, throw, or log an error. */
function watch(page: Page, origin: string): string[] {
  const wrong: string[] = [];
  page.on('request', (request) => {
    const { protocol, origin: asked } = new URL(request.url());
    if (asked !== origin && protocol !== 'data:' && protocol !== 'blob:') wrong.push(`asked ${request.url()}`);
  });
  page.on('pageerror', (error) => wrong.push(`threw ${error.message}`));
  page.on('console', (message: ConsoleMessage) => {
    // The browser itself logs each answer of 400 and more; pages that are not there are part of the tour.
    if (message.type() === 'error' && !/the server responded with a status of 404/.test(message.text())) wrong.push(`logged ${message.text()}`);
  });
  return wrong;
}

test('no page asks a third party, breaks the content policy, or logs an error', async ({ page, server }) => {
  test.setTimeout(180_000);
  const wrong = watch(page, server.url);
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => reportError(new Error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`)));
  });
  page.on('response', (response) => {
    if (response.request().resourceType() !== 'document' || response.status() === 303) return;
    const policy = response.headers()['content-security-policy'] ?? '';
    if (policy === '' || policy.includes('unsafe-inline') || policy.includes('unsafe-eval')) wrong.push(`${response.url()} has the policy "${policy}"`);
  });
  for (const place of [...PLAIN_PLACES, ...purchase()]) {
    await test.step(place.name, () => place.go(page));
    expect(wrong, place.name).toEqual([]);
  }
});
