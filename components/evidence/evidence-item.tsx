'use client';

import { Download } from 'lucide-react';
import { useCallback } from 'react';
import { CheckPanel } from '@/components/verification/check-panel';
import { useCheck } from '@/components/verification/use-check';
import { buttonClass } from '@/components/ui/button';
import { withThousands } from '@/components/ui/grouped';
import { Notice } from '@/components/ui/notice';
import { Time } from '@/components/ui/time';
import { evidencePath } from '@/lib/client/api';
import type { EvidenceFileInfo } from '@/lib/client/wire';

/** EvidenceItem is one evidence file: what it shows by this browser's own check, each step of it, and the file to take elsewhere. */
export function EvidenceItem({ file }: { file: EvidenceFileInfo }) {
  const run = useCallback(async () => (await import('@/lib/client/verify-evidence')).fetchAndVerifyEvidence(file.name), [file.name]);
  const { check, again } = useCheck(run);
  const says = check.state === 'done' && check.result.ok ? check.result.says : null;
  return (
    <article className="space-y-4">
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div className="min-w-0">
          <h2 className="font-mono text-[0.8125rem] leading-6 [overflow-wrap:anywhere]">{file.name}</h2>
          <p className="text-[0.8125rem] text-muted">
            {withThousands(file.sizeBytes)} bytes, here since <Time sec={file.addedSec} />
          </p>
        </div>
        <a href={evidencePath(file.name)} download={file.name} className={buttonClass('secondary')}>
          <Download className="size-4" aria-hidden="true" /> Download
        </a>
      </div>
      {says && (
        <Notice tone="bad" title={says}>
          An honest registry cannot have signed this. The file is complete in itself: <code className="font-mono text-[0.8125rem]">mns verify</code>{' '}
          says the same on any machine.
        </Notice>
      )}
      <CheckPanel of="file" title="What your browser checked" check={check} again={again} />
    </article>
  );
}
