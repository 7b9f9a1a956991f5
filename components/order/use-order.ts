'use client';

import { useCallback, useEffect, useRef, useState } from 'react';
import { ApiError, getOrder } from '@/lib/client/api';
import { onSeal } from '@/lib/client/events';
import type { Order, OrderState } from '@/lib/client/wire';

const POLL_MS = 2500;
const ENDED: ReadonlySet<OrderState> = new Set(['sealed', 'expired', 'cancelled', 'refunded']);

/** isOver tells whether nothing will happen to an order any more. */
export function isOver(state: OrderState): boolean {
  return ENDED.has(state);
}

/** useOrder follows an order until it is over: at every seal, when the page is looked at again, and by asking now and then. */
export function useOrder(initial: Order): { order: Order; offline: boolean; setOrder: (order: Order) => void } {
  const [order, setOrder] = useState(initial);
  const [offline, setOffline] = useState(false);
  const asking = useRef(false);
  const over = isOver(order.state);

  const refresh = useCallback(async () => {
    if (asking.current) return;
    asking.current = true;
    try {
      setOrder(await getOrder(initial.id));
      setOffline(false);
    } catch (error) {
      setOffline(error instanceof ApiError && (error.code === 'offline' || error.status >= 500));
    } finally {
      asking.current = false;
    }
  }, [initial.id]);

  useEffect(() => {
    if (over) return undefined;
    const ask = () => void refresh();
    const looked = () => document.visibilityState === 'visible' && ask();
    const stopSeals = onSeal(ask);
    const timer = setInterval(() => document.visibilityState === 'visible' && ask(), POLL_MS);
    document.addEventListener('visibilitychange', looked);
    addEventListener('online', ask);
    ask();
    return () => {
      stopSeals();
      clearInterval(timer);
      document.removeEventListener('visibilitychange', looked);
      removeEventListener('online', ask);
    };
  }, [over, refresh]);

  return { order, offline, setOrder };
}
