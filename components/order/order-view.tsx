'use client';

import Link from 'next/link';
import { Hash } from '@/components/ui/hash';
import { Fact, Facts } from '@/components/ui/facts';
import { Notice } from '@/components/ui/notice';
import { Udf } from '@/components/ui/udf';
import type { Order, OrderState } from '@/lib/client/wire';
import { formatCents } from '@/lib/core/assertion/money';
import { Outcome } from './outcome';
import { Receipt } from './receipt';
import { Timeline } from './timeline';
import { useOrder } from './use-order';

const HEADLINE: Record<OrderState, string> = {
  'awaiting-payment': 'Waiting for your payment',
  paid: 'Paid. Being registered',
  accepted: 'Accepted. Waiting for the seal',
  sealed: 'Yours, for life',
  expired: 'Not registered',
  cancelled: 'Not registered',
  refunding: 'Not registered. Refund on its way',
  refunded: 'Not registered. Refunded',
};

/** OrderView follows one order live, from the signature to the verified receipt. */
export function OrderView({ initial }: { initial: Order }) {
  const { order, offline, setOrder } = useOrder(initial);
  return (
    <div className="pt-4 sm:pt-10">
      <output className={`block text-base ${order.state === 'sealed' ? 'font-medium text-accent' : 'text-muted'}`}>
        {HEADLINE[order.state]}
      </output>
      <h1 className={`mt-1.5 ${order.name.length > 18 ? 'text-hero-long' : 'text-hero'}`}>
        <span className="text-accent">@</span>
        {order.name}
      </h1>
      <div className="mt-8 grid gap-x-16 gap-y-10 sm:mt-10 lg:grid-cols-[minmax(0,1fr)_18rem]">
        <div className="min-w-0 space-y-6">
          {offline && (
            <Notice tone="warn" title="The registry can’t be reached">
              Your order is safe there. This page goes on by itself as soon as it answers again.
            </Notice>
          )}
          <Outcome order={order} setOrder={setOrder} />
          {order.state === 'sealed' && order.refunds.length > 0 && (
            <Notice title="A second payment goes back">
              You paid more than once. What was too much is refunded by itself: this name is paid.
            </Notice>
          )}
          {order.state === 'sealed' && <Receipt order={order} />}
        </div>
        <aside aria-label="The order" className="min-w-0 space-y-8">
          <Timeline order={order} />
          <div className="border-t">
            <Facts>
              <Fact label="Price">
                {formatCents(order.priceCents)}
                {order.rail === 'credit' && (
                  <span className="text-muted">
                    , from {order.creditCents === null ? 'the credit you had' : `${formatCents(order.creditCents)} of credit`}
                  </span>
                )}
              </Fact>
              <Fact label="Holder">
                <Udf udf={order.udf} />
              </Fact>
              <Fact label="Signed registration">
                <Hash value={order.assertion.hash} label="hash of the signed registration" short />
              </Fact>
              {order.assertion.proofIndex !== null && (
                <Fact label="Proof log">
                  <Link href={`/log/proofs/${order.assertion.proofIndex}`} className="link tabular-nums">
                    Entry {order.assertion.proofIndex}
                  </Link>
                </Fact>
              )}
              {order.assertion.nameIndex !== null && (
                <Fact label="Name log">
                  <Link href={`/log/names/${order.assertion.nameIndex}`} className="link tabular-nums">
                    Entry {order.assertion.nameIndex}
                  </Link>
                </Fact>
              )}
              <Fact label="Order">
                <span className="font-mono text-[0.8125rem]">{order.id}</span>
              </Fact>
            </Facts>
          </div>
        </aside>
      </div>
    </div>
  );
}
