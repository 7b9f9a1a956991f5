import type { Ended, Registration } from '../registry/state';

/** TenureFacts is what resolution needs of one tenure of a name. */
export interface TenureFacts {
  readonly name: string;
  readonly tenure: number;
  /** The holder, 52 characters. */
  readonly udf: string;
  readonly service: string | null;
  readonly dns: readonly string[];
  readonly registration: Registration;
  readonly ended: Ended;
  /** When the tenure began: the time of the seal that holds its first record; of a copy that begins later, the copy's first seal. */
  readonly sinceSec: number;
  readonly disputed: boolean;
  readonly pendingTransfer: boolean;
  readonly pendingReassignment: boolean;
  readonly reversed: boolean;
  /** Name-log index of the newest record. */
  readonly index: number;
}

/** AsOf says which state an answer comes from. */
export interface AsOf {
  readonly seal: number;
  readonly timeSec: number;
  /** Size of the name log. */
  readonly size: number;
}

/** NameReader is the state as resolution reads it: one sealed state, whole, while an answer is made. */
export interface NameReader {
  /** One tenure of a name, or its highest (`null`); null if there is none. */
  tenure(name: string, tenure: number | null): TenureFacts | null;
  /** Everything ever held by the identities whose UDF begins so, oldest tenure first. `udf` has 28 characters or 52. */
  heldBy(udf: string): TenureFacts[];
  asOf(): AsOf;
  /** For how long the bare name gives no address in DNS after a reassignment, by the policy in force. */
  quietSec(): number;
}

/** RecordFacts is the part of a record that TenureFacts are made from. */
export interface RecordFacts {
  readonly name: string;
  readonly tenure: number;
  readonly udf: string;
  readonly service: string | null;
  readonly dns: readonly string[];
  readonly registration: Registration;
  readonly ended: Ended;
  readonly case: string | null;
  readonly pending: readonly { readonly kind: string }[];
  readonly locks: readonly { readonly kind: string }[];
}

/** factsOf reduces a record of the name log to what resolution needs. */
export function factsOf(record: RecordFacts, index: number, sinceSec: number): TenureFacts {
  const { name, tenure, udf, service, dns, registration, ended } = record;
  return {
    name,
    tenure,
    udf,
    service,
    dns,
    registration,
    ended,
    sinceSec,
    disputed: record.case !== null,
    pendingTransfer: record.pending.some(({ kind }) => kind === 'transfer'),
    pendingReassignment: record.pending.some(({ kind }) => kind === 'reassign'),
    reversed: record.locks.some(({ kind }) => kind === 'reversed'),
    index,
  };
}

/** isAlive tells whether a tenure still routes: it has not ended, or ended by a reassignment, which leaves its holder reachable under `name.N` and by UDF. */
export function isAlive({ ended }: Pick<TenureFacts, 'ended'>): boolean {
  return ended === null || ended === 'reassignment';
}
