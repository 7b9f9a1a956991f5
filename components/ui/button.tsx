import type { ButtonHTMLAttributes } from 'react';

export type ButtonKind = 'primary' | 'secondary' | 'quiet';

const KINDS: Record<ButtonKind, string> = {
  primary: 'bg-accent text-accent-ink hover:bg-accent-strong',
  secondary: 'border border-edge bg-surface text-ink hover:bg-sunken',
  quiet: 'text-muted hover:bg-sunken hover:text-ink',
};

/** buttonClass is the look of a button, for links that act as one too. */
export function buttonClass(kind: ButtonKind = 'primary', large = false): string {
  const size = large ? 'min-h-12 px-6 text-base' : 'min-h-10 px-4 text-sm';
  return `inline-flex items-center justify-center gap-2 rounded-lg font-medium transition-colors duration-150 select-none disabled:opacity-50 disabled:cursor-not-allowed aria-disabled:opacity-50 ${size} ${KINDS[kind]}`;
}

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  kind?: ButtonKind;
  large?: boolean;
  /** What is going on now, said in place of the label; the button keeps focus but does nothing meanwhile. */
  busy?: string | null;
}

/** Button is a button; while `busy` it says what it is doing and ignores presses. */
export function Button({
  kind = 'primary',
  large = false,
  busy = null,
  className = '',
  children,
  onClick,
  type = 'button',
  ...rest
}: ButtonProps) {
  return (
    <button
      {...rest}
      type={type === 'submit' ? 'submit' : 'button'}
      aria-disabled={busy ? true : undefined}
      className={`${buttonClass(kind, large)} ${className}`}
      onClick={busy ? (event) => event.preventDefault() : onClick}
    >
      {busy ? (
        <>
          <Spinner />
          <span aria-live="polite">{busy}</span>
        </>
      ) : (
        children
      )}
    </button>
  );
}

/** Spinner turns while something is awaited; the words beside it say what. */
export function Spinner({ className = 'size-4' }: { className?: string }) {
  return (
    <svg viewBox="0 0 16 16" className={`animate-spin ${className}`} fill="none" aria-hidden="true">
      <circle cx="8" cy="8" r="6" stroke="currentColor" strokeWidth="2" opacity="0.25" />
      <path d="M14 8a6 6 0 0 0-6-6" stroke="currentColor" strokeWidth="2" strokeLinecap="round" />
    </svg>
  );
}
