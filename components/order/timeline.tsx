import { Check, X } from 'lucide-react';
import { Spinner } from '@/components/ui/button';
import { utcText } from '@/components/ui/time';
import type { Order, OrderState } from '@/lib/client/wire';

const WAY = ['awaiting-payment', 'paid', 'accepted', 'sealed'] as const;

const WORDS: Record<(typeof WAY)[number], { done: string; now: string; ahead: string; what: string; doing: string }> = {
  'awaiting-payment': { done: 'Signed', now: 'Signed', ahead: 'Signed', what: 'Your registration, signed with your key', doing: '' },
  paid: { done: 'Paid', now: 'Waiting for payment', ahead: 'Paid', what: 'The payment arrives', doing: 'Nothing is charged until you pay' },
  accepted: {
    done: 'Accepted',
    now: 'Being accepted',
    ahead: 'Accepted',
    what: 'The registrar promises in writing to log it',
    doing: 'The registrar checks and signs',
  },
  sealed: {
    done: 'Sealed',
    now: 'Waiting for the seal',
    ahead: 'Sealed',
    what: 'In both logs, for ever',
    doing: 'It comes with the next seal',
  },
};

const ENDS: Partial<Record<OrderState, string>> = {
  expired: 'Not paid in time',
  cancelled: 'Cancelled',
  refunding: 'Being refunded',
  refunded: 'Refunded',
};

/** Timeline shows the four stations of an order, when each was reached, and which one it waits for. */
export function Timeline({ order }: { order: Order }) {
  const reached = new Map(order.history.map(({ state, atSec }) => [state, atSec]));
  const end = ENDS[order.state];
  const stations = end ? WAY.filter((state) => reached.has(state)) : WAY;
  const firstAhead = WAY.findIndex((state) => !reached.has(state));
  return (
    <ol aria-label="Progress of the order" className="space-y-0">
      {stations.map((state, at) => {
        const atSec = reached.get(state);
        const done = atSec !== undefined;
        const now = !end && at === firstAhead;
        const words = WORDS[state];
        return (
          <Station
            key={state}
            state={done ? 'done' : now ? 'now' : 'ahead'}
            title={done ? words.done : now ? words.now : words.ahead}
            last={!end && at === stations.length - 1}
          >
            {atSec !== undefined ? utcText(atSec) : now ? words.doing : words.what}
          </Station>
        );
      })}
      {end && (
        <Station state="ended" title={end} last>
          {utcText(reached.get(order.state) ?? order.nowSec)}
        </Station>
      )}
    </ol>
  );
}

interface StationProps {
  state: 'done' | 'now' | 'ahead' | 'ended';
  title: string;
  last: boolean;
  children: string;
}

const DOTS = {
  done: 'bg-accent text-accent-ink',
  now: 'border-2 border-accent bg-paper text-accent',
  ahead: 'border border-line bg-paper text-muted',
  ended: 'bg-sunken text-muted',
};

function Station({ state, title, last, children }: StationProps) {
  return (
    <li aria-current={state === 'now' ? 'step' : undefined} className="relative flex gap-4 pb-6 last:pb-0">
      {!last && <span aria-hidden="true" className={`absolute top-6 bottom-0 left-3 w-px ${state === 'done' ? 'bg-accent' : 'bg-line'}`} />}
      <span className={`z-1 flex size-6 shrink-0 items-center justify-center rounded-full ${DOTS[state]}`}>
        {state === 'done' && <Check className="size-3.5" strokeWidth={3} aria-hidden="true" />}
        {state === 'ended' && <X className="size-3.5" strokeWidth={3} aria-hidden="true" />}
        {state === 'now' && <Spinner className="size-3.5" />}
      </span>
      <span className="min-w-0">
        <span className={`block text-sm leading-6 ${state === 'ahead' ? 'text-muted' : 'font-medium'}`}>
          {title}
          <span className="sr-only">{state === 'done' ? ' (done)' : state === 'ahead' ? ' (still ahead)' : ''}</span>
        </span>
        <span className="block text-[0.8125rem] leading-5 text-muted tabular-nums">{children}</span>
      </span>
    </li>
  );
}
