import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContext, Page } from '@playwright/test';
import { rootSeedOf, encryptSeedOf } from '../lib/browser/words';
import { CARDS, expectSealed, freshName, goToPayment, payWith, search, signHere } from './person';
import { expect, test } from './server';

/** Everything that leaves the browser: address, headers and body of each request. */
function listen(context: BrowserContext): string[] {
  const sent: string[] = [];
  context.on('request', (request) => {
    const headers = Object.entries(request.headers()).map(([key, value]) => `${key}: ${value}`);
    sent.push([request.method(), request.url(), ...headers, request.postDataBuffer()?.toString('latin1') ?? ''].join('\n'));
  });
  return sent;
}

/** Forms in which 32 secret bytes could be written down. */
function forms(secret: Uint8Array): string[] {
  const bytes = Buffer.from(secret);
  return [bytes.toString('hex'), bytes.toString('hex').toUpperCase(), bytes.toString('base64').replace(/=+$/, ''), bytes.toString('base64url'), bytes.toString('latin1'), [...bytes].join(',')];
}

/** stored gives all that the browser keeps: localStorage, sessionStorage, cookies, and IndexedDB with every byte of it in each form. */
async function stored(page: Page): Promise<string> {
  const kept = await page.evaluate(async () => {
    const lines: string[] = [JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.cookie];
    const show = (value: unknown): string => {
      if (value instanceof CryptoKey) return `key extractable=${value.extractable}`;
      if (value instanceof Uint8Array) return [...value].join(',');
      if (typeof value === 'object' && value !== null) return Object.entries(value).map(([key, item]) => `${key}=${show(item)}`).join('\n');
      return String(value);
    };
    for (const { name } of await indexedDB.databases()) {
      const db = await new Promise<IDBDatabase>((resolve, reject) => {
        const opening = indexedDB.open(name ?? '');
        opening.addEventListener('success', () => resolve(opening.result));
        opening.addEventListener('error', () => reject(opening.error ?? new Error('not opened')));
      });
      for (const store of db.objectStoreNames) {
        const all = await new Promise<unknown[]>((resolve) => {
          const asking = db.transaction(store).objectStore(store).getAll();
          asking.addEventListener('success', () => resolve(asking.result));
        });
        lines.push(...all.map(show));
      }
      db.close();
    }
    return lines.join('\n');
  });
  return kept;
}

/** longestRun gives the longest run of words of the list that stand in a row in a text: a word list in any wrapping would show. */
function longestRun(text: string, words: readonly string[]): number {
  const known = new Set(words);
  let longest = 0;
  let run = 0;
  for (const token of text.toLowerCase().split(/[^a-z]+/)) {
    run = known.has(token) ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest;
}

for (const { said, hasEd25519 } of [
  { said: 'a browser that keeps keys itself', hasEd25519: true },
  { said: 'a browser that does not, so under a passphrase', hasEd25519: false },
]) {
  test(`no words and no private key leave the page or are stored in the clear, with ${said}`, async ({ page, context, server }) => {
    const sent = listen(context);
    const passphrase = 'quiet harbour 1871';
    if (!hasEd25519) {
      await page.addInitScript(() => {
        const generate = crypto.subtle.generateKey.bind(crypto.subtle) as (...args: unknown[]) => Promise<CryptoKey>;
        Object.defineProperty(crypto.subtle, 'generateKey', {
          value: (algorithm: { name?: string }, ...rest: unknown[]) => (algorithm.name === 'Ed25519' ? Promise.reject(new DOMException('no', 'NotSupportedError')) : generate(algorithm, ...rest)),
        });
      });
    }
    const name = freshName(7);
    await search(page, name);
    await page.getByRole('link', { name: `Register @${name}` }).click();
    const words = await signHere(page, hasEd25519 ? null : passphrase);
    if (words === null) throw new Error('an identity was made');
    await goToPayment(page);
    await payWith(page, CARDS.pays);
    await expectSealed(page);
    await page.goto(`/@${name}`);
    await expect(page.getByText('Verified in your browser').first()).toBeVisible();

    const kept = await stored(page);
    expect(kept).toContain('udf=');
    const secrets = [rootSeedOf(words), encryptSeedOf(words, 0)].flatMap(forms).concat(passphrase);
    for (const [place, text] of [['a request', sent.join('\n')], ['the browser’s storage', kept], ['the server’s output', server.log()]] as const) {
      expect(longestRun(text, words), `words in ${place}`).toBeLessThan(4);
      for (const secret of secrets) expect(text.includes(secret), `a secret in ${place}`).toBe(false);
    }
    if (hasEd25519) {
      expect(kept).toContain('key extractable=false');
      expect(kept).not.toContain('extractable=true');
    } else {
      expect(kept).toContain('kind=passphrase');
      expect(kept).not.toMatch(/^seed=/m);
    }
    expect(sent.some((request) => request.includes('/api/v1/orders'))).toBe(true);
  });
}

test('the registry’s own keys are in a file that only its owner reads, and never in what the server prints', ({ server }) => {
  const keys = readFileSync(join(server.dataDir, 'keys.json'), 'utf8');
  const secrets = keys.match(/[A-Za-z0-9+/]{43}=|whsec_\w+|sk_test_\w+/g) ?? [];
  expect(secrets.length).toBeGreaterThan(6);
  expect(statSync(join(server.dataDir, 'keys.json')).mode & 0o777).toBe(0o600);
  for (const secret of secrets) expect(server.log().includes(secret)).toBe(false);
});
