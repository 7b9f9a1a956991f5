import { randomInt } from 'node:crypto';
import { expect, type Locator, type Page } from '@playwright/test';

/** Cards of the payment sandbox, as its page offers them. */
export const CARDS = {
  pays: '4242 4242 4242 4242',
  declined: '4000 0000 0000 0002',
  insufficient: '4000 0000 0000 9995',
  challenged: '4000 0025 0000 3155',
} as const;

/** A seal comes every two seconds here, but a busy machine takes its time. */
export const SEALED = { timeout: 30_000 };

/** freshName makes up a name of `letters` letters that no other test uses; 7 letters cost $100, 8 and more $0.10. */
export function freshName(letters: number): string {
  return Array.from({ length: letters }, (_, at) => (at % 2 === 0 ? 'bdfghjklmnprstvz' : 'aeiou').charAt(randomInt(at % 2 === 0 ? 16 : 5))).join('');
}

/** searchField is the one field of the first page. */
export function searchField(page: Page): Locator {
  return page.getByRole('textbox', { name: 'Name to look up' });
}

/** search types a name into the first page as a person does and waits for the answer to it. */
export async function search(page: Page, typed: string): Promise<void> {
  await page.goto('/');
  await ready(page);
  await searchField(page).pressSequentially(typed);
}

/** ready waits until the page's own code runs: what is typed before that would be the browser's alone. */
export async function ready(page: Page): Promise<void> {
  await page.waitForLoadState('load');
  await page.waitForFunction(() => Object.keys(document.querySelector('main a, main button, main input') ?? {}).some((key) => key.startsWith('__react')));
}

/** readWords reads the 24 words off the page. */
export async function readWords(page: Page): Promise<string[]> {
  const items = page.getByRole('list', { name: 'Your 24 words' }).getByRole('listitem');
  await expect(items).toHaveCount(24);
  return (await items.allInnerTexts()).map((text) => /[a-z]+/.exec(text)?.[0] ?? '');
}

/** makeIdentity goes through the first step of the checkout: 24 words, four of them confirmed. Gives the words, as a paper would keep them. */
export async function makeIdentity(page: Page): Promise<string[]> {
  await page.getByRole('button', { name: 'show my words' }).click();
  const words = await readWords(page);
  await page.getByRole('checkbox', { name: 'I have written down all 24 words' }).check();
  await page.getByRole('button', { name: 'Check my copy' }).click();
  await answerQuiz(page, words);
  return words;
}

/** answerQuiz types the words that are asked for and confirms them. */
export async function answerQuiz(page: Page, words: readonly string[]): Promise<void> {
  const fields = page.getByRole('textbox', { name: /^Word \d+$/ });
  await expect(fields).toHaveCount(4);
  for (const field of await fields.all()) {
    const label = await field.evaluate((input: HTMLInputElement) => input.labels?.[0]?.textContent ?? '');
    await field.fill(words[Number(/\d+/.exec(label)?.[0]) - 1] ?? '');
  }
  await page.getByRole('button', { name: 'Confirm' }).click();
}

/** choosePassphrase fills in the form that a browser without keys of its own gets. */
async function choosePassphrase(page: Page, passphrase: string): Promise<void> {
  await page.getByLabel('Passphrase', { exact: true }).fill(passphrase);
  await page.getByLabel('Passphrase, again').fill(passphrase);
  await page.getByRole('button', { name: 'Make my keys' }).click();
}

/** signFor goes from the checkout's address to the signed registration, with a new identity or the one that the browser keeps. Gives the words if it made one. */
export async function signFor(page: Page, name: string): Promise<string[] | null> {
  await page.goto(`/checkout?name=${encodeURIComponent(name)}`);
  return signHere(page);
}

/** signHere does the same from the checkout's first step. `passphrase` is for a browser that asks for one. */
export async function signHere(page: Page, passphrase: string | null = null): Promise<string[] | null> {
  const start = page.getByRole('button', { name: 'show my words' });
  const kept = page.getByRole('heading', { name: 'Use the identity in this browser' });
  await expect(start.or(kept)).toBeVisible();
  const words = (await kept.isVisible()) ? null : await makeIdentity(page);
  if (passphrase !== null) await choosePassphrase(page, passphrase);
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(page.getByRole('heading', { name: 'How it is shown, and who serves it' })).toBeVisible();
  await page.getByRole('button', { name: 'Continue' }).click();
  if (passphrase !== null) await page.getByLabel('Passphrase of your signing key').fill(passphrase);
  await page.getByRole('button', { name: 'Sign registration' }).click();
  await expect(page.getByText('Signed with your key.')).toBeVisible();
  return words;
}

/** goToPayment presses "Pay" in the checkout's last step and waits for the payment page, whose address it gives. */
export async function goToPayment(page: Page): Promise<string> {
  await page.getByRole('button', { name: /^Pay \$/ }).click();
  await page.waitForURL('**/sandbox/pay/*');
  return page.url();
}

/** payWith types a card into the payment page and sends it. */
export async function payWith(page: Page, card: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Card number' }).fill(card);
  await page.getByRole('button', { name: /^Pay \$/ }).click();
}

/** alert is what the page says aloud because it went wrong; the framework has an alert of its own outside. */
export function alert(page: Page): Locator {
  return page.getByRole('main').getByRole('alert');
}

/** orderAddress gives the address of the order that the page shows, once it shows one. */
export async function orderAddress(page: Page): Promise<string> {
  await page.waitForURL('**/orders/*');
  return new URL(page.url()).pathname;
}

/** expectSealed waits until the order page says that the name is bought. */
export async function expectSealed(page: Page): Promise<void> {
  await expect(page.getByRole('status').filter({ hasText: 'Yours, for life' })).toBeVisible(SEALED);
}

/** expectVerified waits until the page says that this browser verified what it shows. */
export async function expectVerified(page: Page): Promise<void> {
  await expect(page.getByText('Verified in your browser').first()).toBeVisible();
}

/** buy buys a name in one go. Gives the order's address. */
export async function buy(page: Page, name: string): Promise<string> {
  await signFor(page, name);
  await goToPayment(page);
  await payWith(page, CARDS.pays);
  const address = await orderAddress(page);
  await expectSealed(page);
  return address;
}
