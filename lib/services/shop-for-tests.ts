import { randomBytes } from 'node:crypto';
import { Stripe } from 'stripe';
import { expect } from 'vitest';
import type { Order } from '../client/wire';
import { type FixtureIdentity, makeIdentity, makeRegistry, registerPayload, signedBy } from '../core/assertion/fixtures';
import { parseAssertion } from '../core/assertion/parse';
import type { RegisterPayload } from '../core/assertion/payloads';
import { receiptToSign } from '../core/assertion/receipt';
import { verifyAssertion } from '../core/assertion/verify';
import { fromBase64, toBase64 } from '../core/bytes/base64';
import { attach, type Envelope, envelopeToJson } from '../core/keys/dsse';
import { sign, signWith } from '../core/keys/sign';
import { FixtureMinutes } from '../core/registry/fixture-minutes';
import { transition } from '../core/registry/transition';
import { databaseStore } from '../sandbox/database-store';
import { serveSandbox, type ServedSandbox } from '../sandbox/serve-for-tests';
import type { Database } from '../storage/database';
import type { Accepted, AssertionStatus, ServiceContext } from './context';
import { createOrder, type NewOrder } from './create-order';
import { receiveWebhook } from './receive-webhook';
import { reconcilePayments } from './reconcile-payments';
import { showOrder } from './show-order';

/** Fault decides at each point where the process touches the world whether it dies there: before the effect, after it, or not. */
export type Fault = (point: string) => 'before' | 'after' | null;

/** Killed is what a dying process throws in these tests. */
export class Killed extends Error {
  constructor(point: string) {
    super(`killed at ${point}`);
    this.name = 'Killed';
  }
}

export const GOOD_CARD = '4242 4242 4242 4242';
export const BAD_CARD = '4000 0000 0000 0002';
const START_SEC = 1_800_000_000;

/**
 * Shop is a registry with real rules (in memory, and as durable as a real one), a real database and the real SDK on the
 * sandbox, with a clock that tests move and faults that they set.
 */
export class Shop {
  nowSec = START_SEC;
  fault: Fault = () => null;
  readonly log: string[] = [];
  readonly world = makeRegistry('shop', { origin: 'localhost' });
  readonly minutes = new FixtureMinutes(this.world);
  readonly ctx: ServiceContext;
  private readonly statuses = new Map<string, AssertionStatus>();

  private constructor(
    readonly db: Database,
    readonly served: ServedSandbox,
  ) {
    const { world, minutes } = this;
    this.ctx = {
      db: { ...db, transaction: (work) => this.guard('transaction', () => db.transaction(work)) },
      clock: () => this.nowSec,
      random: (sizeBytes) => randomBytes(sizeBytes),
      registry: { id: world.registry, origin: 'localhost:3000', periodSec: 60, policy: () => world.policy, nextSealSec: () => this.nowSec + 60 },
      registrar: { publicKey: world.registrar.publicKey, sign: (toSign) => sign(toSign, world.registrar.seed) },
      loadState: async () => minutes.state,
      rehearse: async (bytes) => void transition(verifyAssertion(parseAssertion(bytes), minutes.state), minutes.state, minutes.place),
      submit: (bytes) => this.guard('submit', async () => this.submit(bytes)),
      assertionStatus: async (hash) => this.statuses.get(toBase64(hash)) ?? { state: 'unknown' },
      stripe: { sandbox: true, livemode: false, webhookSecret: served.webhookSecret, client: () => stripe },
      log: (line) => void this.log.push(line),
    };
    const inner = Stripe.createNodeHttpClient();
    // No retries by the SDK: a process that dies does not try again.
    const stripe = new Stripe(served.secretKey, {
      maxNetworkRetries: 0,
      telemetry: false,
      httpClient: {
        getClientName: () => 'test',
        makeRequest: (_host, _port, path, ...rest) => this.guard(`stripe ${path}`, () => inner.makeRequest('127.0.0.1', new URL(served.baseUrl).port, `/sandbox/stripe${path}`, rest[0], rest[1], rest[2], 'http', rest[4])),
      },
    });
    served.onWebhook(async (body, signature) => {
      try {
        await receiveWebhook(this.ctx, { body, signature });
        return 200;
      } catch {
        return 500;
      }
    });
  }

