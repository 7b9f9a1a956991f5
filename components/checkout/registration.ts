import type { Envelope } from '../../lib/core/keys/dsse';
import { ZERO, type RegisterPayload } from '../../lib/core/assertion/payloads';
import { OPEN_RAILS } from '../search/rails';
import type { Quote, Rail, RegistryInfo } from '../../lib/client/wire';

/** Details are what a person decides about a name besides the name itself; all checked. */
export interface Details {
  display: string;
  service: string | null;
  dns: string[];
}

const DAY_SEC = 86_400;

/** How long a signed registration may wait for its seal: as long as its way of paying can take, and some days. */
const VALID_SEC: Record<Rail, number> = {
  credit: 2 * DAY_SEC,
  checkout: 2 * DAY_SEC,
  invoice: 30 * DAY_SEC,
  wire: 90 * DAY_SEC,
};

/** SignableQuote is a quote that can be signed for: a free name with a price and a way to pay it. */
export type SignableQuote = Quote & { name: string; tenure: number; priceCents: number; schedule: number; rail: Rail };

/** isSignable tells whether a quote is of a name that can be registered now. */
export function isSignable(quote: Quote): quote is SignableQuote {
  return (
    quote.status === 'free' &&
    quote.name !== null &&
    quote.tenure !== null &&
    quote.priceCents !== null &&
    quote.schedule !== null &&
    quote.rail !== null &&
    OPEN_RAILS.has(quote.rail)
  );
}

/** registrationOf writes down what will be signed: a free name’s next tenure, whose chains begin with zeros. */
export function registrationOf(quote: SignableQuote, registry: RegistryInfo, certificate: Envelope, details: Details): RegisterPayload {
  return {
    type: 'register',
    registry: registry.registry,
    notAfter: registry.nowSec + VALID_SEC[quote.rail],
    name: quote.name,
    tenure: quote.tenure,
    prev: ZERO,
    after: ZERO,
    display: details.display,
    service: details.service,
    dns: details.dns,
    schedule: quote.schedule,
    priceCents: quote.priceCents,
    certificate,
  };
}
