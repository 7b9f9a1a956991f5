import type { RefusalCode } from '../core/refusal';
import type { ServiceRefusalCode } from '../services/service-refusal';
import type { HotResponse } from './hot';

/** HttpCode is what the server itself refuses, before any service is asked. */
export type HttpCode = 'no-such-address' | 'method-not-allowed' | 'unsupported-media-type' | 'bad-request' | 'body-timeout' | 'rate-limited' | 'overloaded' | 'internal';

/** ProblemCode is every `code` a `problem+json` answer may carry. */
export type ProblemCode = RefusalCode | ServiceRefusalCode | HttpCode;

/** Problem is an expected "no" of the HTTP layer. */
export class Problem extends Error {
  constructor(
    readonly code: HttpCode | 'too-large',
    readonly detail: string,
    readonly retryAfterSec: number | null = null,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(`${code}: ${detail}`);
    this.name = 'Problem';
  }
}

const MALFORMED = 'The request is malformed';
const SIGNATURE = 'The signature does not hold';
const NAME = 'This is not a name';
const CONFLICT = 'The state has moved on';
const RULE = 'The rules do not allow this';
const UNKNOWN = 'There is no such thing';
const EVIDENCE = 'What was stored does not verify';

/** STATUS is the one table from code to HTTP status and title. The keys are all codes there are: a missing one does not compile. */
const STATUS: Record<ProblemCode, readonly [status: number, title: string]> = {
  'bad-utf8': [400, MALFORMED],
  'bad-base64': [400, MALFORMED],
  'bad-base32': [400, MALFORMED],
  'bad-hex': [400, MALFORMED],
  'bad-json': [400, MALFORMED],
  'not-canonical': [400, MALFORMED],
  'too-large': [413, 'The request is too large'],
  'too-deep': [400, MALFORMED],
  'missing-field': [400, MALFORMED],
  'unknown-field': [400, MALFORMED],
  'bad-field': [400, MALFORMED],
  'bad-key': [400, MALFORMED],
  'bad-signature': [422, SIGNATURE],
  'wrong-signers': [422, SIGNATURE],
  'bad-envelope': [400, MALFORMED],
  'bad-payload-type': [400, MALFORMED],
  'bad-udf': [400, MALFORMED],
  'udf-too-short': [400, MALFORMED],
  'bad-vkey': [400, MALFORMED],
  'bad-note': [400, MALFORMED],
  'bad-cosignature': [400, MALFORMED],
  'bad-checkpoint': [400, MALFORMED],
  'untrusted-note': [422, SIGNATURE],
  'bad-tile-path': [404, UNKNOWN],
  'bad-tile': [500, EVIDENCE],
  'bad-bundle': [500, EVIDENCE],
  'bad-inclusion': [422, 'The proof does not hold'],
  'bad-consistency': [422, 'The proof does not hold'],
  'bad-map-proof': [422, 'The proof does not hold'],
  'bad-proof-file': [400, MALFORMED],
  'bad-snapshot': [400, MALFORMED],
  'name-empty': [422, NAME],
  'name-character': [422, NAME],
  'name-hyphen': [422, NAME],
  'name-too-long': [422, NAME],
  'name-all-digits': [422, NAME],
  'name-not-canonical': [422, NAME],
  'bad-display': [422, NAME],
  'bad-service': [422, RULE],
  'bad-dns': [422, RULE],
  'unknown-type': [422, RULE],
  'other-registry': [422, 'This was signed for another registry'],
  expired: [422, 'Too late'],
  'unknown-name': [404, UNKNOWN],
  'unknown-identity': [404, UNKNOWN],
  'unknown-policy': [422, RULE],
  'name-taken': [409, CONFLICT],
  'name-reserved': [409, 'This name is reserved'],
  'stale-prev': [409, CONFLICT],
  'stale-of': [409, CONFLICT],
  'wrong-tenure': [409, CONFLICT],
  'wrong-price': [422, RULE],
  'unknown-schedule': [422, RULE],
  'wrong-certificate': [422, RULE],
  'wrong-number': [409, CONFLICT],
  'no-changes-left': [422, RULE],
  'nothing-changes': [422, RULE],
  'chain-busy': [409, 'One change a minute'],
  'transfer-barred': [409, 'This name can’t change hands now'],
  'already-pending': [409, CONFLICT],
  'too-many-pending': [409, 'Too many transfers wait'],
  'wrong-case': [409, CONFLICT],
  'not-reversible': [422, RULE],
  'already-genesis': [409, CONFLICT],
  'bad-policy': [422, RULE],
  'below-floor': [422, RULE],
  'wire-unsupported': [422, RULE],
  'unknown-validator': [422, UNKNOWN],
  'unknown-checkpoint': [409, CONFLICT],
  'token-repeated': [409, CONFLICT],
  'time-goes-back': [500, 'The clock is wrong'],
  'bad-address': [400, MALFORMED],
  elsewhere: [422, 'This is resolved elsewhere'],
  'not-holder': [404, UNKNOWN],
  'ambiguous-udf': [409, 'This fits more than one'],
  'service-chain': [422, RULE],
  'replay-mismatch': [500, EVIDENCE],
  'registry-continued': [422, 'Another registry goes on from this one'],
  'wrong-registry': [422, 'This was signed for another registry'],
  'stale-proof': [422, 'The proof does not hold'],
  'rolled-back': [422, 'The proof does not hold'],
  'bad-token-policy': [400, MALFORMED],
  'forked-log': [500, EVIDENCE],
  'wrong-seal': [500, EVIDENCE],
  'wrong-map': [500, EVIDENCE],
  'wrong-time': [500, EVIDENCE],
  'too-few-tokens': [422, 'The proof does not hold'],
  'bad-evidence': [400, MALFORMED],
  'no-evidence': [422, 'This shows nothing wrong'],
  'no-such-address': [404, 'There is nothing at this address'],
  'not-found': [404, UNKNOWN],
  'method-not-allowed': [405, 'This address does not answer that method'],
  'unsupported-media-type': [415, 'Send JSON'],
  'bad-request': [400, MALFORMED],
  'body-timeout': [408, 'The request took too long'],
  'rate-limited': [429, 'Too many requests'],
  overloaded: [503, 'Too busy'],
  'not-cosigned': [404, 'No checkpoint has a quorum of tokens'],
  'not-sealed': [409, 'Not sealed yet'],
  'expires-too-soon': [422, 'Too late'],
  'order-unknown': [404, UNKNOWN],
  'order-closed': [409, CONFLICT],
  'name-held': [409, CONFLICT],
  'hold-throttled': [429, 'Too many holds'],
  'mark-not-acknowledged': [409, 'This name is a recorded mark'],
  'credit-amount': [422, RULE],
  'rail-not-open': [422, 'This cannot be paid here yet'],
  'webhook-unsigned': [400, SIGNATURE],
  'webhook-bad-signature': [400, SIGNATURE],
  'webhook-stale': [400, SIGNATURE],
  'webhook-foreign': [400, 'This event is not for us'],
  internal: [500, 'This is our fault'],
};

