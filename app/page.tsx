import { Infinity as ForLife, RefreshCw, ShieldCheck } from 'lucide-react';
import Link from 'next/link';
import { SealLine } from '@/components/live/seal-line';
import { Search } from '@/components/search/search';
import { UnfinishedOrders } from '@/components/search/unfinished-orders';
import { appContext } from '@/lib/server/context';
import { quoteName } from '@/lib/services/quote-name';
import { currentRegistry } from './registry';

type Query = Promise<{ q?: string | string[] }>;

/** The longest input that is looked up; the field itself takes no more. */
const MAX_QUERY = 200;

export default async function SearchPage({ searchParams }: { searchParams: Query }) {
  const { q } = await searchParams;
  const query = (Array.isArray(q) ? q[0] : q)?.trim().replace(/^@/, '').slice(0, MAX_QUERY) ?? '';
  const registry = await currentRegistry();
  const quote = query === '' ? null : await quoteName(await appContext(), { name: query });
  return (
    <div className="mx-auto max-w-3xl pt-8 sm:pt-16">
      <UnfinishedOrders />
      <div className="mb-5 text-[0.8125rem] text-muted">
        <SealLine />
      </div>
      <h1 className="text-3xl font-semibold tracking-[-0.035em] sm:text-5xl">A name for life.</h1>
      <p className="mt-3 mb-7 max-w-xl text-base leading-relaxed text-muted sm:mb-9 sm:text-lg">
        Find an @name, pay for it once, and keep it. The registry is a public log that your own browser checks, so you don’t have to trust
        us.
      </p>
      <Search initialQuery={query} initialQuote={quote} schedule={registry.schedule} />
      <section aria-labelledby="get" className="mt-16">
        <h2 id="get" className="sr-only">
          What you get
        </h2>
        <div className="grid gap-x-10 gap-y-8 sm:grid-cols-3">
          <Promised Icon={ForLife} title="Yours for life">
            One payment. No expiry, no renewals, nothing to forget. Hold it, sell it, or give it away.
          </Promised>
          <Promised Icon={RefreshCw} title={`${registry.schedule.changes} changes included`}>
            Move to another provider or change DNS servers in a minute, signed with your own key.
          </Promised>
          <Promised Icon={ShieldCheck} title="Proved, not promised">
            Every change is signed and sealed into a{' '}
            <Link href="/log" className="link">
              public log
            </Link>
            . Your receipt can be checked by anybody, even offline.
          </Promised>
        </div>
      </section>
    </div>
  );
}

function Promised({ Icon, title, children }: { Icon: typeof ForLife; title: string; children: React.ReactNode }) {
  return (
    <div>
      <Icon className="size-5 text-accent" aria-hidden="true" />
      <h3 className="mt-3 text-sm font-semibold">{title}</h3>
      <p className="mt-1.5 text-sm leading-relaxed text-muted">{children}</p>
    </div>
  );
}
