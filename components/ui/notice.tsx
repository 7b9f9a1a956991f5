import type { ReactNode } from 'react';
import { AlertIcon, GoodIcon, InfoIcon, WarnIcon } from './icons';

export type Tone = 'info' | 'good' | 'warn' | 'bad';

const LOOK: Record<Tone, { box: string; icon: string; Icon: typeof InfoIcon }> = {
  info: { box: 'bg-sunken', icon: 'text-muted', Icon: InfoIcon },
  good: { box: 'bg-accent-soft', icon: 'text-accent', Icon: GoodIcon },
  warn: { box: 'bg-warn-soft', icon: 'text-warn', Icon: WarnIcon },
  bad: { box: 'bg-bad-soft', icon: 'text-bad', Icon: AlertIcon },
};

interface NoticeProps {
  tone?: Tone;
  title?: ReactNode;
  children?: ReactNode;
  action?: ReactNode;
  /** Announced at once by screen readers when it appears. */
  alert?: boolean;
  code?: string;
}

/** Notice is a boxed sentence or two that a person should not miss, with what to do next. */
export function Notice({ tone = 'info', title, children, action, alert = false, code }: NoticeProps) {
  const { box, icon, Icon } = LOOK[tone];
  return (
    <div role={alert ? 'alert' : undefined} className={`flex gap-3 rounded-xl px-4 py-3.5 text-sm leading-relaxed ${box}`}>
      <Icon className={`mt-0.5 size-4.5 shrink-0 ${icon}`} />
      <div className="min-w-0 flex-1 space-y-1">
        {title && <p className="font-medium text-ink">{title}</p>}
        {children && <div className="text-ink/85 space-y-2 [overflow-wrap:anywhere]">{children}</div>}
        {code && <p className="font-mono text-xs text-muted">{code}</p>}
        {action && <div className="flex flex-wrap gap-2 pt-2">{action}</div>}
      </div>
    </div>
  );
}
