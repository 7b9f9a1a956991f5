import type { Lock, PendingChange } from './pending-entries';

/*
 * The entries of names and of their holders, which make up nearly all of the name log. The rest are in state.ts.
 */

/** Registration says how a tenure began. */
export type Registration = 'initial' | 'transfer' | 'reassigned';

/** Ended says how a tenure ended; null while it lives. */
export type Ended = null | 'transfer' | 'reassignment' | 'unpaid';

/** RecordEntry is the state of one tenure of a name. `head`, `after` and `root.head` are what the next assertion of each chain must quote. */
export interface RecordEntry {
  readonly type: 'record';
  readonly name: string;
  readonly display: string;
  readonly tenure: number;
  /** The holder: a 52-character UDF. */
  readonly udf: string;
  /** A DNS host, `name.tenure`, or null for none yet. */
  readonly service: string | null;
  readonly dns: readonly string[];
  readonly registration: Registration;
  /** Included and bought changes of this tenure, and how many of them are used. */
  readonly allowance: number;
  readonly changes: number;
  /** The chain of what the root key signs; `changes` counts its updates. */
  readonly root: { readonly changes: number; readonly head: string };
  readonly head: string;
  readonly after: string;
  /** At most one of each kind, `payment` first. Empty once the tenure has ended. */
  readonly locks: readonly Lock[];
  /** At most one. Empty once the tenure has ended. */
  readonly pending: readonly PendingChange[];
  /** The number of the open case; in a tenure that has ended, of the one that was open then. */
  readonly case: string | null;
  /** The version of the price schedule it was bought under. */
  readonly schedule: number;
  /** The proof-log index of the assertion that display, DNS addresses and service come from. */
  readonly source: number;
  readonly ended: Ended;
  readonly proof: number;
  readonly prev: number | null;
}

/** IdentityEntry is an identity's newest certificate, spelled out; `certificate` is the hash of its canonical envelope. */
export interface IdentityEntry {
  readonly type: 'identity';
  readonly udf: string;
  readonly root: string;
  readonly number: number;
  readonly key: string;
  readonly encrypt: string;
  readonly ca: string | null;
  readonly next: string | null;
  readonly certificate: string;
  /** Rotations left. */
  readonly allowance: number;
  readonly proof: number;
  readonly prev: number | null;
}
