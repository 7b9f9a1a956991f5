'use client';

import { useEffect, useRef, type ReactNode } from 'react';

/** StepHeading opens a step of a longer task and takes the focus when the step appears, so that keyboard and screen reader follow. */
export function StepHeading({ title, children, focus = true }: { title: string; children?: ReactNode; focus?: boolean }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (focus) heading.current?.focus();
  }, [focus]);
  return (
    <div className="space-y-2.5">
      <h2 ref={heading} tabIndex={-1} className="text-2xl font-semibold tracking-[-0.025em] outline-none">
        {title}
      </h2>
      {children && <div className="space-y-3 text-[0.9375rem] leading-relaxed text-muted">{children}</div>}
    </div>
  );
}
