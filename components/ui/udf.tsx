import { showUdf } from '@/lib/core/keys/udf';
import { CopyButton } from './copy-button';

/** Udf shows an identity's fingerprint in its short, grouped form; the copy button gives the same form. */
export function Udf({ udf }: { udf: string }) {
  const shown = showUdf(udf);
  return (
    <span className="inline-flex max-w-full items-start gap-1 align-top">
      <span className="min-w-0 pt-1 font-mono text-[0.8125rem] leading-5 [overflow-wrap:anywhere]">{shown}</span>
      <CopyButton text={shown} label="fingerprint" />
    </span>
  );
}
