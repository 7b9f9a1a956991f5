/** Moment is a seal seen as a point in time: its number and its time. */
export interface Moment {
  readonly number: number;
  readonly timeSec: number;
}

/**
 * hasPassed tells whether a delay that began at the seal `from` is over at the seal `now`: when its seconds have gone by
 * and at least half as many seals as fit into them, so that a clock set forward ends no delay by itself (DESIGN §3.4).
 */
export function hasPassed(from: Moment, now: Moment, delaySec: number, periodSec: number): boolean {
  return now.timeSec - from.timeSec >= delaySec && now.number - from.number >= sealsIn(delaySec, periodSec);
}

/** sealsIn is how many seals a delay must at least last: half of what fits into it, rounded up. */
export function sealsIn(delaySec: number, periodSec: number): number {
  const two = 2 * periodSec;
  const rest = delaySec % two;
  return (delaySec - rest) / two + (rest === 0 ? 0 : 1);
}

/** earliestSec is the first second at which the delay can be over, for telling people; the seals may make it later. */
export function earliestSec(from: Moment, delaySec: number): number {
  return from.timeSec + delaySec;
}
