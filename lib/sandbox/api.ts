import { createHash } from 'node:crypto';
import type { Json } from '../core/bytes/canonical-json';
import { readNewSession } from './create-session';
import { FormReader, parseForm, type FormMap } from './form';
import { expireNow, refundSale } from './sale';
import type { Sale, SandboxEvent } from './sale-shape';
import type { Sales } from './sales';
import type { SandboxStore } from './store';
import { badRequest, missing, StripeProblem } from './stripe-error';
import { intentView, lineItemsView, refundView, sessionView } from './views';

/** ApiCall is one request to the API, its parameters read from the query or the body. */
export interface ApiCall {
  method: string;
  /** path below `/v1/` */
  path: string;
  /** params is the form-encoded text */
  params: string;
  idempotencyKey: string | null;
}

const MAX_PAGE = 100;
const DEFAULT_PAGE = 10;
const REFUND_REASONS = ['duplicate', 'fraudulent', 'requested_by_customer'];

/** Api answers Stripe's REST calls that a one-time card payment needs. Throws StripeProblem. */
export class Api {
  constructor(
    private readonly sales: Sales,
    private readonly store: SandboxStore,
    private readonly clock: () => number,
    private readonly random: (sizeBytes: number) => Uint8Array,
  ) {}

  async call(call: ApiCall): Promise<Json> {
    const form = parseForm(call.params);
    const route = `${call.method} ${call.path.replace(/\b(cs_test|pi|re|evt)_[A-Za-z0-9_]+/, ':id')}`;
    const id = /\b(?:cs_test|pi|re|evt)_[A-Za-z0-9_]+/.exec(call.path)?.[0] ?? '';
    switch (route) {
      case 'POST checkout/sessions':
        return this.createSession(form, call.idempotencyKey);
      case 'GET checkout/sessions':
        return this.listSessions(form);
      case 'GET checkout/sessions/:id':
        return this.session(id, form);
      case 'GET checkout/sessions/:id/line_items':
        return lineItemsView(await this.sale(id, 'checkout.session', 'session'));
      case 'POST checkout/sessions/:id/expire':
        return this.expire(id, form);
      case 'GET payment_intents/:id':
        return intentView(await this.intent(id, form));
      case 'POST refunds':
        return this.refund(form);
      case 'GET refunds':
        return this.listRefunds(form);
      case 'GET refunds/:id':
        return this.oneRefund(id, form);
      case 'GET events':
        return this.listEvents(form);
      case 'GET events/:id':
        return this.event(id, form);
      default:
        throw new StripeProblem(404, 'invalid_request_error', `Unrecognized request URL (${call.method}: /v1/${call.path.slice(0, 200)}).`);
    }
  }

  private async createSession(form: FormMap, key: string | null): Promise<Json> {
    // Under an idempotency key the id follows from the key, so that a request cut off half-way makes no second session.
    const suffix = key === null ? Buffer.from(this.random(24)).toString('hex') : createHash('sha256').update(`session ${key} ${Math.floor(this.clock() / 86_400)}`).digest('hex').slice(0, 48);
    return sessionView(await this.sales.create(readNewSession(form, suffix, this.clock())));
  }

  private async session(id: string, form: FormMap): Promise<Json> {
    const fields = new FormReader(form);
    const expand = fields.texts('expand');
    fields.end();
    const sale = await this.sale(id, 'checkout.session', 'session');
    const view = sessionView(sale);
    let shown: Json = view;
    for (const field of expand) {
      if (field === 'payment_intent') shown = { ...shown, payment_intent: view.payment_intent === null ? null : intentView(sale) };
      else if (field === 'line_items') shown = { ...shown, line_items: lineItemsView(sale) };
      else throw badRequest(`This property cannot be expanded (${field.slice(0, 60)}).`, { param: 'expand' });
    }
    return shown;
  }

  private async listSessions(form: FormMap): Promise<Json> {
    const fields = new FormReader(form);
    const intent = fields.text('payment_intent');
    const status = fields.oneOf('status', ['open', 'complete', 'expired']);
    const { limit, after } = page(fields);
    if (intent !== null) {
      const sale = await this.sales.find(suffixOf(intent));
      return list('/v1/checkout/sessions', sale?.status === 'complete' ? [sessionView(sale)] : [], false);
    }
    const sales = await this.sales.list(limit + 1, after === null ? undefined : suffixOf(after));
    const shown = sales.slice(0, limit).filter((sale) => status === null || sale.status === status);
    return list('/v1/checkout/sessions', shown.map(sessionView), sales.length > limit);
  }

