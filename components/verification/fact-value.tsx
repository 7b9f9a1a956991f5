import type { ReactNode } from 'react';
import { Hash } from '@/components/ui/hash';
import { Time } from '@/components/ui/time';
import { withThousands } from '@/components/ui/grouped';
import type { CheckFact } from '@/lib/core/validation/check-step';

/** FactValue shows one value a check looked at, in the form people can compare. */
export function FactValue({ fact }: { fact: CheckFact }): ReactNode {
  switch (fact.kind) {
    case 'hash':
    case 'bytes':
      return <Hash value={fact.value} label={fact.label} />;
    case 'time':
      return <Time sec={Number(fact.value)} />;
    case 'number':
      return <span className="tabular-nums">{/^\d+$/.test(fact.value) ? withThousands(Number(fact.value)) : fact.value}</span>;
    default:
      return <span className="[overflow-wrap:anywhere]">{fact.value}</span>;
  }
}
