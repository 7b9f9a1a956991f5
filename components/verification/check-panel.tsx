'use client';

import { Button, Spinner } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import type { CheckResult } from '@/lib/client/check-step';
import { CheckBadge } from './check-badge';
import { StepList } from './step-list';
import type { Check } from './use-check';

interface CheckPanelProps {
  title: string;
  check: Check<CheckResult>;
  again?: () => void;
  /** What was checked: what this server sent for the page, or a file that somebody brought. */
  of?: 'page' | 'file';
}

/** CheckPanel shows a whole verification: how it ended, then every step of it. It is loud when it fails. */
export function CheckPanel({ title, check, again, of = 'page' }: CheckPanelProps) {
  return (
    <section aria-labelledby="checks" className="card p-5 sm:p-6">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <h2 id="checks" className="text-base font-semibold tracking-tight">
          {title}
        </h2>
        <CheckBadge check={check} />
      </div>
      <div className="mt-4">
        {check.state === 'checking' && (
          <p className="flex items-center gap-3 py-6 text-sm text-muted">
            <Spinner /> Fetching the proof and checking every step…
          </p>
        )}
        {check.state === 'unreachable' && (
          <Notice
            tone="warn"
            title="It could not be checked now"
            action={
              again && (
                <Button kind="secondary" onClick={again}>
                  Check again
                </Button>
              )
            }
          >
            {check.detail}
          </Notice>
        )}
        {check.state === 'done' && (
          <>
            {!check.result.ok && (
              <div className="mb-4">
                {check.result.steps.some((step) => step.code === 'tokens' && step.state === 'failed') ? (
                  <Notice tone="warn" alert title="Those you trust have not vouched for this yet">
                    Your own token policy is not met; the step below says by how much. Wait for the next seal, or ask your provider.
                  </Notice>
                ) : of === 'file' ? (
                  <Notice tone="bad" alert title="Don’t rely on this file">
                    What it says does not hold together. The step that failed is open below. Ask whoever gave it to you for another copy.
                  </Notice>
                ) : (
                  <Notice tone="bad" alert title="Don’t rely on this page">
                    What the server sent does not hold together. The step that failed is open below: keep a copy of this page, and ask
                    somebody else who follows the log.
                  </Notice>
                )}
              </div>
            )}
            <StepList steps={check.result.steps} />
            {check.result.ok && check.result.steps.some((step) => step.code === 'registry' && step.state === 'skipped') && (
              <p className="mt-4 border-t pt-4 text-[0.8125rem] leading-5 text-ink">
                This browser meets this registry for the first time, so it can’t tell it from another one yet. Compare the registry id at
                the foot of the page with one you have from elsewhere.
              </p>
            )}
            <p className="mt-4 border-t pt-4 text-[0.8125rem] leading-5 text-muted">
              Your browser did these checks itself. The code that does them came from this server too: against a server that lies even
              there, only a verifier that you have from elsewhere protects you.
            </p>
          </>
        )}
      </div>
    </section>
  );
}
