/** How long one piece of work may run before others get their turn. */
const TURN_MS = 8;

/** Pace lets long work in many small steps give way to others: `breathe` between two steps waits for a turn of the event loop, now and then. */
export class Pace {
  private sinceMs = performance.now();

  async breathe(): Promise<void> {
    if (performance.now() - this.sinceMs < TURN_MS) return;
    await new Promise((resolve) => setImmediate(resolve));
    this.sinceMs = performance.now();
  }
}
