import type { Page, Route } from '@playwright/test';
import type { Json } from '../lib/core/bytes/canonical-json';
import { buy, expectVerified, freshName } from './person';
import { expect, test } from './server';

type Proof = { [field: string]: Json };

/** The names of this file are bought once; a lie needs a truth to differ from. */
let name = '';
let other = '';
let order = '';
let orderOfOther = '';

test.beforeAll(async ({ browser, server }) => {
  const page = await (await browser.newContext({ baseURL: server.url })).newPage();
  [name, other] = [freshName(7), freshName(7)];
  order = await buy(page, name);
  orderOfOther = await buy(page, other);
  await page.context().close();
});

/** lie changes every answer about names before the browser sees it. */
async function lie(page: Page, change: (proof: Proof) => Proof | Promise<Proof>): Promise<void> {
  await page.route('**/api/v1/names/*', async (route: Route) => {
    const answer = await route.fetch();
    const told = await change((await answer.json()) as Proof);
    await route.fulfill({ response: answer, body: JSON.stringify(told) });
  });
}

async function expectCaught(page: Page, step: string | RegExp): Promise<void> {
  await expect(page.getByText('Verification failed').first()).toBeVisible();
  await expect(page.getByRole('main').getByRole('alert')).toContainText('Don’t rely on this page');
  const failed = page.getByRole('listitem').filter({ hasText: /^failed:/ });
  await expect(failed).toHaveCount(1);
  await expect(failed).toContainText(step);
  await expect(failed.locator('details')).toHaveAttribute('open');
  await expect(page.getByText('Verified in your browser')).toHaveCount(0);
}

/** deepReplace replaces a text in every string of a proof, also inside what is base64 in it. */
function deepReplace(value: Json, change: (text: string) => string): Json {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => deepReplace(item, change));
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, deepReplace(item, change)]));
  return value;
}

/** inside applies `change` to the text that a base64 string holds, if it is JSON. */
function inside(change: (text: string) => string): (base64: string) => string {
  return (base64) => {
    const text = Buffer.from(base64, 'base64').toString('utf8');
    return text.startsWith('{') && text.endsWith('}') ? Buffer.from(change(text)).toString('base64') : base64;
  };
}

test('the truth verifies', async ({ page }) => {
  await page.goto(`/@${name}`);
  await expectVerified(page);
});

test('another holder in the record is found out', async ({ page }) => {
  await lie(page, (proof) => deepReplace(proof, inside((text) => text.replace(/"udf":"[A-Z2-7]{4}/, '"udf":"MAAA'))) as Proof);
  await page.goto(`/@${name}`);
  await expectCaught(page, 'The sealed map holds this entry');
});

test('the record of another name is found out', async ({ page }) => {
  await page.route(`**/api/v1/names/${name}**`, async (route) => route.fulfill({ response: await route.fetch({ url: route.request().url().replace(name, other) }) }));
  await page.goto(`/@${name}`);
  await expectCaught(page, /complete and well formed|sealed map/);
});

test('the receipt of another name on the page of an order is found out', async ({ page }) => {
  await page.route(`**/api/v1${order}/proof`, async (route) => route.fulfill({ response: await route.fetch({ url: route.request().url().replace(order, orderOfOther) }) }));
  await page.goto(order);
  await expectCaught(page, 'The proof is complete and well formed');
});

test('another root is found out', async ({ page }) => {
  await lie(page, (proof) => deepReplace(proof, (text) => (/^.+\n\d+\n/.test(text) ? text.replace(/\n[A-Za-z0-9+/]{43}=\n/, `\n${'A'.repeat(43)}=\n`) : text)) as Proof);
  await page.goto(`/@${name}`);
  await expectCaught(page, 'The log of names is signed by the registry');
});

test('a log that is shorter than the one seen before is found out', async ({ page, request }) => {
  const old = (await (await request.get(`/api/v1/names/${name}`)).json()) as Proof;
  await page.goto(`/@${name}`);
  await expectVerified(page);
  const size = await page.evaluate(() => (JSON.parse(localStorage.getItem('mns.pin') ?? '{}') as { seen?: { size: number } }).seen?.size ?? 0);
  await expect.poll(async () => ((await (await request.get('/api/v1/registry')).json()) as { names: { size: number } }).names.size, { timeout: 20_000 }).toBeGreaterThan(size);
  await page.reload();
  await expectVerified(page);
  await lie(page, () => old);
  await page.reload();
  await expectCaught(page, 'Nothing you saw before has changed');
});

test('a longer log without a proof that it goes on from the one seen before is found out', async ({ page, request }) => {
  await page.goto(`/@${name}`);
  await expectVerified(page);
  const size = async () => ((await (await request.get('/api/v1/registry')).json()) as { names: { size: number } }).names.size;
  const before = await size();
  await expect.poll(size, { timeout: 20_000 }).toBeGreaterThan(before);
  await lie(page, (proof) => ({ ...proof, consistency: null }));
  await page.reload();
  await expectCaught(page, 'Nothing you saw before has changed');
});

test('another history of the same length is found out', async ({ page }) => {
  await page.goto(`/@${name}`);
  await expectVerified(page);
  await page.evaluate(() => {
    const pin = JSON.parse(localStorage.getItem('mns.pin') ?? '{}') as { registry: string; seen: { size: number; root: string } };
    localStorage.setItem('mns.pin', JSON.stringify({ ...pin, seen: { size: pin.seen.size, root: `${'B'.repeat(42)}A=` } }));
  });
  await page.reload();
  await expectCaught(page, 'Nothing you saw before has changed');
});

test('another registry than the one seen before is found out, on pages of names and of entries', async ({ page }) => {
  await page.goto(`/@${name}`);
  await expectVerified(page);
  await page.evaluate(() => localStorage.setItem('mns.pin', JSON.stringify({ registry: `${'C'.repeat(42)}A=`, seen: null })));
  await page.reload();
  await expectCaught(page, 'The registry is the one you trust');
  await page.goto('/log/names/0');
  await expectCaught(page, 'The registry is the one you trust');
});

test('a name that somebody holds, said to be free, is found out', async ({ page }) => {
  await lie(page, async () => {
    const absent = (await (await page.request.get(`/api/v1/names/${freshName(11)}`)).json()) as Proof;
    return { ...absent, subject: { kind: 'name', name, tenure: null } };
  });
  await page.goto(`/@${name}`);
  await expectCaught(page, /sealed map|complete and well formed/);
});

test('an entry with other bytes, or at another place, is found out', async ({ page }) => {
  await page.route('**/api/v1/entries/names/*', async (route) => {
    const answer = await route.fetch();
    const entry = (await answer.json()) as { bytes: string };
    await route.fulfill({ response: answer, body: JSON.stringify({ ...entry, bytes: inside((text) => text.replace('"timeSec":1', '"timeSec":2'))(entry.bytes) }) });
  });
  await page.goto('/log/names/2');
  await expectCaught(page, 'The bytes shown give the entry’s hash');
  await page.unroute('**/api/v1/entries/names/*');
  await page.route(/\/api\/v1\/entries\/names\/2(\?|$)/, async (route) => route.fulfill({ response: await route.fetch({ url: route.request().url().replace(/names\/2/, 'names/1') }) }));
  await page.reload();
  await expectCaught(page, 'The entry is in the log');
});
