'use client';

import { useId } from 'react';

interface DnsFieldProps {
  value: string;
  change: (value: string) => void;
  left: () => void;
  problem: string | null;
}

/** DnsField takes the addresses of DNS servers, one a line. */
export function DnsField({ value, change, left, problem }: DnsFieldProps) {
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="flex items-baseline justify-between text-sm font-medium">
        DNS server addresses <span className="text-xs font-normal text-muted">optional</span>
      </label>
      <textarea
        id={id}
        rows={3}
        value={value}
        onChange={(event) => change(event.target.value)}
        onBlur={left}
        aria-invalid={problem ? true : undefined}
        aria-describedby={`${id}-hint ${id}-problem`}
        placeholder={'192.0.2.53\n2001:db8::53'}
        spellCheck={false}
        className={`mt-1.5 block w-full rounded-lg border bg-surface px-3.5 py-2.5 font-mono text-base sm:text-sm ${problem ? 'border-bad' : 'border-edge'}`}
      />
      <p id={`${id}-problem`} aria-live="polite" className={problem ? 'mt-1.5 text-[0.8125rem] leading-5 text-bad' : ''}>
        {problem}
      </p>
      <p id={`${id}-hint`} className="mt-1.5 text-[0.8125rem] leading-5 text-muted">
        Up to 8 IPv4 or IPv6 addresses, one a line. Without them the name uses its provider’s.
      </p>
    </div>
  );
}
