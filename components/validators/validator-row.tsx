import Link from 'next/link';
import { Ago } from '@/components/live/ago';
import { Badge } from '@/components/ui/badge';
import { CopyButton } from '@/components/ui/copy-button';
import { Disclosure } from '@/components/ui/disclosure';
import { Udf } from '@/components/ui/udf';
import type { ValidatorInfo } from '@/lib/client/wire';

/** ValidatorRow is one validator: its name, how far behind it is, when it last signed, and by whose name it was enrolled. */
export function ValidatorRow({ validator }: { validator: ValidatorInfo }) {
  const { holds, name, tokenSeal, tokenSec, udf, vkey } = validator;
  return (
    <li className="py-5">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <h3 className="min-w-0 text-base font-medium [overflow-wrap:anywhere]">{name}</h3>
        <Lag validator={validator} />
      </div>
      <p className="mt-1 text-sm text-muted">
        {tokenSeal === null || tokenSec === null ? (
          'Has not signed anything yet.'
        ) : (
          <>
            Last token: seal {tokenSeal}, <Ago sec={tokenSec} />.
          </>
        )}{' '}
        Enrolled by the holder of{' '}
        <Link href={`/@${holds.name}`} prefetch={false} className="text-ink underline decoration-edge underline-offset-2 hover:decoration-ink">
          @{holds.name}
        </Link>
        .
      </p>
      <div className="mt-2">
        <Disclosure summary="Key and identity">
          <div className="space-y-3 text-[0.8125rem]">
            <div>
              <p className="text-muted">Verifier key</p>
              <p className="flex max-w-full items-start gap-1">
                <span className="min-w-0 pt-1 font-mono leading-5 [overflow-wrap:anywhere]">{vkey}</span>
                <CopyButton text={vkey} label={`verifier key of ${name}`} />
              </p>
            </div>
            <div>
              <p className="text-muted">Identity</p>
              <Udf udf={udf} />
            </div>
          </div>
        </Disclosure>
      </div>
    </li>
  );
}

/** A token comes a moment after its seal: one seal behind is what a validator at work looks like. */
const ON_TIME_SEALS = 1;

function Lag({ validator: { lagSeals, status } }: { validator: ValidatorInfo }) {
  if (status === 'retired') return <Badge>has left</Badge>;
  if (lagSeals === null) return <Badge tone="warn">no token yet</Badge>;
  if (lagSeals <= ON_TIME_SEALS) return <Badge tone="good">{lagSeals === 0 ? 'up to date' : '1 seal behind'}</Badge>;
  return <Badge tone="warn">{lagSeals} seals behind</Badge>;
}
