import type { Envelope } from '../keys/dsse';
import type { Base64, Common } from './payload-common';

/*
 * What changes hands, or may not: transfers by the holder, disputes and reassignments by the arbiters, payments by the
 * registrar. `prev` chains what the holder signs, `after` what arbiters and registrar sign, `of` what the root key signs.
 */

/** Subject is one tenure of a name. */
interface Subject {
  name: string;
  tenure: number;
}

/** NextHolder is who holds the next tenure, and how it starts; `certificate` is the identity's logged one, or number 0. */
interface NextHolder {
  certificate: Envelope;
  display: string;
  dns: string[];
  service: string | null;
  udf: string;
}

interface TransferFields extends Common, Subject, NextHolder {
  type: 'transfer';
}

/** HolderTransferPayload gives a name away after `transferSec`. Signed by the holder's signing key, then the recipient's. */
export interface HolderTransferPayload extends TransferFields {
  prev: Base64;
}

/** RootTransferPayload gives a name away at once. Signed by the holder's root key, then the recipient's signing key. */
export interface RootTransferPayload extends TransferFields {
  of: Base64;
}

export type TransferPayload = HolderTransferPayload | RootTransferPayload;

/** CancelPayload ends a pending transfer; `of` is the transfer's payload hash. Signed by the holder's signing key or root key. */
export interface CancelPayload extends Common, Subject {
  type: 'cancel';
  of: Base64;
}

/** TopupPayload adds changes and rotations that were paid for. Signed by a registrar key. */
export interface TopupPayload extends Common, Subject {
  type: 'topup';
  after: Base64;
  priceCents: number;
  schedule: number;
}

/** DisputePayload opens a case, DisputeClosedPayload ends it. Signed by the arbiters, m of n. */
export interface DisputePayload extends Common, Subject {
  type: 'dispute' | 'dispute-closed';
  after: Base64;
  case: string;
}

/** ReassignPayload gives a name to another holder by decision, after `noticeSec`. Signed by the arbiters, then the new holder's signing key. */
export interface ReassignPayload extends Common, Subject, NextHolder {
  type: 'reassign';
  after: Base64;
  case: string;
  /** SHA-256 of the published decision */
  decision: Base64;
}

/** PaymentPayload says that a registration's payment was taken back, or that it is final. Signed by a registrar key. */
export interface PaymentPayload extends Common, Subject {
  type: 'payment-reversed' | 'payment-settled';
  after: Base64;
}

/** NamePayload is any of these. */
export type NamePayload = TransferPayload | CancelPayload | TopupPayload | DisputePayload | ReassignPayload | PaymentPayload;

/** isRootTransfer tells the two forms of `transfer` apart. */
export function isRootTransfer(payload: TransferPayload): payload is RootTransferPayload {
  return 'of' in payload;
}
