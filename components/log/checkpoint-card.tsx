import { CodeBlock } from '@/components/ui/code-block';
import { Disclosure } from '@/components/ui/disclosure';
import { withThousands } from '@/components/ui/grouped';
import { Hash } from '@/components/ui/hash';
import type { LogName } from '@/lib/client/wire';

interface CheckpointCardProps {
  log: LogName;
  title: string;
  explained: string;
  size: number;
  root: string;
  note: string;
}

/** CheckpointCard shows the newest signed state of one log: its size, its root, and the signed note itself one click below. */
export function CheckpointCard({ log, title, explained, size, root, note }: CheckpointCardProps) {
  return (
    <section className="card min-w-0 p-5 sm:p-6">
      <h2 className="text-base font-semibold tracking-tight">{title}</h2>
      <p className="mt-1 text-sm leading-relaxed text-muted">{explained}</p>
      <p className="mt-5 text-4xl font-semibold tracking-[-0.03em] tabular-nums">
        {withThousands(size)} <span className="text-base font-normal tracking-normal text-muted">entries</span>
      </p>
      <div className="mt-4">
        <p className="text-[0.8125rem] text-muted">Root hash</p>
        <Hash value={root} label={`root hash, ${log}`} />
      </div>
      <div className="mt-3">
        <Disclosure summary="The signed checkpoint">
          <CodeBlock label={`checkpoint, ${log}`} text={note} />
        </Disclosure>
      </div>
    </section>
  );
}
