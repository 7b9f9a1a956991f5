import type { Envelope } from '../core/keys/dsse';

/** The shapes of the web application's JSON answers. Services make them, the browser reads them; they hold no secret. */

export interface Problem {
  code: string;
  detail: string;
}

export interface Mark {
  owner: string;
  office: string;
  number: string;
  classes: number[];
}

/** Rail says how an order total is paid (DESIGN §7). */
export type Rail = 'credit' | 'checkout' | 'invoice' | 'wire';

export type NameStatus = 'free' | 'taken' | 'held' | 'reserved' | 'invalid';

/** Quote answers `POST /api/v1/quotes`: what a name is, whether it can be had, and what it costs. */
export interface Quote {
  input: string;
  name: string | null;
  display: string | null;
  letters: number | null;
  status: NameStatus;
  problem: Problem | null;
  heldUntilSec: number | null;
  mark: Mark | null;
  priceCents: number | null;
  schedule: number | null;
  changes: number | null;
  rail: Rail | null;
  minimumCreditCents: number;
  validUntilSec: number;
  nowSec: number;
}

export type OrderState = 'awaiting-payment' | 'paid' | 'accepted' | 'sealed' | 'expired' | 'cancelled' | 'refunding' | 'refunded';

/** Order answers `POST /api/v1/orders` and `GET /api/v1/orders/{id}`. */
export interface Order {
  id: string;
  state: OrderState;
  name: string;
  display: string;
  udf: string;
  priceCents: number;
  schedule: number;
  rail: Rail;
  creditCents: number | null;
  createdSec: number;
  expiresSec: number;
  payUrl: string | null;
  assertion: { hash: string; bySeal: number | null; proofIndex: number | null; nameIndex: number | null };
  receipt: Envelope | null;
  problem: Problem | null;
  history: { state: OrderState; atSec: number }[];
  sandbox: boolean;
  nowSec: number;
  nextSealSec: number;
}

export interface HeadShape {
  size: number;
  /** base64 */
  root: string;
}

/** RegistryInfo answers `GET /api/v1/registry`. */
export interface RegistryInfo {
  registry: string;
  origin: string;
  periodSec: number;
  /** base64 public keys that may counter-sign registrations */
  registrar: string[];
  nowSec: number;
  sandbox: boolean;
  names: HeadShape & { seal: number; timeSec: number };
  proofs: HeadShape;
  nextSealSec: number;
  policies: Envelope[];
}

export type LogName = 'names' | 'proofs';

/** EntryShape answers `GET /api/v1/entries/{log}/{index}`. */
export interface EntryShape {
  log: LogName;
  index: number;
  size: number;
  /** base64 of the entry's own bytes */
  bytes: string;
  leafHash: string;
  proof: string[];
  checkpoint: string;
  paired: { log: LogName; index: number } | null;
  seal: number;
  timeSec: number;
}

/** SealEvent is the data of `event: seal` on `GET /api/v1/events`; the event id is the seal number. */
export interface SealEvent {
  seal: number;
  timeSec: number;
  names: HeadShape;
  proofs: HeadShape;
  nextSealSec: number;
}
