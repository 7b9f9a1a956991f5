import Link from 'next/link';
import { Hash } from '@/components/ui/hash';
import { SealLine } from '@/components/live/seal-line';
import type { RegistryInfo } from '@/lib/client/wire';

/** Footer carries the heartbeat of the registry and its identity: the number that everything signed here carries. */
export function Footer({ registry }: { registry: RegistryInfo | null }) {
  return (
    <footer className="mt-24 border-t">
      <div className="mx-auto grid w-full max-w-page gap-x-10 gap-y-6 px-4 py-8 text-[0.8125rem] leading-5 text-muted sm:grid-cols-2 sm:px-6">
        <div className="space-y-2">
          <SealLine />
          <p className="max-w-sm">
            Names are for life. Every change is public, signed, and in a{' '}
            <Link href="/log" className="link">
              log
            </Link>{' '}
            that nobody can rewrite without being caught.
          </p>
        </div>
        {registry && (
          <div className="min-w-0 sm:justify-self-end">
            <p>Registry id</p>
            <Hash value={registry.registry} label="registry id" short />
          </div>
        )}
      </div>
    </footer>
  );
}
