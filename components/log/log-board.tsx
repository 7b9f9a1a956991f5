'use client';

import { useEffect, useState } from 'react';
import { Button } from '@/components/ui/button';
import { getLog } from '@/lib/client/api';
import { onSeal } from '@/lib/client/events';
import type { LogEntry, LogInfo, LogName } from '@/lib/client/wire';
import { CheckpointCard } from './checkpoint-card';
import { EntryList } from './entry-list';
import { Heartbeat } from './heartbeat';

const LOGS: { log: LogName; title: string }[] = [
  { log: 'proofs', title: 'Proof log' },
  { log: 'names', title: 'Name log' },
];

function of(info: LogInfo, log: LogName): LogEntry[] {
  return info.entries.filter((entry) => entry.log === log).sort((a, b) => b.index - a.index);
}

/** LogBoard shows both logs as they grow. Checkpoints follow every seal; the list of entries moves only when asked to. */
export function LogBoard({ initial }: { initial: LogInfo }) {
  const [newest, setNewest] = useState(initial);
  const [shown, setShown] = useState(initial);
  const [log, setLog] = useState<LogName>('proofs');

  useEffect(
    () =>
      onSeal(() => {
        getLog().then(setNewest, () => undefined);
      }),
    [],
  );

  const fresh = newest[log].size - shown[log].size;
  return (
    <div className="space-y-6">
      <Heartbeat />
      <div className="grid gap-6 lg:grid-cols-2">
        <CheckpointCard log="names" title="Name log" explained="The data: who holds which name, and who serves it." {...newest.names} />
        <CheckpointCard log="proofs" title="Proof log" explained="The evidence: every change, as it was signed." {...newest.proofs} />
      </div>
      <section aria-labelledby="newest" className="pt-6">
        <div className="flex flex-wrap items-center justify-between gap-3">
          <h2 id="newest" className="text-xl font-semibold tracking-[-0.02em]">
            Newest entries
          </h2>
          <fieldset aria-label="Which log" className="flex rounded-lg bg-sunken p-1 text-sm">
            {LOGS.map((choice) => (
              <button
                key={choice.log}
                type="button"
                aria-pressed={log === choice.log}
                onClick={() => setLog(choice.log)}
                className={`rounded-md px-3 py-1.5 ${log === choice.log ? 'bg-surface font-medium shadow-card' : 'text-muted hover:text-ink'}`}
              >
                {choice.title}
              </button>
            ))}
          </fieldset>
        </div>
        <output className="mt-3 block">
          {fresh > 0 && (
            <Button kind="secondary" className="w-full" onClick={() => setShown(newest)}>
              {fresh} new {fresh === 1 ? 'entry' : 'entries'}: show
            </Button>
          )}
        </output>
        <div className="mt-2">
          <EntryList entries={of(shown, log)} />
        </div>
      </section>
    </div>
  );
}
