import type { Lane } from './dispatch';
import { makeLane } from './dispatch';
import { DEFAULT_BODY_LIMIT_BYTES, peerKey, type HotRequest, type HotResponse } from './hot';
import { theApp } from './context';
import { Problem, problemOf } from './problem';
import type { App } from './app';

/*
 * The same handlers as Next route handlers, for plain `next dev`. Under `npm start` and `npm run dev` our own server answers these
 * addresses before Next sees them.
 */

const lanes = new WeakMap<App, Lane>();

async function answer(request: Request): Promise<Response> {
  const app = await theApp();
  let lane = lanes.get(app);
  if (lane === undefined) {
    lane = makeLane(app);
    lanes.set(app, lane);
  }
  const found = await lane.answer(hotRequest(request));
  return toResponse(request, found ?? problemOf(new Problem('no-such-address', 'There is nothing at this address.'), () => undefined));
}

function hotRequest(request: Request): HotRequest {
  const url = new URL(request.url);
  return {
    method: request.method,
    path: url.pathname,
    query: url.searchParams,
    params: {},
    header: (name) => request.headers.get(name),
    body: (limitBytes = DEFAULT_BODY_LIMIT_BYTES) => readBody(request, limitBytes),
    ip: peerKey(request.headers.get('x-forwarded-for')?.split(',')[0]?.trim()),
  };
}

async function readBody(request: Request, limitBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  const reader = request.body?.getReader();
  for (let part = await reader?.read(); part !== undefined && !part.done; part = await reader?.read()) {
    sizeBytes += part.value.length;
    if (sizeBytes > limitBytes) throw new Problem('too-large', `The body may have at most ${limitBytes} bytes.`);
    chunks.push(part.value);
  }
  return Buffer.concat(chunks);
}

function toResponse(request: Request, { status, headers, body }: HotResponse): Response {
  if (typeof body === 'function') return new Response(request.method === 'HEAD' ? null : streamOf(request, body), { status, headers });
  const empty = request.method === 'HEAD' || status === 204 || status === 304;
  return new Response(empty ? null : typeof body === 'string' ? body : Buffer.from(body), { status, headers });
}

function streamOf(request: Request, body: Exclude<HotResponse['body'], string | Uint8Array>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let end = () => {};
  return new ReadableStream({
    start(controller) {
      const close = () => {
        end();
        try {
          controller.close();
        } catch {
          // The reader closed it first.
        }
      };
      end = body((chunk) => {
        if ((controller.desiredSize ?? 0) < -1_000) return false;
        controller.enqueue(encoder.encode(chunk));
        return true;
      }, close);
      request.signal.addEventListener('abort', close);
    },
    cancel: () => end(),
  });
}

export const GET = answer;
export const POST = answer;
export const DELETE = answer;
export const HEAD = answer;
export const OPTIONS = answer;
