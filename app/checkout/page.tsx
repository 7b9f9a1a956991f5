import type { Metadata } from 'next';
import Link from 'next/link';
import { Checkout } from '@/components/checkout/checkout';
import { isSignable } from '@/components/checkout/registration';
import { QuoteResult } from '@/components/search/quote-result';
import { buttonClass } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import { appContext } from '@/lib/server/context';
import { quoteName } from '@/lib/services/quote-name';
import { currentRegistry } from '../registry';

export const metadata: Metadata = { title: 'Register a name', robots: { index: false } };

type Query = Promise<{ name?: string | string[] }>;

export default async function CheckoutPage({ searchParams }: { searchParams: Query }) {
  const { name } = await searchParams;
  const asked = (Array.isArray(name) ? name[0] : name)?.trim() ?? '';
  const registry = await currentRegistry();
  const quote = asked === '' ? null : await quoteName(await appContext(), { name: asked });
  return (
    <div className="pt-4 sm:pt-10">
      <h1 className="sr-only">Register {quote?.name ? `@${quote.name}` : 'a name'}</h1>
      <noscript>
        <Notice tone="warn" title="This page needs JavaScript">
          Your key is made and kept by your own browser, so the code that does it has to run there. Everything up to here works without.
        </Notice>
      </noscript>
      {quote && isSignable(quote) ? (
        <Checkout quote={quote} registry={registry} />
      ) : (
        <div className="mx-auto max-w-3xl space-y-6">
          {quote ? (
            <QuoteResult quote={quote} />
          ) : (
            <Notice title="Which name?">Look one up first: the search shows what is free and what it costs.</Notice>
          )}
          <Link href={quote ? `/?q=${encodeURIComponent(asked)}` : '/'} className={buttonClass('secondary')}>
            {quote ? 'Look for another name' : 'Search for a name'}
          </Link>
        </div>
      )}
    </div>
  );
}
