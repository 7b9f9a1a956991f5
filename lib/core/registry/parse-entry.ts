import type { Policy } from '../assertion/payloads';
import { readMark, readOrigin } from '../assertion/parse';
import { readValidatorKey } from '../assertion/parse-tokens';
import { readDelays, readPolicy, readRole, readSchedule } from '../assertion/policy-fields';
import { parseName, parseSkeleton } from '../assertion/name';
import { readCase, readContents, readRecordFields } from '../assertion/record-fields';
import { text } from '../bytes/bytes';
import { type Json, parseJson } from '../bytes/canonical-json';
import { array, hash, integer, nullable, object, oneOf, string } from '../bytes/fields';
import { isLoggedUdf } from '../keys/udf';
import { refuse } from '../refusal';
import { MAX_ENTRY_BYTES } from '../tlog/bundle';
import * as limits from './limits';
import type { Lock, PendingChange, Waiting } from './pending-entries';
import type { EndedSchedule, IdentityEntry, NameLogEntry, PendingPolicy, PolicyEntry, RecordEntry, ReservedEntry, SealEntry, StateEntry } from './state';
import type { TokensEntry, ValidatorEntry } from './token-entries';

/*
 * Strict parsers of name-log entries. Providers and browsers read entries from people they don't trust: what parses here
 * has the right form, encodes to its own bytes again, and is otherwise unproven.
 */

const READERS: Record<NameLogEntry['type'], (value: Json) => NameLogEntry> = {
  identity: readIdentityEntry,
  policy: readPolicyEntry,
  record: readRecordEntry,
  reserved: readReservedEntry,
  seal: readSealEntry,
  tokens: readTokensEntry,
  validator: readValidatorEntry,
};

/**
 * parseEntry reads a name-log entry from its canonical bytes, at most 65,535.
 * @throws Refusal `unknown-type`, and those of JSON, fields, names, services, DNS and policies.
 */
export function parseEntry(bytes: Uint8Array): NameLogEntry {
  return readEntry(parseJson(bytes, MAX_ENTRY_BYTES));
}

/** parseStateEntry is `parseEntry` for all but seals. */
export function parseStateEntry(bytes: Uint8Array): StateEntry {
  const entry = parseEntry(bytes);
  return entry.type === 'seal' ? refuse('unknown-type', 'A seal is no part of the state.') : entry;
}

/**
 * readSealedEntry reads the bytes of a state entry that need no judging any more: a map root which this program computed or checked
 * holds their hash, so they are what `encodeEntry` wrote. For anything else there is `parseStateEntry`.
 */
export function readSealedEntry(bytes: Uint8Array): StateEntry {
  return JSON.parse(text(bytes)) as StateEntry;
}

/** parseSeal is `parseEntry` for seals alone. */
export function parseSeal(bytes: Uint8Array): SealEntry {
  const entry = parseEntry(bytes);
  return entry.type === 'seal' ? entry : refuse('unknown-type', 'This entry is not a seal.');
}

/** readEntry reads an entry of any type from parsed canonical JSON. @throws Refusal as `parseEntry`. */
export function readEntry(value: Json): NameLogEntry {
  const type = typeof value === 'object' && value !== null && !Array.isArray(value) ? value['type'] : null;
  if (typeof type !== 'string' || !Object.hasOwn(READERS, type)) return refuse('unknown-type', 'This wire version knows no name-log entry of that type.');
  return READERS[type as NameLogEntry['type']](value);
}

const RECORD_FIELDS = [
  'after', 'allowance', 'case', 'changes', 'display', 'dns', 'ended', 'head', 'locks', 'name', 'pending', 'prev', 'proof',
  'registration', 'root', 'schedule', 'service', 'source', 'tenure', 'type', 'udf',
] as const;

