import type { ReactNode } from 'react';

/** ScrollBox is a part of a page that scrolls inside itself, so that a wide table or long text never widens the page. */
export function ScrollBox({ label, className = '', children }: { label: string; className?: string; children: ReactNode }) {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard (WCAG 2.1.1)
    <section tabIndex={0} aria-label={label} className={`relative overflow-auto ${className}`}>
      {children}
    </section>
  );
}
