'use client';

import { Download } from 'lucide-react';
import Link from 'next/link';
import { useCallback } from 'react';
import { buttonClass } from '@/components/ui/button';
import { CheckPanel } from '@/components/verification/check-panel';
import { useCheck } from '@/components/verification/use-check';
import { getReceiptFile, orderProofPath } from '@/lib/client/api';
import type { Order } from '@/lib/client/wire';

/** Receipt is what a sealed order ends in: the proof, verified here step by step, and as a file that verifies anywhere. */
export function Receipt({ order }: { order: Order }) {
  const run = useCallback(async () => {
    const [file, { verifyReceiptFile }] = await Promise.all([getReceiptFile(order.id), import('@/lib/client/verify-receipt')]);
    return verifyReceiptFile(file, { fromThisSite: true, name: order.name });
  }, [order.id, order.name]);
  const { check, again } = useCheck(run);
  return (
    <div className="space-y-6">
      <div className="flex flex-wrap gap-3">
        <a href={orderProofPath(order.id)} download={`${order.name}.mns-receipt.json`} className={buttonClass('primary', true)}>
          <Download className="size-4" aria-hidden="true" /> Download the receipt
        </a>
        <Link href={`/@${order.name}`} className={buttonClass('secondary', true)}>
          See the record
        </Link>
      </div>
      <CheckPanel title="Your receipt" check={check} again={again} />
      <section aria-labelledby="next" className="space-y-3">
        <h2 id="next" className="text-base font-semibold tracking-tight">
          What now
        </h2>
        <ul className="space-y-2.5 text-sm leading-relaxed text-muted">
          <li>
            <span className="font-medium text-ink">Keep the 24 words.</span> They, and nothing else, get your names back if this device is
            lost.
          </li>
          <li>
            <span className="font-medium text-ink">Keep the receipt file.</span>{' '}
            <Link href="/verify" className="link">
              The verifier
            </Link>{' '}
            checks it without asking this server, today or in ten years.
          </li>
          <li>
            <span className="font-medium text-ink">Tell people @{order.name}.0</span> if they should reach you and nobody else, whatever
            happens to the name.
          </li>
        </ul>
      </section>
    </div>
  );
}
