import { createHash } from 'node:crypto';
import type { HotResponse } from './hot';

/** READ_HEADERS go on every answer of the read path: anybody's page may verify what it reads. */
export const READ_HEADERS = { 'access-control-allow-origin': '*', 'x-content-type-options': 'nosniff' };
const FOREVER = 'public, max-age=604800, immutable';

/** immutable is the answer with what never changes at its address. */
export function immutable(type: string, body: Uint8Array): HotResponse & { body: Uint8Array } {
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  return { status: 200, headers: { ...READ_HEADERS, 'content-type': type, 'content-length': String(body.length), 'cache-control': FOREVER, etag }, body };
}

/** notModified is the short answer for an asker who has this one already (`asked` is If-None-Match), or null. */
export function notModified(answer: HotResponse, asked: string | null): HotResponse | null {
  const { etag } = answer.headers;
  if (asked === null || etag === undefined || !(asked === '*' || asked.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag))) return null;
  const { 'content-type': _type, 'content-length': _length, ...headers } = answer.headers;
  return { status: 304, headers, body: '' };
}
