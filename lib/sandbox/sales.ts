import type { SandboxStore } from './store';
import type { WebhookSender } from './delivery';
import { expireIfDue } from './sale';
import type { Sale } from './sale-shape';

/** Sales reads and changes sales. Whatever a change puts into the outbox goes to delivery right after it is stored. */
export class Sales {
  constructor(
    private readonly store: SandboxStore,
    private readonly sender: WebhookSender,
    private readonly clock: () => number,
  ) {}

  /** create stores a new sale; if the suffix is known already (a request that was cut off), that one stands. */
  async create(sale: Sale): Promise<Sale> {
    return (await this.store.change('session', sale.suffix, (before) => (before === null ? sale : null))) as Sale;
  }

  /** find gives the sale behind any id made of its suffix, expired if its time has come; null if there is none. */
  async find(suffix: string): Promise<Sale | null> {
    return this.change(suffix, (sale) => sale);
  }

  /** change applies `decide` to an existing sale and sends the events that came of it. A throw leaves the sale as it was. */
  async change(suffix: string, decide: (sale: Sale) => Sale): Promise<Sale | null> {
    const nowSec = this.clock();
    const after = (await this.store.change('session', suffix, (before) => {
      if (before === null) return null;
      const current = expireIfDue(before as Sale, nowSec);
      const next = decide(current);
      return next === before ? null : next;
    })) as Sale | null;
    return after === null || after.outbox.length === 0 ? after : this.flush(after);
  }

  /** list gives sales, newest first. */
  async list(limit: number, startingAfter?: string): Promise<Sale[]> {
    return (await this.store.list('session', limit, startingAfter)).map(({ value }) => value as Sale);
  }

  /** sweep expires what is due and sends what an earlier process did not. */
  async sweep(limit: number): Promise<void> {
    for (const sale of await this.list(limit)) {
      if (sale.outbox.length > 0 || (sale.status === 'open' && this.clock() >= sale.expiresSec)) await this.find(sale.suffix);
    }
  }

  private async flush(sale: Sale): Promise<Sale> {
    const sent = new Set(sale.outbox.map((event) => event.id));
    await this.sender.send(sale.outbox);
    return (await this.store.change('session', sale.suffix, (before) => {
      const current = before as Sale;
      return { ...current, outbox: current.outbox.filter((event) => !sent.has(event.id)) };
    })) as Sale;
  }
}
