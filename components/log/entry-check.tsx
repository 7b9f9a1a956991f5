'use client';

import { useCallback } from 'react';
import { CheckPanel } from '@/components/verification/check-panel';
import { useCheck } from '@/components/verification/use-check';
import type { LogName } from '@/lib/client/wire';

/** EntryCheck verifies an entry in this browser: its hash, its place in the log, the signature on the checkpoint. */
export function EntryCheck({ log, index }: { log: LogName; index: number }) {
  const run = useCallback(async () => (await import('@/lib/client/verify-entry')).fetchAndVerifyEntry(log, index), [log, index]);
  const { check, again } = useCheck(run);
  return <CheckPanel title="Checked" check={check} again={again} />;
}
