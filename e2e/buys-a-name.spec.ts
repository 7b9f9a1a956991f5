import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { answerQuiz, CARDS, expectSealed, expectVerified, freshName, goToPayment, payWith, ready, readWords, SEALED, search } from './person';
import { expectCharged, expectLoggedOnce } from './sandbox';
import { expect, test } from './server';

/** The steps of a check, each said to hold. */
async function expectEveryStepHolds(page: Page, panel: string): Promise<void> {
  const steps = page.getByRole('region', { name: panel }).getByRole('listitem');
  await expect(steps).toHaveCount(15);
  // What cannot be checked is said to be so: nothing was seen of this registry before, and nobody’s tokens are trusted.
  for (const text of await steps.allInnerTexts()) expect(text).toMatch(/^(holds:\s|not checked:\s+(The registry is the one|Validators you trust|Nothing you saw before))/);
}

/** changedAt gives a file with one letter changed, about `share` of its length from the start. */
function changedAt(file: Buffer, share: number): Buffer {
  const bytes = Buffer.from(file);
  let at = Math.floor(bytes.length * share);
  while (!/[A-Za-z]/.test(String.fromCharCode(bytes.readUInt8(at)))) at++;
  bytes.writeUInt8(bytes.readUInt8(at) === 0x41 ? 0x42 : 0x41, at);
  return bytes;
}

async function choose(page: Page, name: string, bytes: Buffer): Promise<void> {
  await page.getByLabel('Receipt file').setInputFiles({ name, mimeType: 'application/json', buffer: bytes });
}