  static async open(db: Database): Promise<Shop> {
    let shop: Shop | null = null;
    const clock = () => shop?.nowSec ?? START_SEC;
    shop = new Shop(db, await serveSandbox(clock, databaseStore(db, clock)));
    return shop;
  }

  close(): Promise<void> {
    return this.served.close();
  }

  person(label: string): FixtureIdentity {
    return makeIdentity(this.world.registry, label);
  }

  /** signed is a registration as its holder signs it in the browser. */
  signed(identity: FixtureIdentity, input: string, overrides: Partial<RegisterPayload> = {}): Envelope {
    return signedBy(registerPayload(this.world, identity, input, overrides), [identity.key]).envelope;
  }

  async order(identity: FixtureIdentity, input: string, options: Omit<NewOrder, 'assertion'> & { payload?: Partial<RegisterPayload> } = {}): Promise<Order> {
    const { payload, ...rest } = options;
    return (await createOrder(this.ctx, { assertion: envelopeToJson(this.signed(identity, input, payload)), ...rest })).order;
  }

  async show(order: Pick<Order, 'id'>): Promise<Order> {
    const shown = await showOrder(this.ctx, { id: order.id });
    expect(shown).not.toBeNull();
    return shown as Order;
  }

  /** pay fills the hosted page's form, as a browser without scripts does. */
  async pay(order: Pick<Order, 'payUrl'>, card: string = GOOD_CARD): Promise<Response> {
    const path = new URL(order.payUrl ?? 'http://none/').pathname;
    return fetch(`${this.served.baseUrl}${path}`, { method: 'POST', body: new URLSearchParams({ card }), redirect: 'manual' });
  }

  /** deliver hands out the webhooks that wait, and those that failed, again and again. */
  async deliver(): Promise<void> {
    for (let round = 0; round < 4; round++) await this.served.sandbox.sender.deliverNow();
  }

  reconcile(): Promise<void> {
    return reconcilePayments(this.ctx);
  }

  /** seal closes a minute: what was accepted is sealed. */
  seal(): void {
    this.minutes.seal();
    for (const [hash, status] of this.statuses) {
      if (status.state !== 'accepted') continue;
      const { bySeal, receipt } = status;
      this.statuses.set(hash, { state: 'sealed', bySeal, receipt, seal: bySeal, proofIndex: 1, nameIndex: 1 });
    }
  }

  /** refuseAtSeal makes the seal refuse what was accepted, or `only` that of one order: what must not happen, and still must end well. */
  refuseAtSeal(only: Pick<Order, 'assertion'> | null = null): void {
    for (const [hash, status] of this.statuses) {
      if (status.state === 'accepted' && (only === null || only.assertion.hash === hash)) this.statuses.set(hash, { state: 'refused', code: 'expired', detail: 'It came too late.' });
    }
  }

  private async submit(bytes: Uint8Array): Promise<Accepted> {
    const parsed = parseAssertion(bytes);
    const hash = fromBase64(parsed.hash, 32);
    const known = this.statuses.get(parsed.hash);
    if (known?.state === 'accepted' || known?.state === 'sealed') return { hash, bySeal: known.bySeal, receipt: known.receipt };
    this.minutes.take(parsed);
    const bySeal = this.minutes.place.number;
    const toSign = receiptToSign({ assertion: parsed.hash, bySeal, registry: this.world.registry });
    const receipt = attach(toSign, [signWith(toSign, this.world.registrar.seed)]);
    this.statuses.set(parsed.hash, { state: 'accepted', bySeal, receipt });
    return { hash, bySeal, receipt };
  }

  private async guard<T>(point: string, effect: () => Promise<T>): Promise<T> {
    const fate = this.fault(point);
    if (fate === 'before') throw new Killed(point);
    const result = await effect();
    if (fate === 'after') throw new Killed(point);
    return result;
  }
}
