/** How many may go together into one piece of work. */
const MAX_TOGETHER = 256;

/**
 * Gathered does together what many ask for at the same time: while one piece of work is under way, whoever asks waits and goes
 * with all others into the next. One who asks alone waits for nobody. If a piece of work fails, all who were in it get the error.
 */
export class Gathered<Ask, Answer> {
  private waiting: { one: Ask; resolve: (answer: Answer) => void; reject: (error: unknown) => void }[] = [];
  private running = false;

  constructor(private readonly work: (asks: readonly Ask[]) => Promise<Answer>) {}

  /** ask gives the answer of the piece of work that `one` went into. */
  ask(one: Ask): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ one, reject, resolve });
      if (this.running) return;
      this.running = true;
      // What is asked for in the same turn of the event loop goes together from the start.
      queueMicrotask(() => void this.run());
    });
  }

  private async run(): Promise<void> {
    while (this.waiting.length > 0) {
      const group = this.waiting.splice(0, MAX_TOGETHER);
      try {
        const answer = await this.work(group.map(({ one }) => one));
        for (const { resolve } of group) resolve(answer);
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    this.running = false;
  }
}
