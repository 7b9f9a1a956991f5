import { CopyButton } from './copy-button';
import { groupsOf, hexOf } from './grouped';

interface HashProps {
  /** Standard base64, as in the log. */
  value: string;
  /** What it is a hash of: said by screen readers and the copy button. */
  label: string;
  /** Only its beginning and end, where space is short; the copy button still gives all of it. */
  short?: boolean;
}

/** Hash shows bytes in hex, in groups of four characters that can be compared by eye or read aloud. */
export function Hash({ value, label, short = false }: HashProps) {
  const hex = hexOf(value);
  const groups = groupsOf(hex, 4);
  const shown = short && groups.length > 6 ? [...groups.slice(0, 3), '…', ...groups.slice(-2)] : groups;
  return (
    <span className="inline-flex max-w-full items-start gap-1 align-top">
      <span className="flex min-w-0 flex-wrap gap-x-[0.55em] gap-y-0.5 pt-1 font-mono text-[0.8125rem] leading-5 tabular-nums">
        {shown.map((group, at) => (
          <span key={at}>{group}</span>
        ))}
      </span>
      <CopyButton text={hex} label={label} />
    </span>
  );
}
