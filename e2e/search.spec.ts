import { buy, freshName, goToPayment, ready, search, searchField, signFor } from './person';
import { expect, test } from './server';

test('a name is answered as it is typed: how it is written, that it is free, what it costs, and the address keeps it', async ({ page }) => {
  await search(page, '@Alice Cooper');
  await expect(page.getByRole('status').filter({ hasText: '@alicecooper: Free, $0.10 once, for life.' })).toBeAttached();
  await expect(page.getByText('@Alice Cooper is written @alicecooper')).toBeVisible();
  await expect(page).toHaveURL('/?q=Alice%20Cooper');
  await expect(page.getByRole('link', { name: 'Register @alicecooper' })).toBeVisible();

  await page.reload();
  await expect(searchField(page)).toHaveValue('Alice Cooper');
  await expect(page.getByText('@Alice Cooper is written @alicecooper')).toBeVisible();
});

test('the answer is in the page that the server sends, so it needs no script', async ({ browser, server }) => {
  const context = await browser.newContext({ javaScriptEnabled: false, baseURL: server.url });
  const page = await context.newPage();
  await page.goto('/?q=zo%C3%AB');
  await expect(searchField(page)).toHaveValue('zoë');
  await expect(page.getByText('@zoë is written @zoe')).toBeVisible();
  await expect(page.getByText('$100,000').first()).toBeVisible();
  await searchField(page).fill('free beer');
  await searchField(page).press('Enter');
  await expect(page.getByRole('link', { name: 'Register @freebeer' })).toBeVisible();
  await context.close();
});

for (const { typed, name, price } of [
  { typed: '@zoë', name: 'zoe', price: '$100,000' },
  { typed: '@x', name: 'x', price: '$10,000,000' },
  { typed: 'MyNames', name: 'mynames', price: '$100' },
]) {
  test(`${typed} is @${name} for ${price}`, async ({ page }) => {
    await search(page, typed);
    await expect(page.getByRole('status').filter({ hasText: `@${name}: Free, ${price} once, for life.` })).toBeAttached();
  });
}

for (const { typed, wrong } of [
  { typed: '@---', wrong: /hyphen/i },
  { typed: '@ali-', wrong: /hyphen/i },
  { typed: '@al!ce', wrong: /“!”/ },
  { typed: '@12345678', wrong: /digit/i },
  { typed: 'a'.repeat(64), wrong: /63/ },
]) {
  test(`${typed.slice(0, 20)} is no name, and what is wrong is said`, async ({ page }) => {
    await search(page, typed);
    const notice = page.getByRole('main').getByText('can’t be a name').locator('..');
    await expect(notice).toContainText(wrong);
    await expect(page.getByRole('link', { name: /^Register/ })).toHaveCount(0);
    await page.reload();
    await expect(notice).toContainText(wrong);
  });
}

test('one who types on sees the answer change, and an empty field asks nothing', async ({ page }) => {
  await search(page, 'al');
  await expect(page.getByRole('status').filter({ hasText: '@al: Free' })).toBeAttached();
  await searchField(page).pressSequentially('ice--');
  await expect(page.getByText('“alice--” can’t be a name')).toBeVisible();
  await page.getByRole('button', { name: 'Clear' }).click();
  await expect(searchField(page)).toBeFocused();
  await expect(page).toHaveURL('/');
  await expect(page.getByText('can’t be a name')).toHaveCount(0);
  await page.getByRole('button', { name: '@coopersbakery' }).click();
  await expect(page.getByRole('link', { name: 'Register @coopersbakery' })).toBeVisible();
});

test('a name that somebody is paying for is held, one that somebody has is taken, however it is written', async ({ page, browser, server }) => {
  const name = freshName(7);
  const buyer = await (await browser.newContext({ baseURL: server.url })).newPage();
  await signFor(buyer, name);
  await goToPayment(buyer);
  await search(page, name);
  await expect(page.getByRole('status').filter({ hasText: `@${name}: Being paid for.` })).toBeAttached();
  await expect(page.getByText('is paying now')).toBeVisible();
  await expect(page.getByRole('link', { name: /^Register/ })).toHaveCount(0);
  await buyer.context().close();

  const taken = freshName(8);
  const holder = await (await browser.newContext({ baseURL: server.url })).newPage();
  await buy(holder, taken);
  await holder.context().close();
  await page.goto(`/?q=${taken.toUpperCase()}`);
  await ready(page);
  await expect(page.getByText('Somebody holds this name.')).toBeVisible();
  await page.getByRole('link', { name: `See the record of @${taken}` }).click();
  await expect(page).toHaveURL(`/@${taken}`);
  await page.goto(`/checkout?name=${taken}`);
  await expect(page.getByText('Somebody holds this name.')).toBeVisible();
});
