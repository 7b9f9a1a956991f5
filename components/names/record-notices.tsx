import Link from 'next/link';
import { Notice } from '@/components/ui/notice';
import { Time } from '@/components/ui/time';
import { Udf } from '@/components/ui/udf';
import type { PendingChange } from '@/lib/core/registry/pending-entries';
import type { RecordEntry } from '@/lib/core/registry/state';

const ENDED: Record<NonNullable<RecordEntry['ended']>, string> = {
  transfer: 'Its holder passed the name on. Mail and calls to this tenure go nowhere any more.',
  reassignment: 'The name was reassigned by decision. This tenure lives on for those who use its number.',
  unpaid: 'Its payment was taken back and not made good. The name may be registered again.',
};

/** RecordNotices say what somebody who relies on a name should not miss: that it has ended, will change hands, is disputed, or changed hands by decision. */
export function RecordNotices({ record }: { record: RecordEntry }) {
  const { name, tenure } = record;
  const [pending] = record.pending;
  const reversed = record.locks.find(({ kind }) => kind === 'reversed');
  const locked = record.locks.find(({ kind }) => kind === 'payment');
  return (
    <>
      {record.ended && (
        <Notice
          tone="warn"
          title={`Tenure ${tenure} has ended`}
          action={
            <Link href={`/@${name}`} className="link text-sm">
              See who holds @{name} now
            </Link>
          }
        >
          {ENDED[record.ended]}
        </Notice>
      )}
      {record.ended === null && record.registration === 'reassigned' && (
        <Notice
          tone="warn"
          title="Reassigned by decision"
          action={
            <Link href={`/@${name}.${tenure - 1}`} className="link text-sm">
              See @{name}.{tenure - 1}
            </Link>
          }
        >
          This is another holder than before. Whoever used the name before goes on reaching the earlier one by its number.
        </Notice>
      )}
      {pending && <PendingNotice pending={pending} name={name} />}
      {record.ended === null && record.case !== null && (
        <Notice tone="warn" title={`Disputed: case ${record.case}`}>
          Until the case is closed the name can’t be transferred. Who is reached by it stays the same.
        </Notice>
      )}
      {reversed && (
        <Notice tone="warn" title="The payment was taken back">
          If it isn’t made good by <Time sec={reversed.loggedSec + reversed.delaySec} />, this tenure ends and the name is free again.
        </Notice>
      )}
      {locked && !reversed && (
        <Notice title="Not transferable yet">
          Its payment can be taken back until <Time sec={locked.loggedSec + locked.delaySec} />. The name can’t be transferred before, unless the payment is settled.
        </Notice>
      )}
    </>
  );
}

function PendingNotice({ pending, name }: { pending: PendingChange; name: string }) {
  const isTransfer = pending.kind === 'transfer';
  return (
    <Notice tone="warn" title={isTransfer ? 'A transfer is pending' : 'A reassignment is pending'}>
      <p>
        {isTransfer ? `The holder is giving @${name} away` : `By decision @${name} goes to another holder`}, not before <Time sec={pending.loggedSec + pending.delaySec} />, to
      </p>
      <Udf udf={pending.to} />
      {isTransfer && <p>The holder can cancel it until then.</p>}
    </Notice>
  );
}
