import type { ParsedAssertion } from '../core/assertion/parse';
import { acceptSignatures, type SignaturePlan, type VerifiedAssertion } from '../core/assertion/verify';
import { invariant } from '../core/refusal';
import type { Accepted } from './context';
import type { VerifyMany } from './signatures';

/** How many one group takes. */
const MAX_GROUP = 500;
/** A second group is prepared beside the first only if it has so many: smaller ones cost more, three questions to the database each, than the wait. */
const PREPARING = 2;
const WORTH_ANOTHER = 16;

/** IntakeParts are the steps on the way in. */
export interface IntakeParts {
  verifyMany: VerifyMany;
  /** load reads the state that the rules will ask for, so that `accept` finds it at hand. It never rejects. */
  load: (assertions: readonly ParsedAssertion[]) => Promise<void>;
  /** accept judges and stores a group and answers each of its candidates, soon after if not at once. It never rejects. */
  accept: (group: readonly Candidate[]) => Promise<void>;
}

/** Candidate is an assertion with valid signatures whose caller waits to hear whether it is accepted. */
export interface Candidate {
  readonly verified: VerifiedAssertion;
  accepted(accepted: Accepted): void;
  refused(error: unknown): void;
}

type Resolve = (accepted: Accepted) => void;
type Reject = (error: unknown) => void;

/**
 * Intake brings assertions to the acceptor in groups: while one group is stored, the next one is prepared (signatures checked, state
 * read), and the rest arrives. Nothing waits for a clock: the busier it is, the larger the groups.
 */
export class Intake {
  private arrived: Arrival[] = [];
  private ready: Arrival[] = [];
  private preparing = 0;
  private isScheduled = false;
  private isAccepting = false;
  private count = 0;
  private readonly onEmpty: (() => void)[] = [];

  constructor(private readonly parts: IntakeParts) {}

  /** size is how many wait for their answer. */
  get size(): number {
    return this.count;
  }

  /** add takes an assertion whose signatures are still to be checked; one of the two functions is called, once. */
  add(plan: SignaturePlan, resolve: Resolve, reject: Reject): void {
    this.count += 1;
    this.arrived.push(new Arrival(plan, resolve, reject, this.leave));
    if (this.isScheduled) return;
    this.isScheduled = true;
    // Whatever else has come in on the sockets by now goes along.
    setImmediate(() => {
      this.isScheduled = false;
      this.prepareNext();
    });
  }

  /** empty resolves once all that was taken in is answered. */
  empty(): Promise<void> {
    return this.count === 0 ? Promise.resolve() : new Promise((resolve) => this.onEmpty.push(resolve));
  }

  private prepareNext(): void {
    if (this.preparing >= PREPARING || this.arrived.length < (this.preparing === 0 ? 1 : WORTH_ANOTHER)) return;
    this.preparing += 1;
    void this.prepare(this.arrived.splice(0, MAX_GROUP)).finally(() => {
      this.preparing -= 1;
      this.prepareNext();
      this.acceptNext();
    });
  }

  private async prepare(group: readonly Arrival[]): Promise<void> {
    // The state is read while the signatures are checked: for a forged one in vain, which costs about as much as its check.
    const loading = this.parts.load(group.map(({ plan }) => plan.parsed));
    const good = await this.check(group);
    await loading;
    this.ready.push(...good);
  }

  /** check answers those whose signatures don't hold, and gives the others. */
  private async check(group: readonly Arrival[]): Promise<Arrival[]> {
    let results: readonly boolean[];
    try {
      results = await this.parts.verifyMany(group.flatMap(({ plan }) => plan.checks));
    } catch (error) {
      for (const one of group) one.refused(error);
      return [];
    }
    let at = 0;
    return group.filter((one) => {
      const from = at;
      at += one.plan.checks.length;
      return one.verify(results.slice(from, at));
    });
  }

  private acceptNext(): void {
    if (this.isAccepting || this.ready.length === 0) return;
    this.isAccepting = true;
    void this.parts.accept(this.ready.splice(0, MAX_GROUP)).finally(() => {
      this.isAccepting = false;
      this.acceptNext();
    });
  }

  private readonly leave = (): void => {
    this.count -= 1;
    if (this.count === 0) for (const resolve of this.onEmpty.splice(0)) resolve();
  };
}

/** Arrival is an assertion from when it came in until it is answered. */
class Arrival implements Candidate {
  private found: VerifiedAssertion | null = null;

  constructor(
    readonly plan: SignaturePlan,
    private readonly resolve: Resolve,
    private readonly reject: Reject,
    private readonly leave: () => void,
  ) {}

  get verified(): VerifiedAssertion {
    invariant(this.found !== null, 'signatures are checked before anything rests on them');
    return this.found;
  }

  /** verify takes what the checks of its plan found; it answers itself, and says false, if they don't hold. */
  verify(results: readonly boolean[]): boolean {
    try {
      this.found = acceptSignatures(this.plan, results);
      return true;
    } catch (error) {
      this.refused(error);
      return false;
    }
  }

  accepted(accepted: Accepted): void {
    this.leave();
    this.resolve(accepted);
  }

  refused(error: unknown): void {
    this.leave();
    this.reject(error);
  }
}
