import type { Envelope, ToSign } from '../core/keys/dsse';
import type { Base64, Policy } from '../core/assertion/payloads';
import type { StateReader } from '../core/registry/state';
import type { Database } from '../storage/database';
import type { StripeGateway } from './stripe-gateway';

/** Accepted is what the caller of `submit` gets: the promise that the assertion is in seal `bySeal` at the latest. */
export interface Accepted {
  /** SHA-256 of the payload */
  hash: Uint8Array;
  bySeal: number;
  receipt: Envelope;
}

/** AssertionStatus says where an assertion is: never seen, accepted, in a seal, or refused when its seal was made. */
export type AssertionStatus =
  | { state: 'unknown' }
  | { state: 'accepted'; bySeal: number; receipt: Envelope }
  | { state: 'sealed'; bySeal: number; receipt: Envelope; seal: number; proofIndex: number; nameIndex: number }
  | { state: 'refused'; code: string; detail: string };

/** RegistryView is what services may ask about the registry itself, from memory. */
export interface RegistryView {
  id: Base64;
  origin: string;
  periodSec: number;
  /** policy is the one in force at the newest seal. */
  policy(): Policy;
  /** nextSealSec is when the next seal is due. */
  nextSealSec(): number;
}

/** Registrar signs with the registrar's key, typed payloads only. */
export interface Registrar {
  publicKey: Uint8Array;
  sign(toSign: ToSign): Uint8Array;
}

/** ServiceContext is all a service may touch besides its own arguments. */
export interface ServiceContext {
  db: Database;
  /** clock is the time in whole seconds since 1970 (UTC). */
  clock: () => number;
  random: (sizeBytes: number) => Uint8Array;
  registry: RegistryView;
  registrar: Registrar;
  /** loadState reads these state keys as they will be once all that is accepted is sealed. */
  loadState(keys: Uint8Array[]): Promise<StateReader>;
  /** rehearse checks a whole assertion as `submit` would and stores nothing. Throws Refusal or ServiceRefusal. */
  rehearse(bytes: Uint8Array): Promise<void>;
  /** submit accepts an assertion durably; the same bytes again give the same answer. Throws Refusal or ServiceRefusal. */
  submit(bytes: Uint8Array): Promise<Accepted>;
  assertionStatus(hash: Uint8Array): Promise<AssertionStatus>;
  stripe: StripeGateway;
  /** log writes one line; no secret, key or card ever goes in. */
  log(line: string): void;
}
