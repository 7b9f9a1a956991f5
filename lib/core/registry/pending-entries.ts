import type { RoleKeys } from '../assertion/payloads';

/*
 * What waits in a record.
 */

/** Waiting is what waits for a delay: since which seal, for how long, and the proof-log index of the assertion it rests on; all fixed when that was logged. */
export interface Waiting {
  readonly delaySec: number;
  readonly loggedSeal: number;
  readonly loggedSec: number;
  readonly proof: number;
}

/**
 * Lock bars transfers. `payment`: the registration's payment may still be taken back; it ends by itself once the delay has
 * passed, though it may stay in the record until that is written again. `reversed`: it was taken back; once the delay has
 * passed the tenure ends as `unpaid`.
 */
export interface Lock extends Waiting {
  readonly kind: 'payment' | 'reversed';
}

interface PendingFields extends Waiting {
  /** Payload hash of the assertion. */
  readonly hash: string;
  /** Who will hold the next tenure, and how it will start. */
  readonly to: string;
  readonly display: string;
  readonly dns: readonly string[];
  readonly service: string | null;
}

/** PendingTransfer is a transfer that the holder's signing key has signed. */
export interface PendingTransfer extends PendingFields {
  readonly kind: 'transfer';
}

/** PendingReassignment is a decision that has not taken effect; `arbiters` are those who alone can still end the case. */
export interface PendingReassignment extends PendingFields {
  readonly kind: 'reassign';
  readonly arbiters: RoleKeys;
  readonly decision: string;
}

/** PendingChange is a change of holder that waits for its delay. */
export type PendingChange = PendingTransfer | PendingReassignment;
