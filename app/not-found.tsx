import type { Metadata } from 'next';
import Link from 'next/link';
import { buttonClass } from '@/components/ui/button';

export const metadata: Metadata = { title: 'Not found' };

export default function NotFound() {
  return (
    <div className="mx-auto max-w-text pt-16 sm:pt-28">
      <p className="font-mono text-sm text-muted">404</p>
      <h1 className="mt-2 text-3xl font-semibold tracking-[-0.03em]">There is nothing at this address.</h1>
      <p className="mt-4 leading-relaxed text-muted">
        A name is at /@name. An entry of the log exists once it is sealed, which takes up to a minute. An order has the address you were
        given when you made it.
      </p>
      <div className="mt-8 flex flex-wrap gap-3">
        <Link href="/" className={buttonClass()}>
          Search for a name
        </Link>
        <Link href="/log" className={buttonClass('secondary')}>
          Look into the log
        </Link>
      </div>
    </div>
  );
}
