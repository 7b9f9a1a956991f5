import { setTimeout as sleep } from 'node:timers/promises';
import { TILE_WIDTH, type TilePath, formatTilePath } from '../core/tlog/tile-path';
import { CopyRefusal, refuseCopy } from './copy-refusal';
import type { LogName } from './layout';
import { type LogSource, bundleOf, hashesOf, readHint } from './log-source';

const MAX_NOTE_BYTES = 1_000_000;
const MAX_TILE_BYTES = 256 * 32;
const MAX_BUNDLE_BYTES = 256 * (2 + 65_535);
const MAX_HINT_BYTES = 1_000_000;

/** HttpSourceOptions: all but the first two have values that suit a registry. */
export interface HttpSourceOptions {
  readonly fetch: typeof fetch;
  readonly stop: AbortSignal;
  /** How long a whole answer may take. */
  readonly timeoutMs?: number;
  /** How often an answer that did not come, or a 429 or 5xx, is asked for again. */
  readonly retries?: number;
  /** How long it is waited before the first time it is asked again; it doubles each time. */
  readonly backOffMs?: number;
}

const TIMEOUT_MS = 20_000;
const RETRIES = 4;
const BACK_OFF_MS = 250;
const MAX_BACK_OFF_MS = 10_000;

/** httpSource reads a registry or a mirror over HTTP, at `url` with `/tlog/…` below it. @throws CopyRefusal `bad-answer` for what is no address. */
export function httpSource(url: string, options: HttpSourceOptions): LogSource {
  return new HttpSource(url, options);
}

class HttpSource implements LogSource {
  readonly url: string;
  readonly #options: Required<HttpSourceOptions>;

  constructor(url: string, options: HttpSourceOptions) {
    this.url = baseOf(url);
    this.#options = { backOffMs: BACK_OFF_MS, retries: RETRIES, timeoutMs: TIMEOUT_MS, ...options };
  }

  async checkpoint(log: LogName): Promise<Uint8Array> {
    return this.#need(`tlog/${log}/checkpoint`, MAX_NOTE_BYTES);
  }

  async checkpointAt(size: number): Promise<Uint8Array | null> {
    return this.file(`tlog/names/checkpoint/${size}`, MAX_NOTE_BYTES);
  }

  async tile(log: LogName, tile: TilePath): Promise<Uint8Array> {
    const max = tile.level === 'entries' ? MAX_BUNDLE_BYTES : MAX_TILE_BYTES;
    let path = `tlog/${log}/${formatTilePath(tile)}`;
    let bytes = await this.file(path, max);
    if (bytes === null && tile.width < TILE_WIDTH) {
      // A source may have dropped a partial tile once the full one is there.
      path = `tlog/${log}/${formatTilePath({ ...tile, width: TILE_WIDTH })}`;
      bytes = await this.file(path, max);
    }
    if (bytes === null) return refuseCopy('bad-answer', `${this.url}/${path} is missing.`);
    return tile.level === 'entries' ? bundleOf(bytes, tile.width, path) : hashesOf(bytes, tile.width, path);
  }

  async hint(): Promise<string | null> {
    const bytes = await this.file('.well-known/mns.json', MAX_HINT_BYTES);
    return bytes === null ? null : readHint(bytes);
  }

  /** file asks until there is an answer: a yes, or a 404 as null. */
  async file(path: string, maxBytes: number): Promise<Uint8Array | null> {
    const { backOffMs, retries, stop } = this.#options;
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#once(path, maxBytes);
      } catch (error) {
        if (!(error instanceof Again) || attempt >= retries || stop.aborted) throw error instanceof Again ? error.refusal : error;
        const waitMs = Math.min(MAX_BACK_OFF_MS, Math.max(error.afterMs, backOffMs * 2 ** attempt));
        await sleep(waitMs * (0.75 + Math.random() / 2), undefined, { signal: stop }).catch(() => undefined);
      }
    }
  }

  async #need(path: string, maxBytes: number): Promise<Uint8Array> {
    return (await this.file(path, maxBytes)) ?? refuseCopy('bad-answer', `${this.url}/${path} is missing.`);
  }

  async #once(path: string, maxBytes: number): Promise<Uint8Array | null> {
    const { fetch, stop, timeoutMs } = this.#options;
    const address = `${this.url}/${path}`;
    let answer: Response;
    try {
      answer = await fetch(address, { headers: { accept: '*/*' }, redirect: 'follow', signal: AbortSignal.any([stop, AbortSignal.timeout(timeoutMs)]) });
      if (answer.status === 200) return await readBody(answer, maxBytes, address);
      await answer.body?.cancel();
    } catch (error) {
      if (error instanceof CopyRefusal) throw error;
      throw new Again(new CopyRefusal('unreachable', `${address} gave no whole answer: ${reasonOf(error)}.`), 0);
    }
    if (answer.status === 404) return null;
    const refusal = new CopyRefusal('bad-answer', `${address} answered ${answer.status}.`);
    if (answer.status !== 429 && answer.status < 500) throw refusal;
    throw new Again(refusal, Number(answer.headers.get('retry-after') ?? 0) * 1_000 || 0);
  }
}

/** Again marks what may be better the next time. */
class Again extends Error {
  readonly refusal: CopyRefusal;
  readonly afterMs: number;

  constructor(refusal: CopyRefusal, afterMs: number) {
    super(refusal.message);
    this.refusal = refusal;
    this.afterMs = afterMs;
  }
}

async function readBody(answer: Response, maxBytes: number, address: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  if (answer.body !== null) {
    for await (const part of answer.body) {
      sizeBytes += part.length;
      if (sizeBytes > maxBytes) return refuseCopy('bad-answer', `${address} is longer than ${maxBytes} bytes.`);
      parts.push(part);
    }
  }
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'it broke off';
  if (error.name === 'TimeoutError') return 'it took too long';
  const { cause } = error;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : error.message;
}

function baseOf(url: string): string {
  const text = /^[a-z]+:\/\//.test(url) ? url : `https://${url}`;
  if (!URL.canParse(text)) return refuseCopy('bad-answer', `${url} is no address.`);
  const parsed = new URL(text);
  if (parsed.protocol !== 'https:' && parsed.protocol !== 'http:') return refuseCopy('bad-answer', `${url} is no address of a web server.`);
  return `${parsed.origin}${parsed.pathname}`.replace(/\/+$/, '');
}
