/** Logo is the mark of MNS: an at sign drawn as a seal. */
export function Logo({ className = 'size-6' }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" fill="none" className={className} aria-hidden="true">
      <g stroke="currentColor" strokeWidth="2.8" strokeLinecap="round">
        <circle cx="16" cy="16" r="4.6" />
        <path d="M20.6 11.4v5.8a3.3 3.3 0 0 0 6.6 0V16a11.2 11.2 0 1 0-5 9.3" />
      </g>
    </svg>
  );
}
