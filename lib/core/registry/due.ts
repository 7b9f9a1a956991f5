import type { Moment } from './delays';
import { duePolicy } from './on-policy';
import type { StateEntry, StateReader } from './state';

/**
 * nextDue is the next effect that has fallen due by the seal `now`, as the entries it makes, or null if there is none. The
 * caller writes them over the state and asks again, so that each effect is judged by the state that the one before left.
 * Effects come in the order of the name-log index of the entry that announced them. So far only policies wait.
 * @throws Refusal `wire-unsupported`: a policy comes into force that this program can't follow, so nothing may be sealed.
 */
export function nextDue(state: StateReader, now: Moment): StateEntry[] | null {
  const policy = duePolicy(state, now);
  return policy === null ? null : [policy];
}
