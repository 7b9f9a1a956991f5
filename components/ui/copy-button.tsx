'use client';

import { useEffect, useState } from 'react';
import { CheckIcon, CopyIcon } from './icons';

/** CopyButton copies `text` and says so. `label` names the thing for screen readers: "Copy root hash". */
export function CopyButton({ text, label, className = '' }: { text: string; label: string; className?: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => setCopied(false), 1600);
    return () => clearTimeout(timer);
  }, [copied]);

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
    } catch {
      setCopied(false);
    }
  };
  const Icon = copied ? CheckIcon : CopyIcon;
  return (
    <button
      type="button"
      onClick={() => void copy()}
      className={`inline-flex size-7 shrink-0 items-center justify-center rounded-md text-muted hover:bg-sunken hover:text-ink ${className}`}
    >
      <Icon className={`size-3.5 ${copied ? 'text-accent' : ''}`} />
      <span className="sr-only" aria-live="polite">
        {copied ? 'Copied' : `Copy ${label}`}
      </span>
    </button>
  );
}
