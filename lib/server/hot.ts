import type { AppContext } from '../services/app-context';

/**
 * HotRequest is what a handler sees of a request, whoever brings it: our own `node:http` lane or a Next route.
 * `path` is the path as sent, still percent-encoded; `params` holds what the route's pattern matched, decoded.
 */
export interface HotRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  /** set by the lane before the handler is called */
  params: Readonly<Record<string, string>>;
  header(name: string): string | null;
  /** body reads the whole body, at most `limitBytes` (64 KiB unless told). Throws Problem `too-large`. */
  body(limitBytes?: number): Promise<Uint8Array>;
  /** ip is the address of the peer, an IPv6 one cut to its /64. */
  ip: string;
}

/** HotStream is a body that goes on: `send` answers false once the reader is too slow to be kept; the function returned ends it. */
export type HotStream = (send: (chunk: string) => boolean, close: () => void) => () => void;

/** HotResponse is an answer. `headers` are lower case; content-length is added by the lane. */
export interface HotResponse {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string | Uint8Array | HotStream;
}

/** Handler answers one route. It may throw a Refusal, a ServiceRefusal or a Problem: `problemOf` turns them into an answer. */
export type Handler = (req: HotRequest, ctx: AppContext) => HotResponse | Promise<HotResponse>;

export const DEFAULT_BODY_LIMIT_BYTES = 65_536;

const JSON_HEADERS: Readonly<Record<string, string>> = { 'content-type': 'application/json', 'cache-control': 'no-store', 'access-control-allow-origin': '*', 'x-content-type-options': 'nosniff' };

/** json answers with a JSON value and the headers every API answer carries. */
export function json(status: number, value: unknown, headers?: Record<string, string>): HotResponse {
  return { status, headers: headers === undefined ? JSON_HEADERS : { ...JSON_HEADERS, ...headers }, body: JSON.stringify(value) };
}

/** plain answers with text, not to be cached unless `headers` say so. */
export function plain(status: number, body: string, headers: Record<string, string> = {}): HotResponse {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', ...headers }, body };
}

/** peerKey cuts an address to what one person can hold: an IPv4 address, or an IPv6 /64. */
export function peerKey(address: string | undefined): string {
  if (address === undefined) return 'unknown';
  if (address.startsWith('::ffff:')) return address.slice(7);
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const after = tail === '' ? [] : tail.split(':');
    while (groups.length + after.length < 8) groups.push('0');
    groups.push(...after);
  }
  return groups.slice(0, 4).join(':');
}
