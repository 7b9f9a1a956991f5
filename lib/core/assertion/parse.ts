import { type Json, parseJson } from '../bytes/canonical-json';
import { array, boolean, hash, integer, nullable, object, string } from '../bytes/fields';
import { sha256Base64 } from '../bytes/sha256';
import { encodeEnvelope, type Envelope, type OpenEnvelope, parseOpenEnvelope, type ToSign, toSign } from '../keys/dsse';
import { refuse } from '../refusal';
import * as limits from '../registry/limits';
import { type IdentityCertificate, openCertificate } from './identity';
import { parseSkeleton } from './name';
import { readCancel, readDispute, readPayment, readReassign, readTopup, readTransfer } from './parse-names';
import { type Continues, type GenesisPayload, type Mark, type Payload, type PayloadType, type RegisterPayload, ZERO } from './payloads';
import { readDelays, readPolicy } from './policy-fields';
import { readTokens, readValidator, readValidatorRetired } from './parse-tokens';
import { readCertificate, readCommon, readRecordFields, readTime, readUdf } from './record-fields';

/** ParsedAssertion is an assertion whose form is right; nothing is said yet about its signatures or its place in the log. */
export interface ParsedAssertion {
  /** canonical envelope, as it stands in the proof log */
  bytes: Uint8Array;
  /** the certificate inside `register`, `rotate`, `transfer` and `reassign`, else null; its signatures unchecked */
  certificate: IdentityCertificate | null;
  envelope: Envelope;
  /** SHA-256 of the payload bytes, base64: what chains quote */
  hash: string;
  payload: Payload;
}

/**
 * parseAssertion reads an assertion from its canonical bytes, strictly: exactly the fields of its type, each in bounds.
 * @throws Refusal `too-large`, `unknown-type`, and those of JSON, envelopes, fields, names, services, DNS, policies, certificates.
 */
export function parseAssertion(bytes: Uint8Array): ParsedAssertion {
  return readAssertion(bytes).parsed;
}

/** AssertionReading is a parsed assertion with what was decoded on the way, so that its signatures can be checked without decoding it again. */
export interface AssertionReading {
  readonly parsed: ParsedAssertion;
  /** the assertion's own envelope, then its certificate's if it holds one */
  readonly open: readonly OpenEnvelope[];
}

/** readAssertion is `parseAssertion` for those who check the signatures at once (see `planReading`). @throws Refusal as that. */
export function readAssertion(bytes: Uint8Array): AssertionReading {
  const own = parseOpenEnvelope(bytes, limits.MAX_TOKENS_BYTES, 'assertion');
  const payload = readPayload(parseJson(own.payload, limits.MAX_TOKENS_BYTES));
  const max = maxBytesOf(payload.type);
  if (bytes.length > max) refuse('too-large', `An assertion of type ${payload.type} has at most ${max} bytes.`);
  const inner = certificateOf(payload);
  return {
    open: inner === null ? [own] : [own, inner.open],
    parsed: { bytes, certificate: inner?.certificate ?? null, envelope: own.envelope, hash: sha256Base64(own.payload), payload },
  };
}

function maxBytesOf(type: PayloadType): number {
  if (type === 'tokens') return limits.MAX_TOKENS_BYTES;
  return type === 'genesis' || type === 'policy' || type === 'reassign' ? limits.MAX_POLICY_BYTES : limits.MAX_ASSERTION_BYTES;
}

/** parseAssertionEnvelope is `parseAssertion` for an envelope that came inside other JSON. */
export function parseAssertionEnvelope(envelope: Envelope): ParsedAssertion {
  return parseAssertion(encodeEnvelope(envelope));
}

/** assertionToSign prepares a payload for its signatures; what could not be parsed again is refused here, before anybody signs it. */
export function assertionToSign(payload: Payload): ToSign {
  const prepared = toSign('assertion', payload as object as { [field: string]: Json });
  certificateOf(readPayload(parseJson(prepared.payload, limits.MAX_TOKENS_BYTES)));
  return prepared;
}

function certificateOf(payload: Payload): { certificate: IdentityCertificate; open: OpenEnvelope } | null {
  if (!('certificate' in payload)) return null;
  // A logged certificate may be one of a registry that this one goes on from: that needs a state to tell. A new one may not.
  return openCertificate(payload.certificate, payload.type === 'rotate' ? payload.registry : null);
}

