import type { APIRequestContext, Page } from '@playwright/test';
import { alert, CARDS, expectSealed, freshName, goToPayment, orderAddress, payWith, SEALED, signFor } from './person';
import { control, eventsOf, expectCharged, expectLoggedOnce, orderAt, sessionOf } from './sandbox';
import { expect, test } from './server';

interface Begun {
  name: string;
  payAddress: string;
}

/** begin signs for a new $100 name and goes to its payment page. */
async function begin(page: Page): Promise<Begun> {
  const name = freshName(7);
  await signFor(page, name);
  return { name, payAddress: await goToPayment(page) };
}

async function expectFree(request: APIRequestContext, name: string): Promise<void> {
  const quote = (await (await request.post('/api/v1/quotes', { data: { name } })).json()) as { status: string };
  expect(quote.status).toBe('free');
}

/** expectBought says that an order ended in one registration and one charge, and that nothing of it is on its way back. */
async function expectBought(page: Page, request: APIRequestContext, { name, payAddress }: Begun): Promise<void> {
  const address = await orderAddress(page);
  await expectSealed(page);
  await expectCharged(request, payAddress, 1);
  await expectLoggedOnce(request, name);
  expect(await orderAt(request, address)).toMatchObject({ state: 'sealed', refunds: [] });
}

test.afterEach(async ({ request }) => {
  await control(request, { deliveries: 'normal', flush: true });
});

test('a declined card can be followed by one that pays', async ({ page, request }) => {
  const begun = await begin(page);
  await payWith(page, CARDS.declined);
  await expect(alert(page)).toContainText('declined');
  await payWith(page, CARDS.insufficient);
  await expect(alert(page)).toContainText('insufficient funds');
  await expectCharged(request, begun.payAddress, 0);
  await payWith(page, CARDS.pays);
  await expectBought(page, request, begun);
});

test('3-D Secure: refused, then confirmed', async ({ page, request }) => {
  const begun = await begin(page);
  await payWith(page, CARDS.challenged);
  await page.getByRole('button', { name: 'No, refuse' }).click();
  await expect(alert(page)).toContainText('authenticate');
  await expectCharged(request, begun.payAddress, 0);
  await payWith(page, CARDS.challenged);
  await page.getByRole('button', { name: 'Yes, confirm' }).click();
  await expectBought(page, request, begun);
});

test('one who comes back without paying can pay still, or cancel: then the name is free and nothing is charged', async ({ page, request }) => {
  const { name, payAddress } = await begin(page);
  await page.getByRole('link', { name: 'Back without paying' }).click();
  const address = await orderAddress(page);
  await expect(page.getByText('Waiting for your payment')).toBeVisible();
  await page.getByRole('link', { name: /^Pay \$/ }).click();
  await expect(page.getByRole('textbox', { name: 'Card number' })).toBeVisible();
  await page.goto(address);
  await page.getByRole('button', { name: 'Cancel the order' }).click();
  await page.getByRole('button', { name: 'Keep it' }).click();
  await page.getByRole('button', { name: 'Cancel the order' }).click();
  await page.getByRole('button', { name: 'Yes, cancel the order' }).click();
  await expect(page.getByText('You cancelled this order')).toBeVisible();
  await expectFree(request, name);
  await page.goto(payAddress);
  await expect(page.getByText('The time to pay is over. Nothing was taken.')).toBeVisible();
  await expectCharged(request, payAddress, 0);
  expect(await orderAt(request, address)).toMatchObject({ state: 'cancelled', refunds: [] });
});

test('a session that runs out ends the order, frees the name, and cannot be paid late', async ({ page, request }) => {
  const { name, payAddress } = await begin(page);
  const other = await page.context().newPage();
  await page.getByRole('link', { name: 'Back without paying' }).click();
  const address = await orderAddress(page);
  await other.goto(payAddress);
  await control(request, { expire: sessionOf(payAddress) });
  await expect(page.getByText('The time to pay ran out')).toBeVisible(SEALED);
  await expectFree(request, name);
  // The other tab still shows the card field.
  await payWith(other, CARDS.pays);
  await expect(other.getByText('The time to pay is over. Nothing was taken.')).toBeVisible();
  await expectCharged(request, payAddress, 0);
  expect(await orderAt(request, address)).toMatchObject({ state: 'expired', refunds: [] });
  await page.getByRole('link', { name: `Look at @${name} again` }).click();
  await expect(page.getByRole('link', { name: `Register @${name}` })).toBeVisible();
});

test('paying in two tabs takes the money once', async ({ page, request, context }) => {
  const begun = await begin(page);
  const other = await context.newPage();
  await other.goto(begun.payAddress);
  await payWith(page, CARDS.pays);
  await orderAddress(page);
  await payWith(other, CARDS.pays);
  await expect(other.getByText('This has been paid already. Nothing more is taken.')).toBeVisible();
  await other.getByRole('link', { name: 'Back to the order' }).click();
  await expectSealed(other);
  await expectBought(page, request, begun);
});

for (const { said, deliveries, delaySec } of [
  { said: 'twice', deliveries: 'duplicate', delaySec: 0 },
  { said: 'late', deliveries: 'delay', delaySec: 20 },
  { said: 'out of order', deliveries: 'reorder', delaySec: 0 },
  { said: 'never', deliveries: 'drop', delaySec: 0 },
] as const) {
  test(`a webhook delivered ${said} ends in one registration`, async ({ page, request }) => {
    const begun = await begin(page);
    await control(request, { deliveries, ...(delaySec === 0 ? {} : { delaySec }) });
    await payWith(page, CARDS.pays);
    await expectBought(page, request, begun);
    // All of it once more, long after: nothing changes.
    await control(request, { deliveries: 'normal', flush: true });
    for (const event of await eventsOf(request, begun.payAddress)) await control(request, { replay: event.id, flush: true });
    await expectBought(page, request, begun);
  });
}

test('a closed tab loses nothing: the first page finds the order again', async ({ page, request, context }) => {
  const begun = await begin(page);
  await page.close();
  const later = await context.newPage();
  await later.goto('/');
  const found = later.getByRole('region', { name: 'Orders in progress' });
  await expect(found).toContainText(`@${begun.name} is signed and waits for payment`);
  await found.getByRole('link', { name: `Continue with @${begun.name}` }).click();
  await later.getByRole('link', { name: /^Pay \$/ }).click();
  await payWith(later, CARDS.pays);
  await expectBought(later, request, begun);
});

test('a tab closed the moment the money is gone loses nothing: the order is registered by itself', async ({ page, request, context }) => {
  const begun = await begin(page);
  // The payer never comes back from the payment page.
  await context.route('**/orders/*', (route) => route.abort());
  await payWith(page, CARDS.pays);
  await expect.poll(async () => (await eventsOf(request, begun.payAddress, 'payment_intent.succeeded')).length).toBe(1);
  await page.close();
  await context.unroute('**/orders/*');
  const later = await context.newPage();
  await later.goto(`/@${begun.name}`);
  await expect(async () => {
    await later.reload();
    await expect(later.getByText('Verified in your browser').first()).toBeVisible({ timeout: 3_000 });
    await expect(later.getByText(`@${begun.name}.0`).first()).toBeVisible({ timeout: 1_000 });
  }).toPass(SEALED);
  await expectLoggedOnce(request, begun.name);
});
