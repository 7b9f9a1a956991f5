import { alert, CARDS, expectSealed, expectVerified, freshName, goToPayment, orderAddress, payWith, signFor } from './person';
import { expectLoggedOnce, orderAt } from './sandbox';
import { expect, test } from './server';

test('a ten-cent name is paid from credit, bought at one dollar at least, and the next one from what is left', async ({ page, request }) => {
  const [first, second] = [freshName(9), freshName(12)];

  await test.step('credit is bought with the first name', async () => {
    await signFor(page, first);
    const amounts = page.getByRole('group', { name: 'How much credit?' }).getByRole('radio');
    const labels = await amounts.evaluateAll((radios: HTMLInputElement[]) => radios.map((radio) => Number(radio.value)));
    expect(Math.min(...labels)).toBe(100);
    await expect(page.getByRole('radio', { name: /^\$1 / })).toBeChecked();
    await goToPayment(page);
    await expect(page.getByText('$1', { exact: true }).first()).toBeVisible();
    await payWith(page, CARDS.pays);
    const address = await orderAddress(page);
    await expectSealed(page);
    await expectVerified(page);
    await expect(page.getByText('$0.10, from $1 of credit')).toBeVisible();
    expect(await orderAt(request, address)).toMatchObject({ rail: 'credit', priceCents: 10, creditCents: 100, refunds: [] });
  });

  await test.step('the second name needs no payment', async () => {
    expect(await signFor(page, second)).toBeNull();
    await page.getByRole('button', { name: /^(Pay|Use|Register)/ }).click();
    const address = await orderAddress(page);
    await expectSealed(page);
    await expectVerified(page);
    expect(await orderAt(request, address)).toMatchObject({ rail: 'credit', priceCents: 10, creditCents: null, payUrl: null });
  });

  for (const name of [first, second]) {
    await expectLoggedOnce(request, name);
    await page.goto(`/@${name}`);
    await expectVerified(page);
  }
});

test('less than one dollar of credit, or none, is refused and nothing is held', async ({ page, request }) => {
  const name = freshName(10);
  await signFor(page, name);
  await page.route('**/api/v1/orders', async (route) => {
    const body = route.request().postDataJSON() as { creditCents: number };
    await route.continue({ postData: JSON.stringify({ ...body, creditCents: 99 }) });
  });
  await page.getByRole('button', { name: /^Pay \$/ }).click();
  await expect(alert(page)).toContainText('Nothing was charged');
  const quote = (await (await request.post('/api/v1/quotes', { data: { name } })).json()) as { status: string };
  expect(quote.status).toBe('free');
});
