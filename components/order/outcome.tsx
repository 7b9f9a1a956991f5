'use client';

import { ArrowUpRight } from 'lucide-react';
import Link from 'next/link';
import { useState, type ReactNode } from 'react';
import { Countdown } from '@/components/live/countdown';
import { Button, buttonClass } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import { ApiError, cancelOrder } from '@/lib/client/api';
import type { Order } from '@/lib/client/wire';
import { formatCents } from '@/lib/core/assertion/money';

/** Outcome says what has become of an order, and what there is to do now. */
export function Outcome({ order, setOrder }: { order: Order; setOrder: (order: Order) => void }): ReactNode {
  const again = (
    <Link href={`/?q=${encodeURIComponent(order.name)}`} className={buttonClass('secondary')}>
      Look at @{order.name} again
    </Link>
  );
  switch (order.state) {
    case 'awaiting-payment':
      return <Unpaid order={order} setOrder={setOrder} />;
    case 'paid':
      return (
        <Notice title="Your payment arrived">
          The registrar is checking your registration once more and signs it. This takes a moment.
        </Notice>
      );
    case 'accepted':
      return (
        <Notice tone="good" title="Accepted: the registrar has promised, in writing, to log it">
          <p>
            Next seal in <Countdown untilSec={order.nextSealSec} done="a moment" />
            {order.assertion.bySeal !== null && <>; seal {order.assertion.bySeal} at the latest</>}. You may close this page: nothing is
            left to do.
          </p>
        </Notice>
      );
    case 'sealed':
      return null;
    case 'expired':
      return (
        <Notice tone="warn" title="The time to pay ran out" action={again}>
          {order.problem && <p>{order.problem.detail}</p>}
          <p>
            {order.refunds.length === 0 && 'Nothing was charged. '}The name is no longer held for you; if it is still free, you can sign for
            it again.
          </p>
          <Refunds order={order} />
        </Notice>
      );
    case 'cancelled':
      return (
        <Notice title="You cancelled this order" action={again}>
          <p>{order.refunds.length === 0 && 'Nothing was charged. '}Your signature was not used and never will be.</p>
          <Refunds order={order} />
        </Notice>
      );
    case 'refunding':
      return (
        <Notice tone="warn" title="Your money is on its way back">
          {order.problem && <p>{order.problem.detail}</p>}
          <p>The name could not be registered for you, so the payment is being refunded by itself. There is nothing you need to do.</p>
          <Refunds order={order} />
        </Notice>
      );
    default:
      return (
        <Notice tone="warn" title="Refunded" action={again}>
          {order.problem && <p>{order.problem.detail}</p>}
          <p>
            {order.refunds.length > 0
              ? 'What you paid for this name went back the way it came; banks take some days to show it.'
              : 'What this name cost is in your credit, and pays for another.'}
          </p>
          <Refunds order={order} />
        </Notice>
      );
  }
}

/** Refunds lists the payments that go back, or have. */
function Refunds({ order }: { order: Order }) {
  if (order.refunds.length === 0) return null;
  return (
    <ul>
      {order.refunds.map(({ amountCents, done, failed }, at) => (
        <li key={at}>
          {formatCents(amountCents)} {done ? 'refunded' : failed ? 'could not be refunded automatically: the registry’s staff see it and send it back by hand' : 'is being refunded'}
        </li>
      ))}
    </ul>
  );
}

function Unpaid({ order, setOrder }: { order: Order; setOrder: (order: Order) => void }) {
  const [sure, setSure] = useState(false);
  const [busy, setBusy] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const cents = order.rail === 'credit' ? (order.creditCents ?? order.priceCents) : order.priceCents;

  const cancel = async () => {
    setBusy('Cancelling…');
    setProblem(null);
    try {
      setOrder(await cancelOrder(order.id));
    } catch (error) {
      setProblem(error instanceof ApiError ? error.detail : String(error));
    } finally {
      setBusy(null);
      setSure(false);
    }
  };

  return (
    <div className="card space-y-5 p-5 sm:p-6">
      <div className="space-y-1.5">
        <p className="text-lg font-medium">
          Signed, and held for you for <Countdown untilSec={order.expiresSec} done="no time longer" />
        </p>
        <p className="text-sm leading-relaxed text-muted">
          {order.rail === 'credit'
            ? `You buy ${formatCents(cents)} of credit; the name takes ${formatCents(order.priceCents)} of it.`
            : `The price is ${formatCents(cents)}, once.`}{' '}
          If you don’t pay in time, nothing is charged and the name is free again.
        </p>
      </div>
      {order.problem && <Notice tone="warn">{order.problem.detail}</Notice>}
      {problem && (
        <Notice tone="bad" alert title="It was not cancelled">
          {problem}
        </Notice>
      )}
      {sure ? (
        <div className="flex flex-wrap items-center gap-3">
          <p className="text-sm">Give up @{order.name}? Your signature is thrown away.</p>
          <Button kind="secondary" busy={busy} onClick={() => void cancel()}>
            Yes, cancel the order
          </Button>
          <Button kind="quiet" onClick={() => setSure(false)} disabled={busy !== null}>
            Keep it
          </Button>
        </div>
      ) : (
        <div className="flex flex-wrap gap-3">
          {order.payUrl && (
            <a href={order.payUrl} className={buttonClass('primary', true)}>
              Pay {formatCents(cents)} <ArrowUpRight className="size-4" aria-hidden="true" />
            </a>
          )}
          <Button kind="quiet" large onClick={() => setSure(true)}>
            Cancel the order
          </Button>
        </div>
      )}
    </div>
  );
}
