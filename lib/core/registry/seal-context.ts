import type { Moment } from './delays';
import type { DueReader } from './due-index';

/**
 * SealedNames is the name log as the seal before left it, and the map it commits to: what tokens and continuing geneses speak of. All
 * of it can be told from the state, the name log's head and the seal before, so that a snapshot is enough to go on from.
 */
export interface SealedNames {
  /** number of the seal before */
  readonly number: number;
  readonly size: number;
  readonly root: Uint8Array;
  /** root of the map */
  readonly map: Uint8Array;
  /** size of the name log at the seal before that one, or null */
  readonly sizeBefore: number | null;
}

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
  /** What of the state waits, the assertions already taken counted in. */
  readonly due: DueReader;
  /** Null before the first seal, and where assertions are judged before the seal they go into is known: that takes no tokens. */
  readonly sealed: SealedNames | null;
}
