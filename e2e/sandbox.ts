import { expect, type APIRequestContext } from '@playwright/test';
import type { LogInfo, Order } from '../lib/client/wire';

/** SandboxEvent is one event that the payment sandbox made, as its control shows it. */
export interface SandboxEvent {
  id: string;
  type: string;
  object: string;
  state: 'waiting' | 'delivered' | 'dropped' | 'given-up';
  attempts: number;
}

interface Control {
  deliveries?: 'normal' | 'duplicate' | 'delay' | 'reorder' | 'drop';
  delaySec?: number;
  replay?: string;
  expire?: string;
  flush?: true;
}

/** control changes how the payment sandbox behaves, and gives its newest events. */
export async function control(request: APIRequestContext, change: Control): Promise<SandboxEvent[]> {
  const answer = await request.post('/sandbox/control', { data: change });
  expect(answer.ok(), await answer.text()).toBe(true);
  return ((await answer.json()) as { events: SandboxEvent[] }).events;
}

/** sessionOf gives the payment session behind a payment page's address. */
export function sessionOf(payAddress: string): string {
  return /cs_test_\w+/.exec(payAddress)?.[0] ?? '';
}

/** eventsOf gives the events about one payment, newest first; `type` narrows them. */
export async function eventsOf(request: APIRequestContext, payAddress: string, type?: string): Promise<SandboxEvent[]> {
  const suffix = sessionOf(payAddress).replace('cs_test_', '');
  return (await control(request, {})).filter((event) => event.id.startsWith(`evt_${suffix}_`) && (type === undefined || event.type === type));
}

/** expectCharged says how often money was taken on a payment page: never or once. */
export async function expectCharged(request: APIRequestContext, payAddress: string, times: 0 | 1): Promise<void> {
  expect(await eventsOf(request, payAddress, 'payment_intent.succeeded')).toHaveLength(times);
}

/** orderAt reads an order as its page does. */
export async function orderAt(request: APIRequestContext, address: string): Promise<Order> {
  const answer = await request.get(`/api/v1${address}`);
  expect(answer.ok()).toBe(true);
  return (await answer.json()) as Order;
}

/** expectLoggedOnce says that the name log holds exactly one record of a name bought a moment ago. */
export async function expectLoggedOnce(request: APIRequestContext, name: string): Promise<void> {
  const { entries } = (await (await request.get('/api/v1/log')).json()) as LogInfo;
  const bytes = entries.filter(({ log }) => log === 'proofs').map((entry) => Buffer.from(entry.bytes, 'base64').toString());
  const payloads = bytes.map((entry) => Buffer.from((JSON.parse(entry) as { payload: string }).payload, 'base64').toString());
  expect(payloads.filter((payload) => payload.includes(`"name":"${name}"`))).toHaveLength(1);
}
