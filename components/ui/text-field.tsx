import { Check } from 'lucide-react';
import { useId, type InputHTMLAttributes, type ReactNode } from 'react';
import { FieldProblem } from './field-problem';

interface TextFieldProps extends InputHTMLAttributes<HTMLInputElement> {
  label: ReactNode;
  hint?: ReactNode;
  /** What is wrong with the value and what would be right; null while it is fine or not yet judged. */
  problem?: string | null;
  /** Said under the field when the value was checked and is good. */
  good?: string | null;
  optional?: boolean;
  mono?: boolean;
}

/** TextField is a labelled input with a hint, and a problem said beside it the moment it is known. */
export function TextField({
  label,
  hint,
  problem = null,
  good = null,
  optional = false,
  mono = false,
  className = '',
  ...input
}: TextFieldProps) {
  const id = useId();
  return (
    <div className={className}>
      <label htmlFor={id} className="flex items-baseline justify-between gap-3 text-sm font-medium">
        <span>{label}</span>
        {optional && <span className="text-xs font-normal text-muted">optional</span>}
      </label>
      <input
        {...input}
        id={id}
        aria-invalid={problem ? true : undefined}
        aria-describedby={`${id}-hint ${id}-state`}
        className={`mt-1.5 block h-11 w-full rounded-lg border bg-surface px-3.5 text-base text-ink placeholder:text-muted/80 sm:text-sm ${mono ? 'font-mono' : ''} ${problem ? 'border-bad' : 'border-edge'}`}
      />
      <div id={`${id}-state`} aria-live="polite">
        {problem && <FieldProblem>{problem}</FieldProblem>}
        {!problem && good && (
          <p className="mt-1.5 flex gap-1.5 text-[0.8125rem] leading-5 text-accent">
            <Check className="mt-0.5 size-4 shrink-0" aria-hidden="true" />
            <span>{good}</span>
          </p>
        )}
      </div>
      {hint && (
        <p id={`${id}-hint`} className="mt-1.5 text-[0.8125rem] leading-5 text-muted">
          {hint}
        </p>
      )}
    </div>
  );
}