const READERS: Record<PayloadType, (value: Json) => Payload> = {
  cancel: readCancel,
  dispute: (value) => readDispute(value, 'dispute'),
  'dispute-closed': (value) => readDispute(value, 'dispute-closed'),
  genesis: readGenesis,
  mark: (value) => {
    const fields = object(value, ['mark', 'name', 'notAfter', 'prev', 'registry', 'type'], 'payload');
    return { type: 'mark', ...readCommon(fields), mark: readMark(fields.mark, 'payload.mark'), name: readSkeleton(fields.name), prev: hash(fields.prev, 'payload.prev') };
  },
  policy: (value) => {
    const fields = object(value, ['atOnce', 'notAfter', 'number', 'policy', 'prev', 'registry', 'type'], 'payload');
    return {
      type: 'policy',
      ...readCommon(fields),
      atOnce: boolean(fields.atOnce, 'payload.atOnce'),
      number: integer(fields.number, 'payload.number', 1, limits.MAX_COUNTER),
      policy: readPolicy(fields.policy, 'payload.policy'),
      prev: hash(fields.prev, 'payload.prev'),
    };
  },
  'payment-reversed': (value) => readPayment(value, 'payment-reversed'),
  'payment-settled': (value) => readPayment(value, 'payment-settled'),
  reassign: readReassign,
  register: readRegister,
  release: (value) => ({ type: 'release', ...readReserved(value) }),
  reserve: (value) => ({ type: 'reserve', ...readReserved(value) }),
  rotate: (value) => {
    const fields = object(value, ['certificate', 'notAfter', 'of', 'registry', 'type', 'udf'], 'payload');
    const udf = readUdf(fields.udf, 'payload.udf');
    return { type: 'rotate', ...readCommon(fields), certificate: readCertificate(fields.certificate), of: hash(fields.of, 'payload.of'), udf };
  },
  tokens: (value) => readTokens(value, readCommon, readOrigin),
  topup: readTopup,
  transfer: readTransfer,
  update: (value) => {
    // The two forms differ in one field, and a value with both or neither is refused by the first.
    const isRoot = typeof value === 'object' && value !== null && 'of' in value && !('prev' in value);
    const chain = isRoot ? 'of' : 'prev';
    const fields = object(value, ['display', 'dns', 'name', 'notAfter', 'registry', 'service', 'tenure', 'type', chain], 'payload');
    const common = { type: 'update' as const, ...readCommon(fields), ...readRecordFields(fields) };
    const quoted = hash(fields[chain], `payload.${chain}`);
    return isRoot ? { ...common, of: quoted } : { ...common, prev: quoted };
  },
  validator: (value) => readValidator(value, readCommon),
  'validator-retired': (value) => readValidatorRetired(value, readCommon),
};

/** readPayload reads a payload of any type from parsed canonical JSON. @throws Refusal `unknown-type` and those of its fields. */
export function readPayload(value: Json): Payload {
  const type = typeof value === 'object' && value !== null && !Array.isArray(value) ? value['type'] : null;
  if (typeof type !== 'string' || !Object.hasOwn(READERS, type)) return refuse('unknown-type', 'This wire version knows no assertion of that type.');
  return READERS[type as PayloadType](value);
}

function readGenesis(value: Json): GenesisPayload {
  const fields = object(value, ['continues', 'floors', 'notAfter', 'number', 'origin', 'policy', 'prev', 'registry', 'type'], 'payload');
  if (fields.registry !== null) refuse('bad-field', 'payload.registry of a genesis must be null.');
  if (fields.prev !== ZERO) refuse('bad-field', 'payload.prev of a genesis must be zeros.');
  integer(fields.number, 'payload.number', 0, 0);
  return {
    type: 'genesis',
    continues: nullable(fields.continues, readContinues),
    floors: readDelays(fields.floors, 'payload.floors'),
    notAfter: readTime(fields.notAfter),
    number: 0,
    origin: readOrigin(fields.origin),
    policy: readPolicy(fields.policy, 'payload.policy'),
    prev: ZERO,
    registry: null,
  };
}

