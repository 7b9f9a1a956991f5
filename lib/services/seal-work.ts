import type { Batch } from '../core/registry/batch';
import { Pace } from './pace';

/** SealWork is a seal on its way from its first step to its commit. Whoever finds out that another process was first ends it. */
export class SealWork {
  private computed: Batch | null = null;
  private ended = false;

  constructor(private readonly steps: Generator<void, Batch | null>) {}

  /** run computes the seal, step by step between other work; null if it was ended meanwhile. */
  async run(): Promise<Batch | null> {
    const pace = new Pace();
    while (!this.ended) {
      const { done, value } = this.steps.next();
      if (done === true) {
        this.computed = value;
        return value;
      }
      await pace.breathe();
    }
    return null;
  }

  /** commit makes the map the new one, once the seal is stored. */
  commit(): void {
    this.ended = true;
    this.computed?.staged.commit();
  }

  /** abort forgets the seal, wherever it is; a second time, or after `commit`, it does nothing. */
  abort(): void {
    if (this.ended) return;
    this.ended = true;
    if (this.computed === null) this.steps.return(null);
    else this.computed.staged.abort();
  }
}
