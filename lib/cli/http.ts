import type { Json } from '../core/bytes/canonical-json';
import { CliRefusal, refuseCli } from './cli-refusal';
import type { Io } from './command';

/** ANSWER_TIMEOUT_MS is how long another machine may take for a whole answer. */
export const ANSWER_TIMEOUT_MS = 20_000;
/** MAX_ANSWER_BYTES bounds an answer before it is looked at. */
export const MAX_ANSWER_BYTES = 4_194_304;

/** Answer is an HTTP answer with its body read. */
export interface Answer {
  readonly status: number;
  readonly body: Uint8Array;
}

/** askServer sends a request and reads the whole answer, whatever its status. @throws CliRefusal `unreachable`, `timed-out`, `bad-answer` (too large). */
export async function askServer(io: Pick<Io, 'fetch' | 'stop'>, url: string, init: RequestInit = {}): Promise<Answer> {
  const signal = AbortSignal.any([io.stop, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]);
  const host = hostOf(url);
  try {
    const response = await io.fetch(url, { redirect: 'error', ...init, signal });
    return { body: await readBody(response, host), status: response.status };
  } catch (error) {
    if (error instanceof CliRefusal) throw error;
    if (error instanceof Error && error.name === 'TimeoutError') return refuseCli('timed-out', `${host} did not answer within ${ANSWER_TIMEOUT_MS / 1000} s.`);
    return refuseCli('unreachable', `${host} can't be reached.`);
  }
}

/** getJson fetches JSON. @throws CliRefusal as `askServer`, `refused-there` with what the other side says, `bad-answer`. */
export async function getJson(io: Pick<Io, 'fetch' | 'stop'>, url: string): Promise<Json> {
  return jsonOf(await askServer(io, url), url);
}

/** postJson sends a JSON body and reads a JSON answer. @throws CliRefusal as `getJson`. */
export async function postJson(io: Pick<Io, 'fetch' | 'stop'>, url: string, body: Uint8Array | string): Promise<Json> {
  const sent = typeof body === 'string' ? body : Buffer.from(body);
  return jsonOf(await askServer(io, url, { body: sent, headers: { 'content-type': 'application/json' }, method: 'POST' }), url);
}

/** jsonOf reads the JSON of an answer that is a yes. @throws CliRefusal `refused-there`, `bad-answer`. */
export function jsonOf(answer: Answer, url: string): Json {
  let value: Json;
  try {
    value = JSON.parse(Buffer.from(answer.body).toString('utf8')) as Json;
  } catch {
    return refuseCli('bad-answer', `${hostOf(url)} answered ${answer.status} with something that is no JSON.`);
  }
  if (answer.status >= 200 && answer.status < 300) return value;
  const { code, detail } = problemOf(value);
  return refuseCli('refused-there', `${hostOf(url)} answered ${answer.status}${code === null ? '' : ` ${code}`}${detail === null ? '.' : `: ${detail}`}`);
}

/** addressUnder joins a server's address and a path. @throws CliRefusal `bad-option`. */
export function addressUnder(base: string, path: string): string {
  try {
    return new URL(path, base).href;
  } catch {
    return refuseCli('bad-option', `${base} is no address of a server: it looks like https://mns.example.`);
  }
}

function problemOf(value: Json): { code: string | null; detail: string | null } {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { code: null, detail: null };
  const { code, detail } = value;
  return { code: typeof code === 'string' ? plain(code) : null, detail: typeof detail === 'string' ? plain(detail) : null };
}

/** plain keeps what another machine says from steering the terminal. */
export function plain(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what it takes out
  return text.slice(0, 500).replaceAll(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, ' ');
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}

async function readBody(response: Response, host: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const part of response.body ?? []) {
    sizeBytes += part.length;
    if (sizeBytes > MAX_ANSWER_BYTES) refuseCli('bad-answer', `${host} sent more than ${MAX_ANSWER_BYTES} bytes.`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}
