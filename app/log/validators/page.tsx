import type { Metadata } from 'next';
import Link from 'next/link';
import { PolicyForm } from '@/components/validators/policy-form';
import { ValidatorBoard } from '@/components/validators/validator-board';
import { appContext } from '@/lib/server/context';
import { showValidators } from '@/lib/services/show-validators';
import { currentRegistry } from '../../registry';

export const metadata: Metadata = {
  title: 'Validators',
  description: 'Who replays every entry of this registry’s log, and how far each has come.',
};

export default async function ValidatorsPage() {
  await currentRegistry();
  const info = await showValidators(await appContext());
  return (
    <div className="mx-auto max-w-3xl pt-4 sm:pt-10">
      <p className="text-sm">
        <Link href="/log" className="text-muted hover:text-ink">
          ← The log
        </Link>
      </p>
      <h1 className="mt-3 text-3xl font-semibold tracking-[-0.035em] sm:text-4xl">Validators</h1>
      <p className="mt-3 mb-8 leading-relaxed text-muted">
        A validator replays every entry from the first one on. Where all is right it signs the checkpoint: its token says “I checked the log
        up to here”. Tokens stand on the checkpoint and are logged with the next seal. If something is wrong it does not sign, and
        publishes the <Link href="/log/evidence" className="text-ink underline decoration-edge underline-offset-2">evidence</Link>.
      </p>
      <ValidatorBoard initial={info} />
      <div className="mt-10">
        <PolicyForm />
      </div>
    </div>
  );
}