test('a person buys a name of $100 and holds a receipt that their own browser verified', async ({ page, context, request }) => {
  const name = freshName(7);

  await test.step('from the first page to the checkout', async () => {
    await search(page, `@${name}`);
    await page.getByRole('link', { name: `Register @${name}` }).click();
    await expect(page.getByRole('complementary', { name: 'Your order' })).toContainText('$100');
  });

  await test.step('24 words, shown once, four of them confirmed', async () => {
    await page.getByRole('button', { name: 'show my words' }).click();
    const words = await readWords(page);
    expect(new Set(words).size).toBeGreaterThan(18);
    await expect(page.getByRole('button', { name: 'Check my copy' })).toBeDisabled();
    await page.getByRole('checkbox', { name: 'I have written down all 24 words' }).check();
    await page.getByRole('button', { name: 'Check my copy' }).click();
    await answerQuiz(page, words.toReversed());
    await expect(page.getByText(/This is not word \d+/).first()).toBeVisible();
    await answerQuiz(page, words);
    await expect(page.getByRole('heading', { name: 'Your identity is ready' })).toBeVisible();
    expect(await page.content()).not.toContain(words.join(' '));
    await page.getByRole('button', { name: 'Continue' }).click();
  });

  await test.step('details are judged field by field', async () => {
    await page.getByRole('textbox', { name: 'Shown as' }).fill('Somebody Else');
    await page.getByRole('textbox', { name: 'Provider' }).fill('nohost');
    await page.getByRole('button', { name: 'Continue' }).click();
    await expect(page.getByText(`@${name}`).first()).toBeVisible();
    await expect(page.getByRole('textbox', { name: 'Provider' })).toHaveAttribute('aria-invalid', 'true');
    await page.getByRole('textbox', { name: 'Shown as' }).fill(name.toUpperCase());
    await page.getByRole('textbox', { name: 'Provider' }).fill('Example.COM');
    await page.getByText('DNS servers of your own').click();
    await page.getByRole('textbox', { name: 'DNS server addresses' }).fill('192.0.2.53\n2001:DB8:0::53');
    await page.getByRole('button', { name: 'Continue' }).click();
  });

  await test.step('what will be signed is said in plain words, before paying', async () => {
    await expect(page.getByText(new RegExp(`Registers? @${name}.*can.t be erased`, 'i'))).toBeVisible();
    const main = page.getByRole('main');
    for (const said of [`@${name.toUpperCase()}`, 'example.com', '192.0.2.53, 2001:db8::53', '$100 once', 'Public for ever']) await expect(main.getByText(said).first()).toBeVisible();
    await page.getByText('The exact data').click();
    await expect(main.getByText('"type": "register"')).toBeVisible();
    await page.getByRole('button', { name: 'Sign registration' }).click();
    await expect(page.getByText('Signed with your key.')).toBeVisible();
  });

  const payAddress = await test.step('the sandbox’s page takes the card', async () => {
    const address = await goToPayment(page);
    await expect(page.getByText('Test mode')).toBeVisible();
    await payWith(page, CARDS.pays);
    return address;
  });

  await test.step('the order goes paid, accepted, sealed, by itself', async () => {
    await page.waitForURL('**/orders/*');
    await expect(page.getByRole('list', { name: 'Progress of the order' })).toContainText('Paid');
    // A page that was loaded anew would have forgotten this.
    await page.evaluate(() => Object.assign(window, { sameDocument: true }));
    await expectSealed(page);
    expect(await page.evaluate(() => 'sameDocument' in window)).toBe(true);
    const stations = page.getByRole('list', { name: 'Progress of the order' }).getByRole('listitem');
    await expect(stations).toHaveCount(4);
    for (const [at, title] of ['Signed', 'Paid', 'Accepted', 'Sealed'].entries()) await expect(stations.nth(at)).toContainText(`${title} (done)`);
    await expectCharged(request, payAddress, 1);
    await expectLoggedOnce(request, name);
  });

  const receipt = await test.step('the receipt verifies here, step by step, and can be downloaded', async () => {
    await expectVerified(page);
    await expectEveryStepHolds(page, 'Your receipt');
    for (const said of ['The log of names is signed by the registry', 'The sealed map holds this entry', 'is in the log of proofs', 'Those who had to sign did', 'The registrar kept its promise']) {
      await expect(page.getByText(said)).toBeVisible();
    }
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download the receipt' }).click()]);
    expect(download.suggestedFilename()).toContain(name);
    return readFileSync(await download.path());
  });

  await test.step('the file verifies with the network off, and a changed one is found out', async () => {
    await page.goto('/verify');
    await expect(page.getByText('You may go offline now')).toBeVisible();
    await context.setOffline(true);
    await choose(page, 'mine.json', receipt);
    await expect(page.getByText('This receipt holds')).toBeVisible();
    await expect(page.getByRole('main').getByText(`@${name}`).first()).toBeVisible();
    await expectEveryStepHolds(page, 'mine.json');

    const spoilt = [receipt.subarray(0, -1), ...[0.1, 0.3, 0.5, 0.7, 0.9].map((share) => changedAt(receipt, share))];
    for (const [at, bytes] of spoilt.entries()) {
      await choose(page, `spoilt-${at}.json`, bytes);
      await expect(page.getByText(`spoilt-${at}.json does not hold`)).toBeVisible();
      const failed = page.getByRole('listitem').filter({ hasText: /^failed:/ });
      await expect(failed).toHaveCount(1);
      await expect(failed.locator('details')).toHaveAttribute('open');
      await expect(page.getByText('This receipt holds')).toHaveCount(0);
    }
    await context.setOffline(false);
  });

  await test.step('the record of the name, the log and the entries of both logs verify', async () => {
    await page.goto(`/@${name}`);
    await expectVerified(page);
    for (const said of ['example.com', '192.0.2.53', '0 of 50']) await expect(page.getByText(said).first()).toBeVisible();
    await expect(page.getByText(`shown as ${name.toUpperCase()}`)).toBeVisible();
    for (const link of ['The record, entry', 'What was signed, entry']) {
      await page.goto(`/@${name}`);
      await page.getByRole('link', { name: link }).click();
      await expect(page.getByRole('heading', { level: 1 })).toContainText(`@${name}`);
      await expectVerified(page);
    }
    await page.goto('/log');
    await ready(page);
    for (const log of ['Name log', 'Proof log']) await expect(page.getByRole('heading', { name: log })).toBeVisible();
    await page.getByRole('button', { name: 'Proof log', exact: true }).click();
    await expect(page.getByRole('link').filter({ hasText: `@${name}` })).toBeVisible(SEALED);
  });
});