/** statusOf is the HTTP status of a code. */
export function statusOf(code: ProblemCode): number {
  return STATUS[code][0];
}

interface Coded {
  code: ProblemCode;
  detail: string;
  retryAfterSec: number | null;
  headers: Readonly<Record<string, string>>;
}

/**
 * problemOf turns anything thrown into a `problem+json` answer. What is no expected "no" becomes `internal` without its
 * message, which may hold anything, and goes to `logError`. Errors are told by their name, not their class: a Next
 * bundle carries its own copies of the classes.
 */
export function problemOf(error: unknown, logError: (error: unknown) => void): HotResponse {
  const coded = codedOf(error);
  if (coded === null || statusOf(coded.code) >= 500 && coded.retryAfterSec === null) logError(error);
  const { code, detail, retryAfterSec, headers } = coded ?? { code: 'internal' as const, detail: 'Something went wrong on our side. It has been noted.', retryAfterSec: null, headers: {} };
  const [status, title] = STATUS[code];
  const body = { type: 'about:blank', title, status, code, detail, ...(retryAfterSec === null ? {} : { retryAfterSec }) };
  return {
    status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      'access-control-allow-origin': '*',
      'x-content-type-options': 'nosniff',
      ...(retryAfterSec === null ? {} : { 'retry-after': String(retryAfterSec) }),
      ...headers,
    },
    body: JSON.stringify(body),
  };
}

function codedOf(error: unknown): Coded | null {
  if (!(error instanceof Error) || !['Refusal', 'ServiceRefusal', 'Problem'].includes(error.name)) return null;
  const { code, detail, retryAfterSec, headers } = error as Error & Partial<Coded>;
  if (typeof code !== 'string' || !Object.hasOwn(STATUS, code) || typeof detail !== 'string') return null;
  return { code, detail, retryAfterSec: typeof retryAfterSec === 'number' ? retryAfterSec : null, headers: headers ?? {} };
}
