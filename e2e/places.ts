import type { Page } from '@playwright/test';
import { alert, CARDS, expectSealed, expectVerified, freshName, goToPayment, orderAddress, payWith, ready, readWords, signFor } from './person';
import { control, sessionOf } from './sandbox';
import { expect } from './server';

/** Place is a page, or a state of one, that a person comes to. `go` leads there in a browser that has been to the places before it. */
export interface Place {
  name: string;
  go: (page: Page) => Promise<void>;
}

const plain = (name: string, address: string, landmark: string): Place => ({
  name,
  go: async (page) => {
    await page.goto(address);
    await expect(page.getByRole('main').getByText(landmark).first()).toBeVisible();
    await ready(page);
  },
});

/** Each page that needs nothing to have happened. */
export const PLAIN_PLACES: readonly Place[] = [
  plain('search, empty', '/', 'A name for life'),
  plain('search, a free name', '/?q=Alice%20Cooper', 'once, for life'),
  plain('search, a folded long name', `/?q=${'Ab-'.repeat(20)}z`, 'once, for life'),
  plain('search, no name', '/?q=---', 'can’t be a name'),
  plain('prices', '/prices', '$10,000,000'),
  plain('verify, empty', '/verify', 'You may go offline now'),
  plain('log', '/log', 'Newest entries'),
  plain('validators', '/log/validators', 'Whose tokens do you count?'),
  plain('evidence', '/log/evidence', 'judged by your browser alone'),
  plain('entry of the name log', '/log/names/0', 'Verified in your browser'),
  plain('entry of the proof log', '/log/proofs/0', 'Verified in your browser'),
  plain('a name that nobody holds', '/@nobody-has-this', 'Verified in your browser'),
  plain('a tenure that there is not', '/@nobody-has-this.7', 'There is no'),
  plain('checkout without a name', '/checkout', 'Which name?'),
  plain('checkout of what is no name', '/checkout?name=---', 'can’t be a name'),
  plain('not found', '/nothing/here', 'There is nothing at this address'),
];

