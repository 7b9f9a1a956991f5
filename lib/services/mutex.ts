/** Mutex runs one piece of asynchronous work at a time, in the order asked for. Not to be nested. */
export class Mutex {
  private last: Promise<unknown> = Promise.resolve();
  private held = 0;

  /** pending is how much work runs or waits for its turn. */
  get pending(): number {
    return this.held;
  }

  run<Result>(work: () => Promise<Result>): Promise<Result> {
    this.held += 1;
    const result = this.last.then(work).finally(() => (this.held -= 1));
    this.last = result.catch(() => undefined);
    return result;
  }
}
