import { ShieldAlert, ShieldCheck, ShieldQuestion } from 'lucide-react';
import { Badge } from '@/components/ui/badge';
import { Spinner } from '@/components/ui/button';
import type { CheckResult } from '@/lib/client/check-step';
import type { Check } from './use-check';

/** CheckBadge says in two words whether this browser verified what is shown. */
export function CheckBadge({ check }: { check: Check<CheckResult> }) {
  return (
    <output>
      {check.state === 'checking' && (
        <Badge>
          <Spinner className="size-3" /> Checking in your browser
        </Badge>
      )}
      {check.state === 'unreachable' && (
        <Badge tone="warn">
          <ShieldQuestion className="size-3.5" aria-hidden="true" /> Not checked
        </Badge>
      )}
      {check.state === 'done' &&
        (check.result.ok ? (
          <Badge tone="good">
            <ShieldCheck className="size-3.5" aria-hidden="true" /> Verified in your browser
          </Badge>
        ) : (
          <Badge tone="bad">
            <ShieldAlert className="size-3.5" aria-hidden="true" /> Verification failed
          </Badge>
        ))}
    </output>
  );
}
