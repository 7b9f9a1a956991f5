/*
 * What validators leave in the state.
 */

/** ValidatorEntry is a validator's key: `head` is what the next assertion of its chain must quote. */
export interface ValidatorEntry {
  readonly type: 'validator';
  /** verifier key of type 0x04; its name is the validator's */
  readonly vkey: string;
  /** The identity it is enrolled with, and the name by which that identity could enrol it. */
  readonly udf: string;
  readonly holds: { readonly name: string; readonly tenure: number };
  readonly status: 'enrolled' | 'retired';
  readonly head: string;
  readonly proof: number;
  readonly prev: number | null;
}

/** TokensEntry is what the newest `tokens` assertion logged: on which seals, by which keys (ascending). */
export interface TokensEntry {
  readonly type: 'tokens';
  readonly seals: readonly { readonly keys: readonly string[]; readonly seal: number }[];
  readonly proof: number;
  readonly prev: number | null;
}
