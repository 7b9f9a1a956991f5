import type { Metadata } from 'next';
import Link from 'next/link';
import { LogBoard } from '@/components/log/log-board';
import { appContext } from '@/lib/server/context';
import { showLog } from '@/lib/services/show-log';
import { currentRegistry } from '../registry';

export const metadata: Metadata = {
  title: 'The log',
  description: 'Both logs of the registry: their signed checkpoints, the newest entries, the next seal.',
};

export default async function LogPage() {
  await currentRegistry();
  const info = await showLog(await appContext());
  return (
    <div className="pt-4 sm:pt-10">
      <h1 className="text-3xl font-semibold tracking-[-0.035em] sm:text-4xl">The log</h1>
      <p className="mt-3 mb-8 max-w-2xl leading-relaxed text-muted">
        Everything this registry does is written into two logs that can only grow. Once a minute a seal closes what came in, and both are
        signed. Rewriting an entry would change the root hash, and everybody who kept an older one would see it.
      </p>
      <p className="-mt-4 mb-8 flex flex-wrap gap-x-6 gap-y-1 text-sm">
        <Link href="/log/validators" className="text-ink underline decoration-edge underline-offset-2 hover:decoration-ink">
          Who validates it
        </Link>
        <Link href="/log/evidence" className="text-ink underline decoration-edge underline-offset-2 hover:decoration-ink">
          Evidence against it
        </Link>
      </p>
      <LogBoard initial={info} />
    </div>
  );
}