function readRecordEntry(value: Json): RecordEntry {
  const fields = object(value, RECORD_FIELDS, 'record');
  const root = object(fields.root, ['changes', 'head'], 'record.root');
  const { display, dns, name, service, tenure } = readRecordFields(fields);
  const allowance = counter(fields.allowance, 'record.allowance');
  // The fields of every entry are written in canonical order, so that encoding it again need not sort them.
  return {
    after: hash(fields.after, 'record.after'),
    allowance,
    case: nullable(fields.case, (number) => readCase(number, 'record.case')),
    changes: integer(fields.changes, 'record.changes', 0, allowance),
    display,
    dns,
    ended: nullable(fields.ended, (ended) => oneOf(ended, 'record.ended', ['transfer', 'reassignment', 'unpaid'])),
    head: hash(fields.head, 'record.head'),
    locks: readLocks(fields.locks),
    name,
    pending: array(fields.pending, 'record.pending', 1).map((pending) => readPending(pending, name)),
    prev: nullable(fields.prev, (prev) => counter(prev, 'record.prev')),
    proof: counter(fields.proof, 'record.proof'),
    registration: oneOf(fields.registration, 'record.registration', ['initial', 'transfer', 'reassigned']),
    root: { changes: integer(root.changes, 'record.root.changes', 0, limits.ROOT_CHANGES), head: hash(root.head, 'record.root.head') },
    schedule: integer(fields.schedule, 'record.schedule', 1, limits.MAX_COUNTER),
    service,
    source: counter(fields.source, 'record.source'),
    tenure,
    type: 'record',
    udf: udf(fields.udf, 'record.udf'),
  };
}

const WAITING_FIELDS = ['delaySec', 'kind', 'loggedSeal', 'loggedSec', 'proof'] as const;

function readWaiting(fields: Record<(typeof WAITING_FIELDS)[number], Json>, path: string): Waiting {
  return {
    delaySec: integer(fields.delaySec, `${path}.delaySec`, 0, limits.MAX_DELAY_SEC),
    loggedSeal: counter(fields.loggedSeal, `${path}.loggedSeal`),
    loggedSec: time(fields.loggedSec, `${path}.loggedSec`),
    proof: counter(fields.proof, `${path}.proof`),
  };
}

const LOCK_KINDS = ['payment', 'reversed'] as const;

function readLocks(value: Json): Lock[] {
  const locks = array(value, 'record.locks', LOCK_KINDS.length).map((item, i): Lock => {
    const path = `record.locks[${i}]`;
    const fields = object(item, WAITING_FIELDS, path);
    return { ...readWaiting(fields, path), kind: oneOf(fields.kind, `${path}.kind`, LOCK_KINDS) };
  });
  if (locks.length === 2 && (locks[0]?.kind !== 'payment' || locks[1]?.kind !== 'reversed')) refuse('bad-field', 'record.locks must ascend by their kinds.');
  return locks;
}

const PENDING_FIELDS = [...WAITING_FIELDS, 'display', 'dns', 'hash', 'service', 'to'] as const;

function readPending(value: Json, name: string): PendingChange {
  const path = 'record.pending[0]';
  const isReassign = typeof value === 'object' && value !== null && 'arbiters' in value;
  if (!isReassign) {
    const fields = object(value, PENDING_FIELDS, path);
    return { ...readNext(fields, name, path), kind: oneOf(fields.kind, `${path}.kind`, ['transfer']) };
  }
  const fields = object(value, [...PENDING_FIELDS, 'arbiters', 'decision'], path);
  return {
    ...readNext(fields, name, path),
    arbiters: readRole(fields.arbiters, `${path}.arbiters`),
    decision: hash(fields.decision, `${path}.decision`),
    kind: oneOf(fields.kind, `${path}.kind`, ['reassign']),
  };
}

function readNext(fields: Record<(typeof PENDING_FIELDS)[number], Json>, name: string, path: string): Omit<PendingChange, 'kind'> {
  return { ...readWaiting(fields, path), ...readContents(fields, name), hash: hash(fields.hash, `${path}.hash`), to: udf(fields.to, `${path}.to`) };
}

const IDENTITY_FIELDS = ['allowance', 'ca', 'certificate', 'encrypt', 'key', 'next', 'number', 'prev', 'proof', 'root', 'type', 'udf'] as const;

