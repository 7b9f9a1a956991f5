import type { Payload } from '../core/assertion/payloads';
import { refuseService } from './service-refusal';

/** How many enrolments of validators a process takes by one name in `BUDGET_SEC`. They cost nothing, each is an entry for ever, and who never gives a token counts in the quorum all the same. */
export const MAX_ENROLMENTS = 20;
const BUDGET_SEC = 86_400;

/** EnrolmentBudget bounds how many validators one name brings in: a name costs money, keys are free. Kept in memory: a new process begins anew. */
export class EnrolmentBudget {
  private spent = new Map<string, number>();
  private sinceSec = 0;

  /** check refuses an enrolment for which its name has nothing left. Throws ServiceRefusal `overloaded`. */
  check(payload: Payload, nowSec: number): void {
    if (payload.type !== 'validator') return;
    if (nowSec - this.sinceSec >= BUDGET_SEC) {
      this.spent = new Map();
      this.sinceSec = nowSec;
    }
    if ((this.spent.get(payload.holds.name) ?? 0) < MAX_ENROLMENTS) return;
    refuseService('overloaded', `At most ${MAX_ENROLMENTS} validators are enrolled by one name in a day.`, this.sinceSec + BUDGET_SEC - nowSec);
  }

  /** spend counts an enrolment that the rules have taken. */
  spend(payload: Payload): void {
    if (payload.type === 'validator') this.add(payload.holds.name, 1);
  }

  /** giveBack takes it back: it could not be stored yet. */
  giveBack(payload: Payload): void {
    if (payload.type === 'validator') this.add(payload.holds.name, -1);
  }

  private add(name: string, count: number): void {
    this.spent.set(name, Math.max(0, (this.spent.get(name) ?? 0) + count));
  }
}
