import type { Browser, Page } from '@playwright/test';
import { alert, CARDS, expectSealed, expectVerified, freshName, goToPayment, payWith, signFor } from './person';
import { eventsOf, expectCharged, expectLoggedOnce, orderAt } from './sandbox';
import { expect, test } from './server';

async function person(browser: Browser, baseURL: string): Promise<Page> {
  return (await browser.newContext({ baseURL })).newPage();
}

test('two people want one name at once: one gets it, the other is told and never charged', async ({ browser, server, request }) => {
  const name = freshName(7);
  const people = [await person(browser, server.url), await person(browser, server.url)];
  for (const page of people) await signFor(page, name);

  // Both press at the same moment; the registry lets one of them through to pay.
  await Promise.all(people.map((page) => page.getByRole('button', { name: /^Pay \$/ }).click()));
  await Promise.all(people.map((page) => expect(alert(page).or(page.getByRole('textbox', { name: 'Card number' }))).toBeVisible()));
  const [winner, loser] = people.toSorted((a, b) => Number(a.url().includes('/checkout')) - Number(b.url().includes('/checkout')));
  if (winner === undefined || loser === undefined) throw new Error('there are two');
  expect(winner.url()).toContain('/sandbox/pay/');
  await expect(alert(loser)).toContainText('Somebody is buying');
  await expect(alert(loser)).toContainText('Nothing was charged');

  const payAddress = winner.url();
  await payWith(winner, CARDS.pays);
  await expectSealed(winner);
  await expectVerified(winner);

  await loser.getByRole('button', { name: /^Pay \$/ }).click();
  await expect(alert(loser)).toContainText(/taken|holds/);
  await loser.getByRole('link', { name: `Look at @${name} again` }).click();
  await expect(loser.getByText('Somebody holds this name.')).toBeVisible();
  await expectLoggedOnce(request, name);
  await expectCharged(request, payAddress, 1);
  for (const page of people) await page.context().close();
});

test('the one who comes second gets the name when the first gives it up', async ({ browser, server, request }) => {
  const name = freshName(7);
  const [first, second] = [await person(browser, server.url), await person(browser, server.url)];
  await signFor(first, name);
  await signFor(second, name);
  const given = await goToPayment(first);
  await second.getByRole('button', { name: /^Pay \$/ }).click();
  await expect(alert(second)).toContainText('Somebody is buying');

  await first.getByRole('link', { name: 'Back without paying' }).click();
  await first.getByRole('button', { name: 'Cancel the order' }).click();
  await first.getByRole('button', { name: 'Yes, cancel the order' }).click();
  await expect(first.getByText('You cancelled this order')).toBeVisible();

  await goToPayment(second);
  await payWith(second, CARDS.pays);
  await expectSealed(second);
  expect(await eventsOf(request, given, 'payment_intent.succeeded')).toHaveLength(0);
  expect(await orderAt(request, new URL(first.url()).pathname)).toMatchObject({ state: 'cancelled', refunds: [] });
  await expectLoggedOnce(request, name);
  for (const page of [first, second]) await page.context().close();
});
