/*
 * How a rate is measured: one round that does not count, then several that do, and the median of those. A garbage collection or
 * another process hits one round and not the figure.
 */

/** Bench is what every part is given. */
export interface Bench {
  /** quick asks for a run of two minutes in all: fewer rounds, a tenth of the names. */
  quick: boolean;
  /** progress shows what a long step is at, on a line that is overwritten. */
  progress(line: string): void;
}

/** median of the values, which must not be empty. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const high = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? Number.NaN) + high) / 2;
}

/** percentile of sorted values: the smallest that at least `share` of them do not exceed. */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

/** secondsOf is how long `work` takes, in wall time. */
export async function secondsOf(work: () => unknown): Promise<number> {
  const startMs = performance.now();
  const result = work();
  if (result instanceof Promise) await result;
  return (performance.now() - startMs) / 1000;
}

/** rateOf is the median of `rounds` rounds, in items a second, after one round that does not count; a round does `items` items. */
export async function rateOf(items: number, rounds: number, work: (round: number) => unknown): Promise<number> {
  const rates: number[] = [];
  for (let round = -1; round < rounds; round++) {
    const seconds = await secondsOf(() => work(round));
    if (round >= 0) rates.push(items / seconds);
  }
  return median(rates);
}

/** ratesOf measures several ways of doing the same, round by round in turn, so that a busy moment hits them all alike. */
export async function ratesOf<Name extends string>(items: number, rounds: number, ways: Readonly<Record<Name, () => unknown>>): Promise<Record<Name, number>> {
  const names = Object.keys(ways) as Name[];
  const rates = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let round = -1; round < rounds; round++) {
    for (const name of names) {
      const seconds = await secondsOf(ways[name]);
      if (round >= 0) rates.get(name)?.push(items / seconds);
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(rates.get(name) ?? [])])) as Record<Name, number>;
}