function readIdentityEntry(value: Json): IdentityEntry {
  const fields = object(value, IDENTITY_FIELDS, 'identity');
  return {
    allowance: counter(fields.allowance, 'identity.allowance'),
    ca: nullable(fields.ca, (ca) => hash(ca, 'identity.ca')),
    certificate: hash(fields.certificate, 'identity.certificate'),
    encrypt: hash(fields.encrypt, 'identity.encrypt'),
    key: hash(fields.key, 'identity.key'),
    next: nullable(fields.next, (next) => hash(next, 'identity.next')),
    number: counter(fields.number, 'identity.number'),
    prev: nullable(fields.prev, (prev) => counter(prev, 'identity.prev')),
    proof: counter(fields.proof, 'identity.proof'),
    root: hash(fields.root, 'identity.root'),
    type: 'identity',
    udf: udf(fields.udf, 'identity.udf'),
  };
}

const POLICY_FIELDS = [
  'floors', 'hash', 'number', 'origin', 'pending', 'policy', 'prev', 'proof', 'registry', 'schedules', 'sinceSeal', 'sinceSec', 'type',
] as const;

function readPolicyEntry(value: Json): PolicyEntry {
  const fields = object(value, POLICY_FIELDS, 'policy');
  return {
    floors: readDelays(fields.floors, 'policy.floors'),
    hash: hash(fields.hash, 'policy.hash'),
    number: counter(fields.number, 'policy.number'),
    origin: readOrigin(fields.origin),
    pending: array(fields.pending, 'policy.pending', 1).map(readPendingPolicy),
    policy: readPolicy(fields.policy, 'policy.policy'),
    prev: nullable(fields.prev, (prev) => counter(prev, 'policy.prev')),
    proof: counter(fields.proof, 'policy.proof'),
    registry: hash(fields.registry, 'policy.registry'),
    schedules: array(fields.schedules, 'policy.schedules', limits.MAX_QUOTABLE_SCHEDULES).map(readEndedSchedule),
    sinceSeal: counter(fields.sinceSeal, 'policy.sinceSeal'),
    sinceSec: time(fields.sinceSec, 'policy.sinceSec'),
    type: 'policy',
  };
}

function readPendingPolicy(value: Json): PendingPolicy {
  const path = 'policy.pending[0]';
  const fields = object(value, ['delaySec', 'hash', 'loggedSeal', 'loggedSec', 'number', 'policy', 'proof'], path);
  const policy: Policy = readPolicy(fields.policy, `${path}.policy`);
  return {
    delaySec: integer(fields.delaySec, `${path}.delaySec`, 0, limits.MAX_DELAY_SEC),
    hash: hash(fields.hash, `${path}.hash`),
    loggedSeal: counter(fields.loggedSeal, `${path}.loggedSeal`),
    loggedSec: time(fields.loggedSec, `${path}.loggedSec`),
    number: counter(fields.number, `${path}.number`),
    policy,
    proof: counter(fields.proof, `${path}.proof`),
  };
}

function readEndedSchedule(value: Json, i: number): EndedSchedule {
  const path = `policy.schedules[${i}]`;
  const fields = object(value, ['endedSec', 'schedule'], path);
  return { endedSec: time(fields.endedSec, `${path}.endedSec`), schedule: readSchedule(fields.schedule, `${path}.schedule`) };
}

const RESERVED_FIELDS = ['head', 'mark', 'name', 'prev', 'proof', 'reason', 'status', 'type'] as const;

function readReservedEntry(value: Json): ReservedEntry {
  const fields = object(value, RESERVED_FIELDS, 'reserved');
  const status = oneOf(fields.status, 'reserved.status', ['reserved', 'mark', 'released']);
  const reason = string(fields.reason, 'reserved.reason', limits.MAX_REASON_BYTES);
  if ((status === 'mark') !== (fields.mark !== null)) refuse('bad-field', 'reserved.mark is given for marks and for nothing else.');
  return {
    head: hash(fields.head, 'reserved.head'),
    mark: nullable(fields.mark, (mark) => readMark(mark, 'entry.mark')),
    name: parseSkeleton(string(fields.name, 'reserved.name', limits.MAX_NAME_LENGTH)),
    prev: nullable(fields.prev, (prev) => counter(prev, 'reserved.prev')),
    proof: counter(fields.proof, 'reserved.proof'),
    reason,
    status,
    type: 'reserved',
  };
}

