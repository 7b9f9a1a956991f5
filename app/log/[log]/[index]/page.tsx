import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { EntryPage } from '@/components/log/entry-page';
import { appContext } from '@/lib/server/context';
import { showEntry } from '@/lib/services/show-entry';
import { currentRegistry } from '../../../registry';

type Params = Promise<{ log: string; index: string }>;

/** Ten digits are more entries than any log here will ever have. */
const INDEX = /^(0|[1-9][0-9]{0,9})$/;

function readParams({ log, index }: { log: string; index: string }) {
  return (log === 'names' || log === 'proofs') && INDEX.test(index) ? ({ log, index: Number(index) } as const) : notFound();
}

export async function generateMetadata({ params }: { params: Params }): Promise<Metadata> {
  const { log, index } = readParams(await params);
  return { title: `Entry ${index} of the ${log === 'names' ? 'name' : 'proof'} log` };
}

export default async function Page({ params }: { params: Params }) {
  const asked = readParams(await params);
  await currentRegistry();
  const entry = (await showEntry(await appContext(), asked)) ?? notFound();
  return <EntryPage entry={entry} />;
}
