const MAX_REMEMBERED = 10_000;

/** Pace counts what each key did in the present window of time and says when it is too much. Memory is bounded: with too many keys at once, all begin anew. */
export class Pace {
  readonly #most: number;
  readonly #windowSec: number;
  #window = -1;
  readonly #counts = new Map<string, number>();

  constructor(most: number, windowSec: number) {
    this.#most = most;
    this.#windowSec = windowSec;
  }

  /** take counts one; it gives 0, or how many seconds to wait. */
  take(key: string, nowSec: number): number {
    const window = Math.floor(nowSec / this.#windowSec);
    if (window !== this.#window || this.#counts.size > MAX_REMEMBERED) {
      this.#window = window;
      this.#counts.clear();
    }
    const count = (this.#counts.get(key) ?? 0) + 1;
    if (count > this.#most) return (window + 1) * this.#windowSec - nowSec;
    this.#counts.set(key, count);
    return 0;
  }
}
