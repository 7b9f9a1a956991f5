import { ZERO, type RegisterPayload } from '../../core/assertion/payloads';
import { assertionToSign } from '../../core/assertion/parse';
import { priceOf } from '../../core/assertion/price';
import { integer, string } from '../../core/bytes/fields';
import { attach, envelopeToJson } from '../../core/keys/dsse';
import { refuseCli } from '../cli-refusal';
import { addressUnder, getJson, postJson } from '../http';
import type { KeyedIdentity } from '../keys/key-file';
import { fieldsOf, type KnownRegistry, type Net, pause, understood } from './registry-api';

/** Choice is what a buyer wants registered. */
export interface Choice {
  readonly name: string;
  readonly display: string;
  readonly service: string | null;
  readonly dns: readonly string[];
}

/** Offer is a price that has been checked against the signed price schedule. */
export interface Offer {
  readonly priceCents: number;
  readonly schedule: number;
  readonly rail: string;
  readonly minimumCreditCents: number;
  /** the tenure to register: 0, or the next one if the last ended unpaid */
  readonly tenure: number;
}

/** PlacedOrder is an order as far as the command line looks at it. */
export interface PlacedOrder {
  readonly id: string;
  readonly state: string;
  readonly payUrl: string | null;
  readonly problem: string | null;
}

/** A signed registration waits this long for its seal, as long as its way of paying can take. */
const VALID_SEC: { [rail: string]: number } = { checkout: 172_800, credit: 172_800, invoice: 2_592_000, wire: 7_776_000 };
const POLL_MS = 500;
const ENDED = new Set(['expired', 'cancelled', 'refunding', 'refunded']);

/** askPrice asks what a name costs and checks the answer against the schedule that the registry's policies sign. @throws CliRefusal. */
export async function askPrice(net: Net, known: KnownRegistry, name: string): Promise<Offer> {
  const quote = fieldsOf(await postJson(net, addressUnder(known.url, '/api/v1/quotes'), JSON.stringify({ name })), 'The quote');
  return understood('The quote', () => {
    const status = string(quote['status'] ?? null, 'status', 20);
    if (status !== 'free') refuseCli('refused-there', `@${name} can't be registered now: it is ${status}.`);
    const offer = {
      minimumCreditCents: integer(quote['minimumCreditCents'] ?? null, 'minimumCreditCents', 0),
      priceCents: integer(quote['priceCents'] ?? null, 'priceCents', 0),
      rail: string(quote['rail'] ?? null, 'rail', 20),
      schedule: integer(quote['schedule'] ?? null, 'schedule', 0),
      tenure: integer(quote['tenure'] ?? null, 'tenure', 0),
    };
    const schedule = known.policies.map((policy) => policy.schedule).find(({ version }) => version === offer.schedule);
    if (schedule === undefined || priceOf(name, schedule) !== offer.priceCents) refuseCli('bad-answer', 'The price quoted is not the one of the registry’s signed price list.');
    return offer;
  });
}

/** registrationFor writes down what will be signed: a free name's next tenure. */
export function registrationFor(net: Net, known: KnownRegistry, identity: KeyedIdentity, choice: Choice, offer: Offer): RegisterPayload {
  return {
    after: ZERO,
    certificate: identity.certificate.envelope,
    display: choice.display,
    dns: [...choice.dns],
    name: choice.name,
    notAfter: net.clock() + (VALID_SEC[offer.rail] ?? VALID_SEC['checkout'] ?? 0),
    prev: ZERO,
    priceCents: offer.priceCents,
    registry: known.registry,
    schedule: offer.schedule,
    service: choice.service,
    tenure: offer.tenure,
    type: 'register',
  };
}

/** placeOrder signs the registration and makes the order. @throws CliRefusal. */
export async function placeOrder(net: Net, known: KnownRegistry, identity: KeyedIdentity, payload: RegisterPayload, creditCents: number | null, markAcknowledged: boolean): Promise<PlacedOrder> {
  const toSign = assertionToSign(payload);
  const assertion = envelopeToJson(attach(toSign, [{ publicKey: identity.publicKey, signature: identity.sign(toSign) }]));
  const body = JSON.stringify({ assertion, ...(creditCents === null ? {} : { creditCents }), ...(markAcknowledged ? { markAcknowledged } : {}) });
  return readOrder(await postJson(net, addressUnder(known.url, '/api/v1/orders'), body));
}

/** untilOrderSealed follows an order until its registration is sealed. @throws CliRefusal `refused-there` if it ends otherwise, `timed-out`. */
export async function untilOrderSealed(net: Net, known: KnownRegistry, order: PlacedOrder, withinSec: number, tell: (order: PlacedOrder) => void): Promise<PlacedOrder> {
  const untilSec = net.clock() + withinSec;
  let last = order;
  for (;;) {
    if (last.state === 'sealed') return last;
    if (ENDED.has(last.state)) refuseCli('refused-there', `The order ended as ${last.state}.${last.problem === null ? '' : ` ${last.problem}`}`);
    if (net.clock() >= untilSec) refuseCli('timed-out', `The order is still ${last.state}; it goes on without this command: ${addressUnder(known.url, `/orders/${order.id}`)}`);
    await pause(net, POLL_MS);
    const next = readOrder(await getJson(net, addressUnder(known.url, `/api/v1/orders/${order.id}`)));
    if (next.state !== last.state) tell(next);
    last = next;
  }
}

function readOrder(value: Parameters<typeof fieldsOf>[0]): PlacedOrder {
  const order = fieldsOf(value, 'The order');
  return understood('The order', () => {
    const { id, payUrl, problem, state } = order;
    const checked = string(id ?? null, 'id', 64);
    if (!/^[A-Za-z0-9_-]+$/.test(checked)) refuseCli('bad-answer', 'The order’s id is none.');
    return {
      id: checked,
      payUrl: payUrl == null ? null : webAddress(string(payUrl, 'payUrl', 2_000)),
      problem: problem == null ? null : string(fieldsOf(problem, 'The problem')['detail'] ?? null, 'problem.detail', 500),
      state: string(state ?? null, 'state', 30),
    };
  });
}

/** webAddress keeps an address that is printed from being anything else. */
function webAddress(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  return url !== null && (url.protocol === 'https:' || url.protocol === 'http:') ? url.href : refuseCli('bad-answer', 'The order’s pay address is none.');
}

