import type { Moment } from './delays';

/**
 * SealContext is where in the logs an assertion is being taken: the seal that will close it, the proof-log index it gets,
 * and the chains that this seal has already used. Time and place come from here and from nowhere else.
 */
export interface SealContext extends Moment {
  readonly proofIndex: number;
  /** The name-log index of the next entry. */
  readonly nextNameIndex: number;
  /** Chains used by assertions already taken in this seal (see `chainsOf`). `transition` reads it and never writes it. */
  readonly used: ReadonlySet<string>;
}
