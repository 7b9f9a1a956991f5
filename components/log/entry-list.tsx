import Link from 'next/link';
import { Ago } from '@/components/live/ago';
import { withThousands } from '@/components/ui/grouped';
import type { LogEntry } from '@/lib/client/wire';
import { rowsOf } from './entry-rows';

/** EntryList shows entries of one log, newest first, each in a sentence. */
export function EntryList({ entries }: { entries: LogEntry[] }) {
  if (entries.length === 0)
    return <p className="py-10 text-center text-sm text-muted">Nothing here yet. The first entry comes with the first change.</p>;
  return (
    <ol className="divide-y divide-line">
      {rowsOf(entries).map(({ entry, meaning, count }) => (
        <li key={entry.index}>
          <Link
            href={`/log/${entry.log}/${entry.index}`}
            prefetch={false}
            className="-mx-3 grid grid-cols-[1fr_auto] gap-x-4 gap-y-0.5 rounded-lg px-3 py-3 hover:bg-sunken sm:grid-cols-[6rem_5.5rem_1fr_auto]"
          >
            <span className="font-mono text-[0.8125rem] leading-6 text-muted tabular-nums">
              <span className="sr-only">Entry </span>
              {count > 1 && `${withThousands(entry.index - count + 1)}–`}
              {withThousands(entry.index)}
            </span>
            <span className="order-3 text-[0.8125rem] leading-6 text-muted sm:order-none">{meaning.kind}</span>
            <span
              className={`order-4 col-span-2 min-w-0 text-sm leading-6 [overflow-wrap:anywhere] sm:order-none sm:col-span-1 ${meaning.kind === 'seal' ? 'text-muted' : ''}`}
            >
              {meaning.sentence}
            </span>
            <span className="text-right text-[0.8125rem] leading-6 text-muted">
              <Ago sec={entry.timeSec} />
            </span>
          </Link>
        </li>
      ))}
    </ol>
  );
}
