import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { OrderView } from '@/components/order/order-view';
import { appContext } from '@/lib/server/context';
import { showOrder } from '@/lib/services/show-order';

export const metadata: Metadata = { title: 'Your order', robots: { index: false } };

export default async function OrderPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const order = await showOrder(await appContext(), { id });
  if (!order) notFound();
  return <OrderView initial={order} />;
}