const VALIDATOR_FIELDS = ['head', 'holds', 'prev', 'proof', 'status', 'type', 'udf', 'vkey'] as const;

function readValidatorEntry(value: Json): ValidatorEntry {
  const fields = object(value, VALIDATOR_FIELDS, 'validator');
  const holds = object(fields.holds, ['name', 'tenure'], 'validator.holds');
  return {
    head: hash(fields.head, 'validator.head'),
    holds: { name: parseName(string(holds.name, 'validator.holds.name', limits.MAX_NAME_LENGTH)), tenure: integer(holds.tenure, 'validator.holds.tenure', 0, limits.MAX_TENURE) },
    prev: nullable(fields.prev, (prev) => counter(prev, 'validator.prev')),
    proof: counter(fields.proof, 'validator.proof'),
    status: oneOf(fields.status, 'validator.status', ['enrolled', 'retired']),
    type: 'validator',
    udf: udf(fields.udf, 'validator.udf'),
    vkey: readValidatorKey(fields.vkey, 'validator.vkey'),
  };
}

function readTokensEntry(value: Json): TokensEntry {
  const fields = object(value, ['prev', 'proof', 'seals', 'type'], 'tokens');
  return {
    prev: nullable(fields.prev, (prev) => counter(prev, 'tokens.prev')),
    proof: counter(fields.proof, 'tokens.proof'),
    seals: array(fields.seals, 'tokens.seals', 2).map((item, i) => readCounted(item, `tokens.seals[${i}]`)),
    type: 'tokens',
  };
}

function readCounted(value: Json, path: string): TokensEntry['seals'][number] {
  const fields = object(value, ['keys', 'seal'], path);
  const keys = array(fields.keys, `${path}.keys`, limits.MAX_TOKENS).map((key, i) => hash(key, `${path}.keys[${i}]`));
  if (keys.some((key, i) => i > 0 && key <= (keys[i - 1] ?? ''))) refuse('bad-field', `${path}.keys must ascend.`);
  return { keys, seal: counter(fields.seal, `${path}.seal`) };
}

function readSealEntry(value: Json): SealEntry {
  const fields = object(value, ['covers', 'map', 'number', 'prev', 'proofs', 'timeSec', 'type'], 'seal');
  const [first, last] = array(fields.covers, 'seal.covers', 2).map((index) => counter(index, 'seal.covers'));
  if (first === undefined || last === undefined || last < first) return refuse('bad-field', 'seal.covers must be two ascending indexes.');
  return {
    covers: [first, last],
    map: readHead(fields.map, 'seal.map'),
    number: counter(fields.number, 'seal.number'),
    prev: nullable(fields.prev, (prev) => counter(prev, 'seal.prev')),
    proofs: readHead(fields.proofs, 'seal.proofs'),
    timeSec: time(fields.timeSec, 'seal.timeSec'),
    type: 'seal',
  };
}

function readHead(value: Json, path: string): { root: string; size: number } {
  const fields = object(value, ['root', 'size'], path);
  return { root: hash(fields.root, `${path}.root`), size: counter(fields.size, `${path}.size`) };
}

function counter(value: Json, path: string): number {
  return integer(value, path, 0, limits.MAX_COUNTER);
}

function time(value: Json, path: string): number {
  return integer(value, path, 0, limits.MAX_TIME_SEC);
}

function udf(value: Json, path: string): string {
  const chars = string(value, path, 52);
  return isLoggedUdf(chars) ? chars : refuse('bad-udf', `${path} must be a UDF of 52 upper-case characters.`);
}
