import { countFailedRefunds } from '../storage/refund-store';
import type { ServiceContext } from './context';

/** How often the same figure is logged again, so that it is not forgotten. */
const REMIND_SEC = 3_600;

/** FailedRefunds keeps an eye on refunds that Stripe refused to make: each is somebody's money, and a person must send it back. */
export class FailedRefunds {
  private known = 0;
  private saidSec = 0;

  /** count is how many there were when it looked last. */
  get count(): number {
    return this.known;
  }

  /** says is the same as a sentence. */
  get says(): string {
    return `${this.known} ${this.known === 1 ? 'refund has' : 'refunds have'} failed at Stripe`;
  }

  /** look counts them, and logs a figure that has changed, or that has stood for long. */
  async look(ctx: ServiceContext): Promise<void> {
    const count = await countFailedRefunds(ctx.db);
    const nowSec = ctx.clock();
    const changed = count !== this.known;
    this.known = count;
    if (!changed && (count === 0 || nowSec - this.saidSec < REMIND_SEC)) return;
    ctx.log(count === 0 ? 'no refund is left that failed' : `${this.says}: a person must send the money back, see table refund, state failed`);
    this.saidSec = nowSec;
  }
}