/** purchase gives the places on the way of one purchase, in order, for one page; then those of an order given up and of one run out. */
export function purchase(): Place[] {
  const name = freshName(7);
  let words: string[] = [];
  let order = '';
  const press = (button: string | RegExp) => async (page: Page) => page.getByRole('button', { name: button }).click();
  return [
    plain('checkout, identity', `/checkout?name=${name}`, 'Make your identity'),
    {
      name: 'checkout, 24 words',
      go: async (page) => {
        await press('show my words')(page);
        words = await readWords(page);
      },
    },
    {
      name: 'checkout, words asked for, one wrong',
      go: async (page) => {
        await page.getByRole('checkbox', { name: 'I have written down all 24 words' }).check();
        await press('Check my copy')(page);
        await press('Confirm')(page);
        await expect(page.getByText(/This is not word/).first()).toBeVisible();
      },
    },
    {
      name: 'checkout, identity made',
      go: async (page) => {
        for (const field of await page.getByRole('textbox', { name: /^Word \d+$/ }).all()) {
          const label = await field.evaluate((input: HTMLInputElement) => input.labels?.[0]?.textContent ?? '');
          await field.fill(words[Number(/\d+/.exec(label)?.[0]) - 1] ?? '');
        }
        await press('Confirm')(page);
        await expect(page.getByRole('heading', { name: 'Your identity is ready' })).toBeVisible();
      },
    },
    {
      name: 'checkout, details with a mistake',
      go: async (page) => {
        await press('Continue')(page);
        await page.getByText('DNS servers of your own').click();
        await page.getByRole('textbox', { name: 'Provider' }).fill('nohost');
        await press('Continue')(page);
        await expect(page.getByRole('textbox', { name: 'Provider' })).toHaveAttribute('aria-invalid', 'true');
      },
    },
    {
      name: 'checkout, review',
      go: async (page) => {
        await page.getByRole('textbox', { name: 'Provider' }).fill('example.com');
        await press('Continue')(page);
        await page.getByText('The exact data').click();
        await expect(page.getByText('"type": "register"')).toBeVisible();
      },
    },
    {
      name: 'checkout, pay',
      go: async (page) => {
        await press('Sign registration')(page);
        await expect(page.getByText('Signed with your key.')).toBeVisible();
      },
    },
    { name: 'payment page', go: async (page) => void (await goToPayment(page)) },
    {
      name: 'payment page, declined',
      go: async (page) => {
        await payWith(page, CARDS.declined);
        await expect(alert(page)).toBeVisible();
      },
    },
    { name: 'payment page, 3-D Secure', go: async (page) => payWith(page, CARDS.challenged) },
    {
      name: 'payment page, back from 3-D Secure',
      go: async (page) => {
        await press('No, refuse')(page);
        await expect(alert(page)).toBeVisible();
      },
    },
    {
      name: 'order, waiting for payment',
      go: async (page) => {
        await page.getByRole('link', { name: 'Back without paying' }).click();
        order = await orderAddress(page);
        await press('Cancel the order')(page);
        await expect(page.getByRole('button', { name: 'Keep it' })).toBeVisible();
      },
    },
    plainLater('search, with an order in progress', () => '/', 'is signed and waits for payment'),
    plainLater('search, a held name', () => `/?q=${name}`, 'is paying now'),
    {
      name: 'order, sealed and verified',
      go: async (page) => {
        await page.goto(order);
        await page.getByRole('link', { name: /^Pay \$/ }).click();
        await payWith(page, CARDS.pays);
        await expectSealed(page);
        await expectVerified(page);
      },
    },
    plainLater('search, a taken name', () => `/?q=${name}`, 'Somebody holds this name'),
    plainLater('name', () => `/@${name}`, 'Verified in your browser'),
    {
      name: 'verify, a receipt that holds',
      go: async (page) => {
        const receipt = await (await page.request.get(`/api/v1${order}/proof`)).body();
        await page.goto('/verify');
        await page.getByLabel('Receipt file').setInputFiles({ name: 'receipt.json', mimeType: 'application/json', buffer: receipt });
        await expect(page.getByText('This receipt holds')).toBeVisible();
      },
    },
    {
      name: 'verify, a file that does not',
      go: async (page) => {
        await page.getByLabel('Receipt file').setInputFiles({ name: 'spoilt.json', mimeType: 'application/json', buffer: Buffer.from('{}') });
        await expect(page.getByText('spoilt.json does not hold')).toBeVisible();
      },
    },
    {
      name: 'checkout, identity kept',
      go: async (page) => {
        await page.goto(`/checkout?name=${freshName(9)}`);
        await expect(page.getByRole('heading', { name: 'Use the identity in this browser' })).toBeVisible();
      },
    },
    {
      name: 'checkout, credit',
      go: async (page) => {
        await signFor(page, freshName(9));
        await expect(page.getByRole('group', { name: 'How much credit?' })).toBeVisible();
      },
    },
    {
      name: 'order, run out',
      go: async (page) => {
        await signFor(page, freshName(7));
        const payAddress = await goToPayment(page);
        await page.getByRole('link', { name: 'Back without paying' }).click();
        await control(page.request, { expire: sessionOf(payAddress) });
        await expect(page.getByText('The time to pay ran out')).toBeVisible();
      },
    },
    {
      name: 'name, caught lying',
      go: async (page) => {
        await page.evaluate(() => localStorage.setItem('mns.pin', JSON.stringify({ registry: `${'C'.repeat(42)}A=`, seen: null })));
        await page.goto(`/@${name}`);
        await expect(page.getByText('Don’t rely on this page')).toBeVisible();
      },
    },
  ];
}

function plainLater(name: string, address: () => string, landmark: string): Place {
  return { name, go: (page) => plain(name, address(), landmark).go(page) };
}

