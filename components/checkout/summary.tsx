import { formatCents } from '@/lib/core/assertion/money';
import type { SignableQuote } from './registration';

/** Summary is what is being bought, always in sight. */
export function Summary({ quote }: { quote: SignableQuote }) {
  return (
    <aside aria-label="Your order" className="card order-first h-fit p-5 lg:sticky lg:top-6 lg:order-none lg:p-6">
      <p className="text-2xl font-semibold tracking-[-0.03em] [overflow-wrap:anywhere]">
        <span className="text-accent">@</span>
        {quote.name}
      </p>
      <dl className="mt-3 space-y-1.5 text-sm lg:mt-5 lg:border-t lg:pt-4">
        <div className="flex justify-between gap-4">
          <dt className="text-muted">Price, once</dt>
          <dd className="font-medium tabular-nums">{formatCents(quote.priceCents)}</dd>
        </div>
        <div className="hidden justify-between gap-4 lg:flex">
          <dt className="text-muted">Renewals</dt>
          <dd>none, ever</dd>
        </div>
        <div className="hidden justify-between gap-4 lg:flex">
          <dt className="text-muted">Changes included</dt>
          <dd className="tabular-nums">{quote.changes}</dd>
        </div>
      </dl>
    </aside>
  );
}
