import Link from 'next/link';
import { buttonClass } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import { durationText } from '@/components/ui/time';
import type { ApiError } from '@/lib/client/api';

/** An order of the same person that stands in the way is named in the sentence. */
const OWN_ORDER = /\border ([0-9a-f]{32})\b/;

/** Answers after which pressing the button again is the right thing to do. */
const PASSING = new Set([0, 408, 429, 502, 503, 504]);

/** OrderProblem says why an order could not be made, that nothing was charged, and what to do now. */
export function OrderProblem({ problem, name }: { problem: ApiError; name: string }) {
  const own = OWN_ORDER.exec(problem.detail)?.[1];
  const passing = PASSING.has(problem.status);
  return (
    <Notice
      tone="bad"
      alert
      title="The order could not be made"
      code={problem.code}
      action={
        own ? (
          <Link href={`/orders/${own}`} className={buttonClass('secondary')}>
            Go to that order
          </Link>
        ) : (
          !passing && (
            <Link href={`/?q=${encodeURIComponent(name)}`} className={buttonClass('secondary')}>
              Look at @{name} again
            </Link>
          )
        )
      }
    >
      <p>{own ? problem.detail.replace(`, in order ${own}`, '') : problem.detail}</p>
      <p>
        Nothing was charged.
        {passing &&
          ` Try again${problem.retryAfterSec === null ? '' : ` in ${durationText(problem.retryAfterSec)}`}: your signature is kept on this page.`}
      </p>
    </Notice>
  );
}
