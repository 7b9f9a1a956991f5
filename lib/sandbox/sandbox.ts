import { Api } from './api';
import { WebhookSender } from './delivery';
import { Sales } from './sales';
import type { SandboxStore } from './store';

/** SandboxOptions is what a sandbox needs of the process it lives in. */
export interface SandboxOptions {
  store: SandboxStore;
  /** clock is the time in whole seconds since 1970. */
  clock: () => number;
  random: (sizeBytes: number) => Uint8Array;
  /** secretKey is the only API key taken, `sk_test_…`. */
  secretKey: string;
  webhookSecret: string;
  /** webhookUrl answers where events are posted; asked each time, since the port is known only once the server listens. */
  webhookUrl: () => string;
  log: (line: string) => void;
}

/** Sandbox is a Stripe of our own with play money. `handleSandbox` answers its HTTP requests. */
export interface Sandbox {
  readonly secretKey: string;
  readonly clock: () => number;
  readonly random: (sizeBytes: number) => Uint8Array;
  readonly store: SandboxStore;
  readonly sales: Sales;
  readonly sender: WebhookSender;
  readonly api: Api;
  /** start delivers webhooks and expires sessions by itself from now on, and goes on with what an earlier process left. */
  start(): Promise<void>;
  stop(): void;
}

const SWEEP_MS = 5_000;
const SWEEP_LIMIT = 50;
const START_SWEEP_LIMIT = 1_000;

/** createSandbox wires a sandbox together; nothing runs before `start`. */
export function createSandbox(options: SandboxOptions): Sandbox {
  const { store, clock, random, secretKey } = options;
  const sender = new WebhookSender({ store, clock, url: options.webhookUrl, secret: options.webhookSecret, log: options.log });
  const sales = new Sales(store, sender, clock);
  let timer: NodeJS.Timeout | null = null;
  const sweep = (limit: number) =>
    sales.sweep(limit).catch((error: unknown) => options.log(`sandbox: sweep failed: ${error instanceof Error ? error.message : 'unknown'}`));
  return {
    secretKey,
    clock,
    random,
    store,
    sales,
    sender,
    api: new Api(sales, store, clock, random),
    async start() {
      await sender.start();
      await sweep(START_SWEEP_LIMIT);
      timer = setInterval(() => void sweep(SWEEP_LIMIT), SWEEP_MS);
      timer.unref();
    },
    stop() {
      sender.stop();
      if (timer !== null) clearInterval(timer);
      timer = null;
    },
  };
}