  private async expire(id: string, form: FormMap): Promise<Json> {
    const fields = new FormReader(form);
    fields.texts('expand');
    fields.end();
    const sale = await this.sales.change(suffixOf(id), (current) => expireNow(current, this.clock()));
    if (sale === null) throw missing('checkout.session', id, 'session');
    return sessionView(sale);
  }

  private async refund(form: FormMap): Promise<Json> {
    const fields = new FormReader(form);
    const intent = fields.text('payment_intent');
    const charge = fields.text('charge');
    const amountCents = fields.integer('amount');
    const reason = fields.oneOf('reason', REFUND_REASONS);
    const metadata = fields.metadata('metadata');
    fields.end();
    const id = intent ?? charge;
    if (id === null) throw badRequest('One of the following params should be provided for this request: payment_intent or charge.');
    const before = await this.sales.find(suffixOf(id));
    if (before === null || before.intent === null) throw missing(intent === null ? 'charge' : 'payment_intent', id, intent === null ? 'charge' : 'payment_intent');
    const after = await this.sales.change(before.suffix, (sale) => refundSale(sale, amountCents, { reason, metadata }, this.clock()));
    const refund = after?.refunds.at(-1);
    if (after === null || refund === undefined) throw missing('payment_intent', id, 'payment_intent');
    return refundView(after, refund);
  }

  private async listRefunds(form: FormMap): Promise<Json> {
    const fields = new FormReader(form);
    const id = fields.text('payment_intent') ?? fields.text('charge');
    const { limit } = page(fields);
    const sales = id === null ? await this.sales.list(MAX_PAGE) : [await this.sales.find(suffixOf(id))];
    const refunds = sales.flatMap((sale) => (sale === null ? [] : sale.refunds.map((refund) => refundView(sale, refund))));
    refunds.sort((a, b) => b.created - a.created);
    return list('/v1/refunds', refunds.slice(0, limit), refunds.length > limit);
  }

  private async oneRefund(id: string, form: FormMap): Promise<Json> {
    noParams(form);
    const sale = await this.sales.find(suffixOf(id));
    const refund = sale?.refunds.find((each) => each.id === id);
    if (sale == null || refund === undefined) throw missing('refund', id, 'id');
    return refundView(sale, refund);
  }

  private async listEvents(form: FormMap): Promise<Json> {
    const fields = new FormReader(form);
    const types = [fields.text('type') ?? [], fields.texts('types')].flat();
    const created = fields.hash('created');
    const since = created?.integer('gte') ?? 0;
    created?.end();
    const { limit, after } = page(fields);
    const wanted: SandboxEvent[] = [];
    for (let from = after; wanted.length <= limit; ) {
      const found = (await this.store.list('event', MAX_PAGE, from ?? undefined)).map(({ value }) => value as SandboxEvent);
      wanted.push(...found.filter((event) => (types.length === 0 || types.includes(event.type)) && event.created >= since));
      const last = found.at(-1);
      if (last === undefined || last.created < since || found.length < MAX_PAGE) break;
      from = last.id;
    }
    return list('/v1/events', wanted.slice(0, limit), wanted.length > limit);
  }

  private async event(id: string, form: FormMap): Promise<Json> {
    noParams(form);
    const event = await this.store.get('event', id);
    if (event === null) throw missing('event', id, 'id');
    return event;
  }

  private async sale(id: string, object: string, param: string): Promise<Sale> {
    const sale = await this.sales.find(suffixOf(id));
    if (sale === null) throw missing(object, id, param);
    return sale;
  }

  private async intent(id: string, form: FormMap): Promise<Sale> {
    noParams(form);
    const sale = await this.sale(id, 'payment_intent', 'intent');
    if (sale.intent === null) throw missing('payment_intent', id, 'intent');
    return sale;
  }
}

/** suffixOf takes the part of an id that names its sale. */
export function suffixOf(id: string): string {
  return /^(?:cs_test|pi|ch|re)_([A-Za-z0-9]+)/.exec(id)?.[1] ?? '';
}

function page(fields: FormReader): { limit: number; after: string | null } {
  const limit = fields.integer('limit') ?? DEFAULT_PAGE;
  if (limit < 1 || limit > MAX_PAGE) throw badRequest(`Invalid limit: must be between 1 and ${MAX_PAGE}`, { param: 'limit' });
  const after = fields.text('starting_after');
  fields.texts('expand');
  fields.end();
  return { limit, after };
}

function noParams(form: FormMap): void {
  const fields = new FormReader(form);
  fields.texts('expand');
  fields.end();
}

function list(url: string, data: Json[], hasMore: boolean): Json {
  return { object: 'list', data, has_more: hasMore, url };
}
