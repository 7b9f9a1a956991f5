import type { ReactNode } from 'react';

/*
 * The icons of the first page, drawn as lucide draws them (ISC), without its runtime: what the search page loads is counted.
 */

interface IconProps {
  className?: string;
  strokeWidth?: number;
}

function drawn(shape: ReactNode) {
  return function Icon({ className = '', strokeWidth = 2 }: IconProps) {
    return (
      <svg
        viewBox="0 0 24 24"
        fill="none"
        stroke="currentColor"
        strokeWidth={strokeWidth}
        strokeLinecap="round"
        strokeLinejoin="round"
        className={className}
        aria-hidden="true"
      >
        {shape}
      </svg>
    );
  };
}

const circle = <circle cx="12" cy="12" r="10" />;

export const ContrastIcon = drawn(
  <>
    {circle}
    <path d="M12 18a6 6 0 0 0 0-12v12z" />
  </>,
);
export const CrossIcon = drawn(<path d="M18 6 6 18M6 6l12 12" />);
export const CopyIcon = drawn(
  <>
    <rect width="14" height="14" x="8" y="8" rx="2" />
    <path d="M4 16c-1.1 0-2-.9-2-2V4c0-1.1.9-2 2-2h10c1.1 0 2 .9 2 2" />
  </>,
);
export const CheckIcon = drawn(<path d="M20 6 9 17l-5-5" />);
export const ArrowRightIcon = drawn(<path d="M5 12h14m-7-7 7 7-7 7" />);
export const InfoIcon = drawn(
  <>
    {circle}
    <path d="M12 16v-4M12 8h.01" />
  </>,
);
export const AlertIcon = drawn(
  <>
    {circle}
    <path d="M12 8v4M12 16h.01" />
  </>,
);
export const GoodIcon = drawn(
  <>
    {circle}
    <path d="m9 12 2 2 4-4" />
  </>,
);
export const WarnIcon = drawn(<path d="m21.73 18-8-14a2 2 0 0 0-3.48 0l-8 14A2 2 0 0 0 4 21h16a2 2 0 0 0 1.73-3M12 9v4M12 17h.01" />);
