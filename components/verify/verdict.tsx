import { Notice } from '@/components/ui/notice';
import { Time } from '@/components/ui/time';
import { Udf } from '@/components/ui/udf';
import type { verifyReceiptFile } from '@/lib/client/verify-receipt';

export type ReceiptResult = Awaited<ReturnType<typeof verifyReceiptFile>>;

/** Verdict says in one sentence what a receipt proves, or that it proves nothing. */
export function Verdict({ file, result }: { file: string; result: ReceiptResult }) {
  const { ok, steps, summary } = result;
  if (!ok || !summary) {
    const failed = steps.find((step) => step.state === 'failed');
    return (
      <Notice tone="bad" title={`${file} does not hold`}>
        <p>{failed?.problem?.detail ?? 'One of its steps failed.'} Don’t rely on it: it was damaged, or somebody made it up.</p>
      </Notice>
    );
  }
  return (
    <div className="rounded-2xl bg-accent-soft p-5 sm:p-7">
      <p className="text-sm font-medium text-accent-strong">This receipt holds</p>
      <p className={`mt-2 ${summary.name.length > 18 ? 'text-hero-long' : 'text-4xl font-semibold tracking-[-0.035em] sm:text-5xl'}`}>
        <span className="text-accent">@</span>
        {summary.name}
      </p>
      <div className="mt-3 space-y-1 text-sm leading-relaxed">
        <p>
          Registered in seal {summary.seal}, <Time sec={summary.timeSec} />, to the holder of
        </p>
        <Udf udf={summary.udf} />
      </div>
    </div>
  );
}
