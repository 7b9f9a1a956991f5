import type { Json } from '../core/bytes/canonical-json';

/**
 * Sale is all that belongs to one Checkout session, kept as one object so that every change of it is atomic: the
 * session, its payment intent, its refunds, and the events not yet handed to delivery. Ids are made of one suffix:
 * `cs_test_<suffix>`, `pi_<suffix>`, `ch_<suffix>`, `re_<suffix>_<n>`, `evt_<suffix>_<n>`.
 */
export type Sale = {
  suffix: string;
  createdSec: number;
  expiresSec: number;
  amountCents: number;
  quantity: number;
  currency: string;
  item: string;
  description: string | null;
  successUrl: string;
  cancelUrl: string | null;
  clientReference: string | null;
  customerEmail: string | null;
  metadata: Record<string, string>;
  intentMetadata: Record<string, string>;
  status: 'open' | 'complete' | 'expired';
  intent: SaleIntent | null;
  refunds: SaleRefund[];
  eventCount: number;
  outbox: SandboxEvent[];
};

export type SaleIntent = {
  createdSec: number;
  status: 'requires_payment_method' | 'requires_action' | 'succeeded';
  last4: string;
  error: { code: string; decline_code: string | null; message: string } | null;
};

export type SaleRefund = { id: string; amountCents: number; createdSec: number; metadata: Record<string, string>; reason: string | null };

/** EventType is every event the sandbox sends. */
export type EventType =
  | 'checkout.session.completed'
  | 'checkout.session.expired'
  | 'payment_intent.created'
  | 'payment_intent.payment_failed'
  | 'payment_intent.requires_action'
  | 'payment_intent.succeeded'
  | 'refund.created';

/** SandboxEvent is an event as Stripe sends it; `data.object` is a copy of the object as it was then. */
export type SandboxEvent = {
  id: string;
  object: 'event';
  api_version: string;
  created: number;
  data: { object: Json };
  livemode: false;
  pending_webhooks: number;
  request: { id: null; idempotency_key: null };
  type: EventType;
};

export const API_VERSION = '2026-10-28.endive';
