import type { Metadata } from 'next';
import { ReceiptDrop } from '@/components/verify/receipt-drop';
import { Notice } from '@/components/ui/notice';
import { currentRegistry } from '../registry';

export const metadata: Metadata = {
  title: 'Verify a receipt',
  description: 'Check a receipt file in your own browser, online or offline.',
};

export default async function VerifyPage() {
  await currentRegistry();
  return (
    <div className="mx-auto max-w-3xl pt-4 sm:pt-10">
      <h1 className="text-3xl font-semibold tracking-[-0.035em] sm:text-4xl">Verify a receipt</h1>
      <p className="mt-3 mb-8 leading-relaxed text-muted">
        A receipt proves that a name was registered: for whom, when, and in which log. It is checked here, in your browser. Nothing is
        uploaded, and it works without a network.
      </p>
      <noscript>
        <Notice tone="warn" title="This page needs JavaScript">
          The check is done by your own browser, so its code has to run there.
        </Notice>
      </noscript>
      <ReceiptDrop />
    </div>
  );
}
