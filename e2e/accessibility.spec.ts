import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { CARDS, expectSealed, expectVerified, freshName, SEALED } from './person';
import { type Place, PLAIN_PLACES, purchase } from './places';
import { expect, test } from './server';

/* What a page looks like does not depend on the database behind it, so one of the two is enough here. */
test.beforeEach(({ database }) => {
  test.skip(database !== 'embedded', 'pages are the same on both databases');
});

const PHONE = { width: 360, height: 740 };
const DESKTOP = { width: 1280, height: 800 };
/** The narrowest width that WCAG 2.1 (1.4.10, reflow) asks for. */
const NARROW = { width: 320, height: 640 };

/* Recording each of these many steps costs more than the steps. */
test.use({ trace: 'off' });

type Look = readonly [look: string, colorScheme: 'light' | 'dark', viewport: { width: number; height: number }];

/** Every place is looked at in both themes and both widths; which theme goes with which width changes from place to place. */
const LOOKS: readonly (readonly Look[])[] = [
  [['light, desktop', 'light', DESKTOP], ['dark, phone', 'dark', PHONE]],
  [['dark, desktop', 'dark', DESKTOP], ['light, phone', 'light', PHONE]],
];

async function settle(page: Page): Promise<void> {
  // Things fade in; half-faded text has no contrast.
  await page.evaluate(() => Promise.all(document.getAnimations().filter((animation) => animation.effect?.getComputedTiming().iterations !== Infinity).map((animation) => animation.finished.catch(() => null))));
}

async function expectAccessible(page: Page, where: string, looks: readonly Look[]): Promise<void> {
  for (const [look, colorScheme, viewport] of looks) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize(viewport);
    await settle(page);
    // Legacy mode leaves out frames of other origins, of which there are none, and needs no second page each time.
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
    const said = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target.join(' ')} ${node.failureSummary ?? ''}`).join(' | ')}`);
    expect.soft(said, `${where}, ${look}`).toEqual([]);
  }
  await page.setViewportSize(NARROW);
  const wide = await page.evaluate(() => ({ page: document.documentElement.scrollWidth, window: document.documentElement.clientWidth }));
  expect.soft(wide.page, `${where}: scrolls sideways at 320 px`).toBeLessThanOrEqual(wide.window);
  await page.setViewportSize(DESKTOP);
}

async function tour(page: Page, places: readonly Place[]): Promise<void> {
  for (const [at, place] of places.entries()) {
    await test.step(place.name, async () => {
      await place.go(page);
      await expectAccessible(page, place.name, LOOKS[at % LOOKS.length] ?? []);
    });
  }
}

test('every page is clean for axe in both themes, on phone and desktop, and never scrolls sideways', async ({ page }) => {
  test.setTimeout(300_000);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await tour(page, PLAIN_PLACES);
});

test('so is every state of a purchase', async ({ page }) => {
  test.setTimeout(420_000);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await tour(page, purchase());
});

/** tabTo presses Tab until what has the focus is called `name`. */
async function tabTo(page: Page, name: RegExp, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    const said = await page.evaluate(() => {
      const element = document.activeElement;
      if (!(element instanceof HTMLElement) || element.matches('body, main')) return '';
      const label = element instanceof HTMLInputElement ? (element.labels?.[0]?.textContent ?? '') : '';
      return label || (element.getAttribute('aria-label') ?? element.textContent);
    });
    if (name.test(said)) {
      await expect(page.locator(':focus')).toBeVisible();
      return;
    }
    await page.keyboard.press(key);
  }
  throw new Error(`the keyboard never comes to ${String(name)}`);
}

test('with the keyboard alone a person searches, makes an identity, signs, pays, and opens the verified receipt', async ({ page }) => {
  const name = freshName(7);
  const { keyboard } = page;
  await page.goto('/');
  await expect(page.getByRole('link', { name: 'Skip to content' })).not.toBeInViewport();
  await keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to content' })).toBeInViewport();
  await keyboard.press('Enter');
  await tabTo(page, /Name to look up/);
  await keyboard.type(name);
  await expect(page.getByRole('link', { name: `Register @${name}` })).toBeVisible();
  await tabTo(page, new RegExp(`Register @${name}`));
  await keyboard.press('Enter');

  await expect(page.getByRole('heading', { name: 'Make your identity' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'show my words' })).toBeEnabled();
  await tabTo(page, /show my words/);
  await keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Write down these 24 words' })).toBeFocused();
  const words = await page.getByRole('list', { name: 'Your 24 words' }).getByRole('listitem').allInnerTexts();
  await tabTo(page, /I have written down/);
  await keyboard.press('Space');
  await tabTo(page, /Check my copy/);
  await keyboard.press('Enter');

  await expect(page.getByRole('heading', { name: 'Check your copy' })).toBeFocused();
  for (let field = 0; field < 4; field++) {
    await keyboard.press('Tab');
    const label = await page.locator(':focus').evaluate((input: HTMLInputElement) => input.labels?.[0]?.textContent ?? '');
    await keyboard.type(/[a-z]+/.exec(words[Number(/\d+/.exec(label)?.[0]) - 1] ?? '')?.[0] ?? '');
  }
  await keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Your identity is ready' })).toBeFocused();
  await tabTo(page, /^Continue/);
  await keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'How it is shown, and who serves it' })).toBeFocused();
  await tabTo(page, /^Continue/);
  await keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Read it, then sign it' })).toBeFocused();
  await tabTo(page, /Sign registration/);
  await keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Pay', exact: true })).toBeFocused();
  await tabTo(page, /^Pay \$/);
  await keyboard.press('Enter');

  await page.waitForURL('**/sandbox/pay/*');
  await tabTo(page, /Card number/);
  await keyboard.type(CARDS.pays);
  await keyboard.press('Enter');
  await page.waitForURL('**/orders/*', SEALED);
  await expectSealed(page);
  await expectVerified(page);
  await tabTo(page, /The sealed map holds this entry/);
  await keyboard.press('Enter');
  await expect(page.locator('details[open]').filter({ hasText: 'The sealed map holds this entry' })).toBeVisible();
  await tabTo(page, /Download the receipt/, 'Shift+Tab');
  const [download] = await Promise.all([page.waitForEvent('download'), keyboard.press('Enter')]);
  expect(download.suggestedFilename()).toContain(name);
});
