import type { Metadata } from 'next';
import Link from 'next/link';
import { ScrollBox } from '@/components/ui/scroll-box';
import { RAIL_TEXT } from '@/components/search/rails';

import { formatCents } from '@/lib/core/assertion/money';
import { railOf } from '@/lib/services/rails';
import { currentRegistry } from '../registry';

export const metadata: Metadata = { title: 'Prices', description: 'What a name costs, by its letters: once, for life.' };

const EXAMPLES = ['x', 'ab', 'zoe', 'mara', 'alice', 'cooper', 'bakerss', 'coopersbakery'];

export default async function PricesPage() {
  const { schedule } = await currentRegistry();
  const steps = schedule.priceCents.map((cents, at) => ({ letters: at + 1, cents, example: EXAMPLES[at] ?? '' })).reverse();
  const cell = 'py-4 pr-6 align-baseline';
  return (
    <div className="mx-auto max-w-3xl pt-4 sm:pt-10">
      <h1 className="text-3xl font-semibold tracking-[-0.035em] sm:text-4xl">Prices</h1>
      <p className="mt-3 leading-relaxed text-muted">
        A name is paid for once and is yours for life. What it costs depends on how many letters and digits it has; hyphens don’t count.
        This is price schedule {schedule.version}, read from the log: it is public, signed, and changes only with notice.
      </p>
      <ScrollBox label="Price table" className="mt-8">
        <table className="w-full text-left text-[0.9375rem]">
          <thead className="text-[0.8125rem] text-muted">
            <tr className="border-b">
              <th scope="col" className="py-2.5 pr-6 font-normal">
                Letters
              </th>
              <th scope="col" className="py-2.5 pr-6 text-right font-normal">
                Price, once
              </th>
              <th scope="col" className="hidden py-2.5 pr-6 font-normal sm:table-cell">
                For example
              </th>
              <th scope="col" className="hidden py-2.5 font-normal md:table-cell">
                How it is paid
              </th>
            </tr>
          </thead>
          <tbody className="divide-y divide-line">
            {steps.map((step) => (
              <tr key={step.letters}>
                <th scope="row" className={`${cell} font-medium whitespace-nowrap`}>
                  {step.letters}
                  {step.letters === steps.length && ' and more'}
                </th>
                <td className={`${cell} text-right font-medium tabular-nums`}>{formatCents(step.cents)}</td>
                <td className={`${cell} hidden text-muted sm:table-cell`}>
                  <Link href={`/?q=${step.example}`} className="hover:text-ink" prefetch={false}>
                    @{step.example}
                  </Link>
                </td>
                <td className="hidden py-4 align-baseline text-[0.8125rem] leading-5 text-muted md:table-cell">
                  {RAIL_TEXT[railOf(step.cents)]}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
      <dl className="mt-12 grid gap-x-10 gap-y-8 text-sm sm:grid-cols-2">
        <Point title="What is included">
          The name, for life, and {schedule.changes} changes: another provider, other DNS servers, another way to show it.{' '}
          {schedule.changes} more cost {formatCents(schedule.topupCents)}.
        </Point>
        <Point title="What it never costs">No yearly fee, no renewal, no fee for holding it, and none for proving that it is yours.</Point>
        <Point title="Letters are counted in the written form">
          Capitals, accents and spaces make no difference: <span className="font-mono">@Alice Cooper</span> is{' '}
          <span className="font-mono">@alicecooper</span>, eleven letters.
        </Point>
        <Point title="You sign first, then pay">
          If a name turns out to be gone when your payment arrives, the money goes back by itself.
        </Point>
      </dl>
    </div>
  );
}

function Point({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <div>
      <dt className="font-semibold">{title}</dt>
      <dd className="mt-1.5 leading-relaxed text-muted">{children}</dd>
    </div>
  );
}
