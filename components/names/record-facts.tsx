import Link from 'next/link';
import { CopyButton } from '@/components/ui/copy-button';
import { Fact, Facts } from '@/components/ui/facts';
import { withThousands } from '@/components/ui/grouped';
import { Udf } from '@/components/ui/udf';
import type { RecordEntry } from '@/lib/core/registry/state';

const BEGAN: Record<RecordEntry['registration'], string> = {
  initial: 'Registered by its first holder',
  transfer: 'Passed on by the holder before',
  reassigned: 'Reassigned by decision',
};

/** RecordFacts are the fields of a record that people ask about, in their words. */
export function RecordFacts({ record, index }: { record: RecordEntry; index: number }) {
  const pin = `@${record.name}.${record.tenure}`;
  return (
    <Facts>
      <Fact label="Holder" note="The fingerprint of the holder’s root key. Compare it with the one they gave you.">
        <Udf udf={record.udf} />
      </Fact>
      <Fact
        label="Provider"
        note={record.service === null ? 'Nobody receives messages for this name yet.' : 'Who receives messages for this name.'}
      >
        {record.service ?? 'none yet'}
      </Fact>
      <Fact label="DNS servers">
        {record.dns.length === 0 ? (
          <span className="text-muted">{record.service === null ? 'none' : 'those of its provider'}</span>
        ) : (
          <span className="font-mono text-[0.8125rem] leading-6">{record.dns.join(', ')}</span>
        )}
      </Fact>
      <Fact label="Tenure" note="This form means this holder and no other, whatever happens to the name.">
        {BEGAN[record.registration]}: <span className="font-mono text-[0.8125rem]">{pin}</span>{' '}
        <CopyButton text={pin} label={pin} className="align-middle" />
      </Fact>
      <Fact label="Changes used">
        <span className="tabular-nums">
          {record.changes} of {record.allowance}
        </span>
      </Fact>
      <Fact label="In the log">
        <span className="flex flex-wrap gap-x-5 gap-y-1">
          <Link href={`/log/names/${index}`} className="link">
            The record, entry {withThousands(index)}
          </Link>
          <Link href={`/log/proofs/${record.proof}`} className="link">
            What was signed, entry {withThousands(record.proof)}
          </Link>
          {record.source !== record.proof && (
            <Link href={`/log/proofs/${record.source}`} className="link">
              Where provider and DNS come from, entry {withThousands(record.source)}
            </Link>
          )}
          {record.prev !== null && (
            <Link href={`/log/names/${record.prev}`} className="link">
              The record before, entry {withThousands(record.prev)}
            </Link>
          )}
        </span>
      </Fact>
    </Facts>
  );
}
