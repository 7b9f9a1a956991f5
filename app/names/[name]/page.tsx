import type { Metadata } from 'next';
import { notFound, redirect } from 'next/navigation';
import { NameOffer } from '@/components/names/name-offer';
import { NameView } from '@/components/names/name-view';
import { NoTenure } from '@/components/names/no-tenure';
import { readAsked } from '@/components/names/asked';
import { recordIn } from '@/components/names/record-in';
import { appContext } from '@/lib/server/context';
import { quoteName } from '@/lib/services/quote-name';
import { showName } from '@/lib/services/show-name';
import { currentRegistry } from '../../registry';

type Params = Promise<{ name: string }>;

export async function generateMetadata({ params }: { params: Params }): Promise<Metadata> {
  const asked = readAsked((await params).name);
  return { title: asked ? `@${asked.written}` : 'Not a name' };
}

export default async function NamePage({ params }: { params: Params }) {
  const asked = readAsked((await params).name) ?? notFound();
  if (asked.typed !== asked.written) redirect(`/@${asked.written}`);
  await currentRegistry();
  const ctx = await appContext();
  const found = recordIn(await showName(ctx, { name: asked.name, tenure: asked.tenure }));
  if (found) return <NameView asked={asked.written} record={found.record} index={found.index} />;
  if (asked.tenure !== null) return <NoTenure name={asked.name} tenure={asked.tenure} />;
  return <NameOffer asked={asked.name} quote={await quoteName(ctx, { name: asked.name })} />;
}
