import { DELIVERY_MODES, type Delivery, type DeliveryMode } from './delivery';
import { suffixOf } from './api';
import type { SandboxRequest, SandboxResponse } from './request';
import type { SandboxEvent } from './sale-shape';
import type { Sandbox } from './sandbox';
import { expireNow } from './sale';
import { StripeProblem } from './stripe-error';

const LIMIT_BYTES = 4_096;
const MAX_DELAY_SEC = 3_600;
const SHOWN_EVENTS = 50;
const FIELDS = ['deliveries', 'delaySec', 'replay', 'expire', 'flush'];

/**
 * handleControl is for tests: how webhooks are delivered, sending one again, ending a session early. `POST` JSON
 * `{deliveries?: 'normal'|'duplicate'|'delay'|'reorder'|'drop', delaySec?, replay?: 'evt_…', expire?: 'cs_…', flush?: true}`;
 * the answer, as that of `GET`, is `{deliveries, delaySec, events: [{id, type, object, state, attempts}]}`, newest first.
 */
export async function handleControl(req: SandboxRequest, sandbox: Sandbox): Promise<SandboxResponse> {
  if (req.method === 'GET') return answer(200, await overview(sandbox));
  if (req.method !== 'POST') return answer(405, { problem: 'GET or POST' });
  // A form of a foreign page can't send this type without asking first.
  if (req.header('content-type')?.split(';')[0]?.trim() !== 'application/json') return answer(415, { problem: 'send application/json' });
  const input = parse(Buffer.from(await req.body(LIMIT_BYTES)).toString('utf8'));
  if (input === null) return answer(400, { problem: 'not a JSON object' });
  const unknown = Object.keys(input).find((field) => !FIELDS.includes(field));
  if (unknown !== undefined) return answer(400, { problem: `unknown field ${unknown.slice(0, 40)}` });
  const problem = await apply(input, sandbox);
  return problem === null ? answer(200, await overview(sandbox)) : answer(400, { problem });
}

async function apply(input: Record<string, unknown>, sandbox: Sandbox): Promise<string | null> {
  const { deliveries, replay, expire, flush } = input;
  const delaySec = input['delaySec'] ?? 0;
  if (deliveries !== undefined) {
    if (!DELIVERY_MODES.includes(deliveries as DeliveryMode)) return `deliveries must be one of ${DELIVERY_MODES.join(', ')}`;
    if (typeof delaySec !== 'number' || !Number.isInteger(delaySec) || delaySec < 0 || delaySec > MAX_DELAY_SEC) return `delaySec must be 0 to ${MAX_DELAY_SEC}`;
    await sandbox.sender.setControl({ mode: deliveries as DeliveryMode, delaySec });
  }
  if (expire !== undefined) {
    if (typeof expire !== 'string') return 'expire must be a session id';
    try {
      if ((await sandbox.sales.change(suffixOf(expire), (sale) => expireNow(sale, sandbox.clock()))) === null) return 'no such session';
    } catch (error) {
      if (error instanceof StripeProblem) return error.message;
      throw error;
    }
  }
  if (replay !== undefined && (typeof replay !== 'string' || !(await sandbox.sender.replay(replay)))) return 'no such event';
  if (flush === true) await sandbox.sender.deliverNow();
  return null;
}

async function overview(sandbox: Sandbox) {
  const { mode, delaySec } = await sandbox.sender.control();
  const events = await Promise.all(
    (await sandbox.store.list('event', SHOWN_EVENTS)).map(async ({ id, value }) => {
      const event = value as SandboxEvent;
      const delivery = (await sandbox.store.get('delivery', id)) as Delivery | null;
      const object = (event.data.object as { id: string }).id;
      return { id, type: event.type, object, state: delivery?.state ?? 'waiting', attempts: delivery?.attempts ?? 0 };
    }),
  );
  return { deliveries: mode, delaySec, events };
}

function parse(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function answer(status: number, value: unknown): SandboxResponse {
  return { status, headers: { 'content-type': 'application/json', 'cache-control': 'no-store' }, body: JSON.stringify(value) };
}
