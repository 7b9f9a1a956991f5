import type { CheckStep } from '../core/validation/check-step';

/** CheckResult is a whole verification: `ok` only if every step that must hold does. */
export interface CheckResult {
  ok: boolean;
  steps: CheckStep[];
}
