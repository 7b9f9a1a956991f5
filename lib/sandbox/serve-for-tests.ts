import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { handleSandbox } from './handle-sandbox';
import { memoryStore } from './memory-store';
import { createSandbox, type Sandbox } from './sandbox';
import type { SandboxStore } from './store';

/** ServedSandbox is a sandbox behind a real HTTP server on a port of its own, and the webhooks it sent. */
export interface ServedSandbox {
  sandbox: Sandbox;
  baseUrl: string;
  secretKey: string;
  webhookSecret: string;
  /** webhook decides how the application would answer; 200 unless a test says otherwise. */
  onWebhook(take: (body: Uint8Array, signature: string) => Promise<number>): void;
  close(): Promise<void>;
}

/** serveSandbox starts a sandbox for a test. Webhooks go out only on `sandbox.sender.deliverNow()` unless the test starts it. */
export async function serveSandbox(clock: () => number, store: SandboxStore = memoryStore()): Promise<ServedSandbox> {
  const secretKey = `sk_test_sandbox${randomBytes(12).toString('hex')}`;
  const webhookSecret = `whsec_${randomBytes(16).toString('hex')}`;
  let take: (body: Uint8Array, signature: string) => Promise<number> = async () => 200;
  let baseUrl = '';
  const sandbox = createSandbox({ store, clock, random: (n) => randomBytes(n), secretKey, webhookSecret, webhookUrl: () => `${baseUrl}/api/stripe/webhook`, log: () => {} });

  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const url = new URL(req.url ?? '/', 'http://localhost');
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const header = (name: string) => {
      const value = req.headers[name];
      return typeof value === 'string' ? value : null;
    };
    if (url.pathname === '/api/stripe/webhook') {
      res.writeHead(await take(body, header('stripe-signature') ?? '')).end();
      return;
    }
    const response = await handleSandbox({ method: req.method ?? 'GET', path: url.pathname, query: url.searchParams, header, body: async () => body }, sandbox);
    res.writeHead(response.status, response.headers).end(response.body);
  }

  const server = createServer((req, res) => {
    answer(req, res).catch((error: unknown) => res.writeHead(500).end(String(error)));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    sandbox,
    baseUrl,
    secretKey,
    webhookSecret,
    onWebhook: (next) => {
      take = next;
    },
    close: async () => {
      sandbox.stop();
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}