function readContinues(value: Json): Continues {
  const fields = object(value, ['map', 'registry', 'root', 'size'], 'payload.continues');
  return {
    map: hash(fields.map, 'payload.continues.map'),
    registry: hash(fields.registry, 'payload.continues.registry'),
    root: hash(fields.root, 'payload.continues.root'),
    size: integer(fields.size, 'payload.continues.size', 1, limits.MAX_COUNTER),
  };
}

export function readOrigin(value: Json): string {
  const origin = string(value, 'payload.origin', limits.MAX_ORIGIN_LENGTH);
  if (!/^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[1-9][0-9]{0,4})?$/.test(origin)) refuse('bad-field', 'payload.origin must be a host, with a port if need be, in lower case.');
  return origin;
}

function readRegister(value: Json): RegisterPayload {
  const fields = object(
    value,
    ['after', 'certificate', 'display', 'dns', 'name', 'notAfter', 'prev', 'priceCents', 'registry', 'schedule', 'service', 'tenure', 'type'],
    'payload',
  );
  return {
    type: 'register',
    ...readCommon(fields),
    ...readRecordFields(fields),
    after: hash(fields.after, 'payload.after'),
    certificate: readCertificate(fields.certificate),
    prev: hash(fields.prev, 'payload.prev'),
    priceCents: integer(fields.priceCents, 'payload.priceCents', 1, limits.MAX_PRICE_CENTS),
    schedule: integer(fields.schedule, 'payload.schedule', 1, limits.MAX_COUNTER),
  };
}

function readReserved(value: Json) {
  const fields = object(value, ['name', 'notAfter', 'prev', 'reason', 'registry', 'type'], 'payload');
  return {
    ...readCommon(fields),
    name: readSkeleton(fields.name),
    prev: hash(fields.prev, 'payload.prev'),
    reason: readLine(fields.reason, 'payload.reason', limits.MAX_REASON_BYTES),
  };
}

/** readMark reads a recorded mark; its classes ascend, and there may be none. */
export function readMark(value: Json, path: string): Mark {
  const fields = object(value, ['classes', 'number', 'office', 'owner'], path);
  const classes = array(fields.classes, `${path}.classes`, limits.MAX_MARK_CLASS).map((item, i) => integer(item, `${path}.classes[${i}]`, 1, limits.MAX_MARK_CLASS));
  if (classes.some((item, i) => i > 0 && item <= (classes[i - 1] ?? 0))) refuse('bad-field', `${path}.classes must ascend.`);
  return {
    classes,
    number: readLine(fields.number, `${path}.number`, limits.MAX_MARK_FIELD_BYTES),
    office: readLine(fields.office, `${path}.office`, limits.MAX_MARK_FIELD_BYTES),
    owner: readLine(fields.owner, `${path}.owner`, limits.MAX_MARK_OWNER_BYTES),
  };
}

/** readLine reads a line for people: not empty, no white space at its ends, no control, line-breaking or direction characters. */
function readLine(value: Json, path: string, maxBytes: number): string {
  const line = string(value, path, maxBytes);
  if (!isPlainLine(line)) refuse('bad-field', `${path} must be one line of plain text.`);
  return line;
}

/**
 * FORBIDDEN are ranges of code points, both ends included: C0, DEL and C1, Arabic letter mark, direction marks, line separators and
 * embeddings, isolates, byte order mark. A fixed list and no Unicode category, which would change with the version of Unicode.
 */
const FORBIDDEN = [
  [0x00, 0x1f],
  [0x7f, 0x9f],
  [0x061c, 0x061c],
  [0x200e, 0x200f],
  [0x2028, 0x202e],
  [0x2066, 0x2069],
  [0xfeff, 0xfeff],
] as const;

/** isPlainLine tells whether `line` may stand in a log as text for people. */
function isPlainLine(line: string): boolean {
  if (line === '' || line.startsWith(' ') || line.endsWith(' ')) return false;
  for (let i = 0; i < line.length; i++) {
    const unit = line.charCodeAt(i);
    if (FORBIDDEN.some(([first, last]) => unit >= first && unit <= last)) return false;
  }
  return true;
}

function readSkeleton(value: Json): string {
  return parseSkeleton(string(value, 'payload.name', limits.MAX_NAME_LENGTH));
}
