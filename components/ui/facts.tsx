import type { ReactNode } from 'react';

/** Facts is a list of named values: label left, value right; stacked on a phone. */
export function Facts({ children }: { children: ReactNode }) {
  return (
    <div className="@container">
      <dl className="divide-y divide-line text-sm">{children}</dl>
    </div>
  );
}

/** Fact is one named value; `note` explains it to someone who has not met the word. */
export function Fact({ label, note, children }: { label: ReactNode; note?: ReactNode; children: ReactNode }) {
  return (
    <div className="@md:grid-cols-[11rem_1fr] grid gap-x-6 gap-y-1 py-3.5">
      <dt className="text-muted">{label}</dt>
      <dd className="min-w-0 text-ink [overflow-wrap:anywhere]">
        {children}
        {note && <p className="mt-1 text-[0.8125rem] leading-relaxed text-muted">{note}</p>}
      </dd>
    </div>
  );
}
