import Link from 'next/link';
import { buttonClass } from '@/components/ui/button';

/** NoTenure answers for a tenure that there is not, or not yet. */
export function NoTenure({ name, tenure }: { name: string; tenure: number }) {
  return (
    <div className="mx-auto max-w-text pt-16 sm:pt-28">
      <h1 className="text-3xl font-semibold tracking-[-0.03em] [overflow-wrap:anywhere]">
        There is no{' '}
        <span className="whitespace-nowrap">
          <span className="text-accent">@</span>
          {name}.{tenure}
        </span>
      </h1>
      <p className="mt-4 leading-relaxed text-muted">
        The number after the name is its tenure: 0 is the first holder, 1 the second, and so on. This name has not had that many holders.
      </p>
      <Link href={`/@${name}`} className={`${buttonClass()} mt-8`}>
        See @{name}
      </Link>
    </div>
  );
}
