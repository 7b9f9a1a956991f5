import type { Envelope } from '../keys/dsse';
import type { NamePayload } from './name-payloads';
import type { Base64, Common } from './payload-common';
import type { TokensPayload, ValidatorPayload, ValidatorRetiredPayload } from './token-payloads';

export type { Base64 } from './payload-common';

/** ZERO stands for "none before": 32 zero bytes in base64. It opens every chain. */
export const ZERO: Base64 = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=';

/** Delays are the waiting times of the registry, all in seconds. A floor is the same shape: what no policy can go below. */
export interface Delays {
  /** an uncured reversed payment ends the tenure */
  curingSec: number;
  /** keys of policy, arbiters, registrar change after this */
  keysSec: number;
  /** a log key changes after this, both signing meanwhile */
  logKeySec: number;
  /** a reassignment takes effect */
  noticeSec: number;
  /** a policy comes into force */
  policySec: number;
  /** DNS gives no address for a reassigned bare name */
  quietSec: number;
  /** an ended price schedule may still be quoted */
  quoteSec: number;
  /** a payment may be reported reversed */
  reversalSec: number;
  /** a transfer signed by the holder takes effect */
  transferSec: number;
  /** a change of the wire format comes into force */
  wireSec: number;
}

/** Schedule is a price list. `priceCents` has 8 prices: index 0 for one letter … index 7 for eight and more. */
export interface Schedule {
  changes: number;
  priceCents: number[];
  topupCents: number;
  version: number;
}

/** RoleKeys are the keys of one role, of which `threshold` must sign. */
export interface RoleKeys {
  keys: Base64[];
  threshold: number;
}

/** Policy is what the registry runs by. `characters` is the character-page hash, `logs` verifier keys (C2SP signed-note). */
export interface Policy {
  arbiters: RoleKeys;
  characters: Base64;
  delays: Delays;
  logs: { names: string[]; proofs: string[] };
  periodSec: number;
  policy: RoleKeys;
  registrar: Base64[];
  schedule: Schedule;
  wire: number;
}

/** Continues names the registry whose history a fork goes on with, and the name log and map it goes on from. */
export interface Continues {
  map: Base64;
  registry: Base64;
  root: Base64;
  size: number;
}

/** Mark is a trademark on record for a name: the office's own words and the Nice classes. */
export interface Mark {
  classes: number[];
  number: string;
  office: string;
  owner: string;
}

/** Genesis opens a registry; SHA-256 of this payload is the registry id. Signed by `policy.policy`, m of n. */
export interface GenesisPayload {
  type: 'genesis';
  continues: Continues | null;
  floors: Delays;
  notAfter: number;
  number: 0;
  origin: string;
  policy: Policy;
  prev: typeof ZERO;
  registry: null;
}

/** PolicyPayload announces the next policy. Signed by the policy keys in force, m of n. */
export interface PolicyPayload extends Common {
  type: 'policy';
  /** true: in force at its own seal; only keys of policy, arbiters and registrar may differ */
  atOnce: boolean;
  number: number;
  policy: Policy;
  prev: Base64;
}

/** ReservePayload keeps a name (without hyphens) from being registered. Signed by policy keys, as are `mark` and `release`. */
export interface ReservePayload extends Common {
  type: 'reserve';
  name: string;
  prev: Base64;
  reason: string;
}

/** ReleasePayload ends a reservation or a mark. */
export interface ReleasePayload extends Common {
  type: 'release';
  name: string;
  prev: Base64;
  reason: string;
}

/** MarkPayload puts a trademark on record. */
export interface MarkPayload extends Common {
  type: 'mark';
  mark: Mark;
  name: string;
  prev: Base64;
}

/** RegisterPayload takes a free name. Signed by the certificate's signing key, then a registrar key. */
export interface RegisterPayload extends Common {
  type: 'register';
  after: Base64;
  certificate: Envelope;
  display: string;
  dns: string[];
  name: string;
  prev: Base64;
  priceCents: number;
  schedule: number;
  /** DNS host, `name.tenure`, or null for none yet */
  service: string | null;
  tenure: number;
}

interface UpdateFields extends Common {
  type: 'update';
  display: string;
  dns: string[];
  name: string;
  service: string | null;
  tenure: number;
}

/** HolderUpdatePayload changes a record; signed by the holder's signing key, chained by `prev`. */
export interface HolderUpdatePayload extends UpdateFields {
  prev: Base64;
}

/** RootUpdatePayload changes a record; signed by the root key, chained by `of` (the head of the tenure's root chain). */
export interface RootUpdatePayload extends UpdateFields {
  of: Base64;
}

export type UpdatePayload = HolderUpdatePayload | RootUpdatePayload;

/** RotatePayload replaces an identity's certificate. `of` is the hash of the one it replaces. Signed by root, then the new key. */
export interface RotatePayload extends Common {
  type: 'rotate';
  certificate: Envelope;
  of: Base64;
  udf: string;
}

/** Payload is every assertion this wire version knows, told apart by `type`. */
export type Payload =
  | GenesisPayload
  | PolicyPayload
  | ReservePayload
  | ReleasePayload
  | MarkPayload
  | RegisterPayload
  | UpdatePayload
  | RotatePayload
  | NamePayload
  | ValidatorPayload
  | ValidatorRetiredPayload
  | TokensPayload;

export type PayloadType = Payload['type'];

/** isRootUpdate tells the two forms of `update` apart. */
export function isRootUpdate(payload: UpdatePayload): payload is RootUpdatePayload {
  return 'of' in payload;
}
