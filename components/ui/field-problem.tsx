import { CircleAlert } from 'lucide-react';
import type { ReactNode } from 'react';

/** FieldProblem says below a field what is wrong with what stands in it. */
export function FieldProblem({ children }: { children: ReactNode }) {
  return (
    <p className="mt-1.5 flex gap-1.5 text-[0.8125rem] leading-5 text-bad">
      <CircleAlert className="mt-0.5 size-4 shrink-0" aria-hidden="true" />
      <span>{children}</span>
    </p>
  );
}
