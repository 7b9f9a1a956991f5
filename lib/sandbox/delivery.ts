import { createHmac } from 'node:crypto';
import type { Json } from '../core/bytes/canonical-json';
import type { SandboxEvent } from './sale-shape';
import type { SandboxStore } from './store';

/** DeliveryMode is how webhooks are delivered: as they should be, or one of the ways in which the world differs. */
export type DeliveryMode = 'normal' | 'duplicate' | 'delay' | 'reorder' | 'drop';

export const DELIVERY_MODES: readonly DeliveryMode[] = ['normal', 'duplicate', 'delay', 'reorder', 'drop'];

/** DeliveryControl is what tests may set. `delaySec` counts in mode `delay` only. */
export type DeliveryControl = { mode: DeliveryMode; delaySec: number };

/** Delivery is one event on its way to the webhook. */
export type Delivery = { event: string; attempts: number; state: 'waiting' | 'delivered' | 'dropped' | 'given-up' };

const MAX_ATTEMPTS = 12;
const MAX_BACKOFF_MS = 300_000;
const REORDER_WAIT_MS = 1_500;
const TIMEOUT_MS = 20_000;
const RESUME_LIMIT = 200;

interface Waiting {
  event: SandboxEvent;
  order: number;
  dueMs: number;
}

/** signatureHeader is the `Stripe-Signature` of a body: HMAC-SHA-256 over `<time>.<body>` with the webhook secret. */
export function signatureHeader(body: string, secret: string, timeSec: number): string {
  return `t=${timeSec},v1=${createHmac('sha256', secret).update(`${timeSec}.${body}`).digest('hex')}`;
}

/** WebhookSender posts events to the application, again and again with growing pauses until it answers 2xx. */
export class WebhookSender {
  private readonly waiting: Waiting[] = [];
  private order = 0;
  private timer: NodeJS.Timeout | null = null;
  private running = false;

  constructor(
    private readonly options: {
      store: SandboxStore;
      url: () => string;
      secret: string;
      clock: () => number;
      log: (line: string) => void;
    },
  ) {}

  async control(): Promise<DeliveryControl> {
    return ((await this.options.store.get('control', 'deliveries')) as DeliveryControl | null) ?? { mode: 'normal', delaySec: 0 };
  }

  async setControl(control: DeliveryControl): Promise<void> {
    await this.options.store.change('control', 'deliveries', () => control);
  }

  /** start delivers from now on by itself, beginning with what an earlier process left. */
  async start(): Promise<void> {
    this.running = true;
    for (const { value } of (await this.options.store.list('delivery', RESUME_LIMIT)).reverse()) {
      const delivery = value as Delivery;
      if (delivery.state !== 'waiting') continue;
      const event = await this.options.store.get('event', delivery.event);
      if (event !== null) this.queue(event as SandboxEvent, 0);
    }
    this.arm();
  }

  stop(): void {
    this.running = false;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }

  /** send takes events for delivery, in the way `control` says. */
  async send(events: SandboxEvent[]): Promise<void> {
    const { mode, delaySec } = await this.control();
    for (const event of events) {
      await this.options.store.change('event', event.id, (before) => (before === null ? event : null));
      await this.mark({ event: event.id, attempts: 0, state: mode === 'drop' ? 'dropped' : 'waiting' });
    }
    if (mode === 'drop') return;
    const inOrder = mode === 'reorder' ? events.toReversed() : events;
    const waitMs = mode === 'delay' ? delaySec * 1000 : mode === 'reorder' ? REORDER_WAIT_MS : 0;
    for (const event of inOrder) {
      for (let copy = 0; copy < (mode === 'duplicate' ? 2 : 1); copy++) this.queue(event, waitMs);
    }
    this.arm();
  }

  /** replay sends an old event once more. Answers false when there is no such event. */
  async replay(id: string): Promise<boolean> {
    const event = await this.options.store.get('event', id);
    if (event === null) return false;
    this.queue(event as SandboxEvent, 0);
    this.arm();
    return true;
  }

  /** deliverNow tries everything that waits, due or not, and tells how many were taken. */
  async deliverNow(): Promise<number> {
    const batch = this.waiting.splice(0);
    let taken = 0;
    for (const item of batch) if (await this.attempt(item)) taken++;
    return taken;
  }

  private queue(event: SandboxEvent, waitMs: number): void {
    this.waiting.push({ event, order: this.order++, dueMs: Date.now() + waitMs });
  }

  private arm(): void {
    if (!this.running || this.timer !== null) return;
    const nextMs = Math.min(...this.waiting.map((item) => item.dueMs));
    if (nextMs === Infinity) return;
    this.timer = setTimeout(() => void this.wake(), Math.max(0, nextMs - Date.now()));
    this.timer.unref();
  }

  private async wake(): Promise<void> {
    const nowMs = Date.now();
    const due = this.waiting.filter((item) => item.dueMs <= nowMs).sort((a, b) => a.dueMs - b.dueMs || a.order - b.order);
    for (const item of due) this.waiting.splice(this.waiting.indexOf(item), 1);
    try {
      for (const item of due) await this.attempt(item);
    } catch (error) {
      // The store is gone when the process is closing; what waits is in it and goes out at the next start.
      this.options.log(`sandbox: deliveries stopped: ${error instanceof Error ? error.message : 'unknown'}`);
      this.running = false;
    }
    this.timer = null;
    this.arm();
  }

  private async attempt(item: Waiting): Promise<boolean> {
    const before = (await this.options.store.get('delivery', item.event.id)) as Delivery | null;
    const attempts = (before?.attempts ?? 0) + 1;
    const taken = await this.post(item.event);
    if (taken) {
      await this.mark({ event: item.event.id, attempts, state: 'delivered' });
      return true;
    }
    const givenUp = attempts >= MAX_ATTEMPTS;
    await this.mark({ event: item.event.id, attempts, state: givenUp ? 'given-up' : 'waiting' });
    if (!givenUp) this.queue(item.event, Math.min(MAX_BACKOFF_MS, 1000 * 2 ** (attempts - 1)));
    return false;
  }

  private async post(event: SandboxEvent): Promise<boolean> {
    const body = JSON.stringify(event, null, 2);
    const headers = { 'content-type': 'application/json; charset=utf-8', 'stripe-signature': signatureHeader(body, this.options.secret, this.options.clock()), 'user-agent': 'Stripe/1.0 (sandbox)' };
    try {
      const response = await fetch(this.options.url(), { method: 'POST', headers, body, redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) });
      await response.arrayBuffer();
      if (response.ok) return true;
      this.options.log(`sandbox: webhook ${event.id} (${event.type}) was answered ${response.status}`);
    } catch (error) {
      this.options.log(`sandbox: webhook ${event.id} (${event.type}) did not get through: ${error instanceof Error ? error.message : 'unknown'}`);
    }
    return false;
  }

  private async mark(delivery: Delivery): Promise<void> {
    await this.options.store.change('delivery', delivery.event, (before): Json => {
      const old = before as Delivery | null;
      return old?.state === 'delivered' ? { ...delivery, state: 'delivered' } : delivery;
    });
  }
}
