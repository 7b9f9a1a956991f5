'use client';

import Link from 'next/link';
import { useEffect, useState } from 'react';
import type { StoredOrder } from '@/lib/browser/key-store';
import { getOrder } from '@/lib/client/api';
import type { Order } from '@/lib/client/wire';

const OPEN = new Set(['awaiting-payment', 'paid', 'accepted']);
const NEWEST = 5;

async function openOrders(): Promise<Order[]> {
  // A first visit has nothing stored: the code that reads it need not come.
  const stored = await indexedDB.databases?.();
  if (stored?.length === 0) return [];
  const { rememberedOrders } = await import('@/lib/browser/key-store');
  const remembered: StoredOrder[] = (await rememberedOrders()).slice(0, NEWEST);
  const found = await Promise.allSettled(remembered.map(({ id }) => getOrder(id)));
  return found.flatMap((result) => (result.status === 'fulfilled' && OPEN.has(result.value.state) ? [result.value] : []));
}

/** UnfinishedOrders brings back what a closed tab left: orders this browser made that are not done yet. */
export function UnfinishedOrders() {
  const [orders, setOrders] = useState<Order[]>([]);
  useEffect(() => {
    let gone = false;
    const timer = setTimeout(() => {
      openOrders().then(
        (found) => !gone && setOrders(found),
        () => undefined,
      );
    }, 300);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, []);
  if (orders.length === 0) return null;
  return (
    <section aria-label="Orders in progress" className="animate-rise mb-8 rounded-xl bg-sunken px-4 py-3 text-sm">
      <ul className="space-y-1.5">
        {orders.map((order) => (
          <li key={order.id} className="flex flex-wrap items-baseline justify-between gap-x-4">
            <span>
              Your order for <span className="font-medium">@{order.name}</span>{' '}
              <span className="text-muted">
                {order.state === 'awaiting-payment' ? 'is signed and waits for payment' : 'is paid and on its way into the log'}
              </span>
            </span>
            <Link href={`/orders/${order.id}`} className="link">
              {order.state === 'awaiting-payment' ? 'Continue' : 'Follow'}
              <span className="sr-only"> with @{order.name}</span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
