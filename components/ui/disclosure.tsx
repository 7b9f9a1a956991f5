import { ChevronRight } from 'lucide-react';
import type { ReactNode } from 'react';

/** Disclosure hides what an expert wants one click below what everybody reads. */
export function Disclosure({ summary, children, open = false }: { summary: ReactNode; children: ReactNode; open?: boolean }) {
  return (
    <details className="group" open={open}>
      <summary className="inline-flex list-none items-center gap-1.5 rounded-md py-1 text-sm text-muted hover:text-ink">
        <ChevronRight className="size-4 transition-transform duration-150 group-open:rotate-90" aria-hidden="true" />
        {summary}
      </summary>
      <div className="pt-2">{children}</div>
    </details>
  );
}
