/**
 * The JSON that the API speaks, as types: one place for the pages, the typed fetchers and the services that answer them.
 * Hashes and other bytes are standard padded base64; times are whole seconds since 1970; money is integer cents.
 */
import type { Envelope } from '../core/keys/dsse';

/** LogName is the name of one of the two logs as it stands in addresses. */
export type LogName = 'names' | 'proofs';

/** Problem is an `application/problem+json` body (RFC 9457) with our stable `code`. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  code: string;
  detail: string;
  retryAfterSec?: number;
}

/** Trouble says what went wrong: a stable code and a sentence. */
export interface Trouble {
  code: string;
  detail: string;
}

/** MarkNotice is a recorded trademark a name is equal to. */
export interface MarkNotice {
  owner: string;
  office: string;
  number: string;
  classes: number[];
}

export type NameStatus = 'free' | 'taken' | 'held' | 'reserved' | 'invalid';

/** Rail is the way an order of its size is paid (DESIGN §7). */
export type Rail = 'credit' | 'checkout' | 'invoice' | 'wire';

/** Quote is the answer of `POST /api/v1/quotes`; an invalid name is an answer too. */
export interface Quote {
  input: string;
  name: string | null;
  display: string | null;
  letters: number | null;
  status: NameStatus;
  problem: Trouble | null;
  heldUntilSec: number | null;
  mark: MarkNotice | null;
  /** the tenure that a registration of a free name begins: 0, or more if the last one ended unpaid */
  tenure: number | null;
  priceCents: number | null;
  schedule: number | null;
  changes: number | null;
  rail: Rail | null;
  minimumCreditCents: number;
  validUntilSec: number;
  nowSec: number;
}

/** PriceSchedule is a logged price schedule; `priceCents[0]` is for one letter or digit, `[7]` for eight and more. */
export interface PriceSchedule {
  version: number;
  priceCents: number[];
  changes: number;
  topupCents: number;
}

/** RegistryInfo is `GET /api/v1/registry`. */
export interface RegistryInfo {
  registry: string;
  origin: string;
  periodSec: number;
  registrar: string[];
  nowSec: number;
  sandbox: boolean;
  names: { size: number; root: string; timeSec: number; seal: number };
  proofs: { size: number; root: string };
  nextSealSec: number;
  policies: Envelope[];
  schedule: PriceSchedule;
}

export type OrderState = 'awaiting-payment' | 'paid' | 'accepted' | 'sealed' | 'expired' | 'cancelled' | 'refunding' | 'refunded';

/** Order is `GET /api/v1/orders/{id}`. */
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
  problem: Trouble | null;
  history: { state: OrderState; atSec: number }[];
  /** Payments that go back or have gone back: of a name that could not be registered, or made twice. */
  refunds: { amountCents: number; done: boolean; /** the payment service refused it: a person gives the money back by hand */ failed: boolean }[];
  sandbox: boolean;
  nowSec: number;
  nextSealSec: number;
}

/** LogEntry is one entry in a list of entries. */
export interface LogEntry {
  log: LogName;
  index: number;
  /** The entry's own bytes, base64. */
  bytes: string;
  seal: number;
  timeSec: number;
  paired: { log: LogName; index: number } | null;
}

/** LogInfo is `GET /api/v1/log`: both checkpoints as signed notes, the newest seals, the newest entries of both logs. */
export interface LogInfo {
  names: { note: string; size: number; root: string };
  proofs: { note: string; size: number; root: string };
  seals: { number: number; timeSec: number; namesSize: number; proofsSize: number }[];
  entries: LogEntry[];
  nowSec: number;
  nextSealSec: number;
  periodSec: number;
}

/** EntryInfo is `GET /api/v1/entries/{log}/{index}`: an entry with its inclusion proof under a checkpoint. */
export interface EntryInfo extends LogEntry {
  size: number;
  leafHash: string;
  proof: string[];
  checkpoint: string;
}

/** SealEvent is the data of an `event: seal` of `GET /api/v1/events`. */
export interface SealEvent {
  seal: number;
  timeSec: number;
  names: { size: number; root: string };
  proofs: { size: number; root: string };
  nextSealSec: number;
}

/** AcceptedToken is one token that `POST /api/v1/tokens` took in. */
export interface AcceptedToken {
  name: string;
  vkey: string;
  seal: number;
  size: number;
  timeSec: number;
}

/** ValidatorInfo is a validator as `/log/validators` lists it; `holds` is the name it was enrolled by. */
export interface ValidatorInfo {
  name: string;
  vkey: string;
  udf: string;
  holds: { name: string; tenure: number };
  status: 'enrolled' | 'retired';
  /** seal and time of its newest token; null if it has given none */
  tokenSeal: number | null;
  tokenSec: number | null;
  lagSeals: number | null;
}

/** ValidatorsInfo is the answer of `GET /api/v1/validators`. */
export interface ValidatorsInfo {
  seal: number;
  nowSec: number;
  /** how many tokens are more than half of those that are enrolled and were heard of late; null if nobody was */
  quorum: number | null;
  /** the newest seal with so many */
  cosignedSeal: number | null;
  validators: ValidatorInfo[];
}

/** EvidenceFileInfo is one evidence file that this site publishes. */
export interface EvidenceFileInfo {
  name: string;
  sizeBytes: number;
  addedSec: number;
}
