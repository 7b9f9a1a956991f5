'use client';

import { ContrastIcon } from '@/components/ui/icons';

/** ThemeToggle switches between light and dark, and back to what the system asks for when they agree. */
export function ThemeToggle() {
  const toggle = () => {
    const root = document.documentElement;
    const systemDark = matchMedia('(prefers-color-scheme: dark)').matches;
    const dark = root.dataset.theme ? root.dataset.theme === 'dark' : systemDark;
    const next = dark ? 'light' : 'dark';
    try {
      if (dark === systemDark) localStorage.setItem('theme', next);
      else localStorage.removeItem('theme');
    } catch {
      // Storage may be blocked: the choice then lasts for this page only.
    }
    root.dataset.theme = next;
  };
  return (
    <button
      type="button"
      onClick={toggle}
      className="-mr-2 inline-flex size-10 items-center justify-center rounded-md text-muted hover:text-ink"
    >
      <ContrastIcon className="size-4" />
      <span className="sr-only">Switch between light and dark</span>
    </button>
  );
}
