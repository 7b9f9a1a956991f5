import { parseAssertion } from '../../lib/core/assertion/parse';
import { isRootTransfer } from '../../lib/core/assertion/name-payloads';
import { isRootUpdate, type Payload } from '../../lib/core/assertion/payloads';
import { describe, FOR_EVER } from '../../lib/core/assertion/sentence';
import type { LoggedToken } from '../../lib/core/assertion/token-payloads';
import { fromBase64, toBase64 } from '../../lib/core/bytes/base64';
import type { Envelope } from '../../lib/core/keys/dsse';
import { showUdf } from '../../lib/core/keys/udf';
import { parseVkey } from '../../lib/core/note/vkey';
import { Refusal } from '../../lib/core/refusal';
import { parseEntry } from '../../lib/core/registry/parse-entry';
import type { NameLogEntry, RecordEntry, ReservedEntry, SealEntry } from '../../lib/core/registry/state';
import type { LogName } from '../../lib/client/wire';

/** Signer is one signature of an assertion: the key, what it signs as, and the signature, base64. */
export interface Signer {
  role: string;
  key: string;
  signature: string;
}

/** Meaning is what an entry of a log says, for a person. */
export interface Meaning {
  /** The entry's type in a word or two. */
  kind: string;
  sentence: string;
  /** The name it is about, if it is about one. */
  name: string | null;
  /** What it says, as data, for those who want the fields. */
  fields: object;
  signers: Signer[];
  /** A seal over nothing: one of the many of quiet hours. */
  idle: boolean;
}

/** meaningOf reads an entry (base64) strictly and says what it means; what does not parse is shown as that, never guessed at. */
export function meaningOf(log: LogName, bytes: string): Meaning {
  try {
    return log === 'names' ? meaningOfRecord(parseEntry(fromBase64(bytes))) : meaningOfAssertion(bytes);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { kind: 'unknown', sentence: `This entry can’t be read: ${error.detail}`, name: null, fields: {}, signers: [], idle: false };
  }
}

function meaningOfAssertion(bytes: string): Meaning {
  const { envelope, payload } = parseAssertion(fromBase64(bytes));
  return {
    kind: payload.type,
    sentence: describe(payload).replace(` ${FOR_EVER}`, ''),
    name: 'name' in payload ? payload.name : null,
    fields: payload,
    signers: signersOf(payload, envelope),
    idle: false,
  };
}

function rolesOf(payload: Payload, count: number): (at: number) => string {
  switch (payload.type) {
    case 'register':
      return (at) => (at === 0 ? 'Holder' : 'Registrar');
    case 'update':
      return () => (isRootUpdate(payload) ? 'Holder’s root key' : 'Holder');
    case 'validator':
    case 'validator-retired':
      return (at) => (at === 0 ? 'Validator’s key' : 'Identity that enrols it');
    case 'rotate':
      return (at) => (at === 0 ? 'Root key' : 'New signing key');
    case 'transfer':
      return (at) => (at === 1 ? 'Recipient' : isRootTransfer(payload) ? 'Giver’s root key' : 'Giver');
    case 'cancel':
      return () => 'Holder';
    case 'topup':
    case 'payment-reversed':
    case 'payment-settled':
      return () => 'Registrar';
    case 'dispute':
    case 'dispute-closed':
      return (at) => `Arbiter ${at + 1}`;
    case 'reassign':
      return (at) => (at === count - 1 ? 'New holder' : `Arbiter ${at + 1}`);
    default:
      return (at) => `Policy key ${at + 1}`;
  }
}

function signersOf(payload: Payload, envelope: Envelope): Signer[] {
  if (payload.type === 'tokens') return payload.seals.flatMap(({ seal, tokens }) => tokens.map((token) => signerOfToken(token, seal)));
  const role = rolesOf(payload, envelope.signatures.length);
  return envelope.signatures.map(({ keyid, sig }, at) => ({ role: role(at), key: keyid, signature: sig }));
}

/** A token's line holds 8 bytes of time, then the signature. */
const TIME_BYTES = 8;

function signerOfToken({ cosignature, vkey }: LoggedToken, seal: number): Signer {
  const { name, publicKey } = parseVkey(vkey);
  return { key: toBase64(publicKey), role: `${name}, on seal ${seal}`, signature: toBase64(fromBase64(cosignature).subarray(TIME_BYTES)) };
}

function meaningOfRecord(entry: NameLogEntry): Meaning {
  const base = { fields: entry, signers: [], idle: false };
  switch (entry.type) {
    case 'record':
      return { ...base, kind: 'record', name: entry.name, sentence: recordSentence(entry) };
    case 'identity':
      return {
        ...base,
        kind: 'identity',
        name: null,
        sentence: `${showUdf(entry.udf)} ${entry.number === 0 ? 'is known from now on' : `has a new signing key (number ${entry.number})`}.`,
      };
    case 'policy':
      return {
        ...base,
        kind: 'policy',
        name: null,
        sentence: `Policy ${entry.number} of ${entry.origin} is in force${entry.pending.length > 0 ? ', the next one is announced' : ''}.`,
      };
    case 'reserved':
      return { ...base, kind: entry.status, name: null, sentence: reservedSentence(entry) };
    case 'validator':
      return { ...base, kind: 'validator', name: null, sentence: `The validator ${nameOfKey(entry.vkey)} ${entry.status === 'enrolled' ? `takes part, enrolled by the holder of @${entry.holds.name}` : 'no longer takes part'}.` };
    case 'tokens':
      return { ...base, kind: 'tokens', name: null, sentence: entry.seals.map(({ keys, seal }) => `${keys.length} ${keys.length === 1 ? 'validator' : 'validators'} checked the log up to seal ${seal}.`).join(' ') };
    default:
      return { ...base, kind: 'seal', name: null, sentence: sealSentence(entry), idle: entry.covers[0] === entry.covers[1] };
  }
}

const ENDED: Record<NonNullable<RecordEntry['ended']>, string> = {
  transfer: 'passed on by its holder',
  reassignment: 'reassigned by decision; it lives on under its number',
  unpaid: 'its payment was taken back',
};

function recordSentence(record: RecordEntry): string {
  const name = record.tenure === 0 ? `@${record.name}` : `@${record.name} (tenure ${record.tenure})`;
  if (record.ended) return `Tenure ${record.tenure} of @${record.name} ended: ${ENDED[record.ended]}.`;
  const provider = record.service ?? 'no provider yet';
  const [pending] = record.pending;
  if (pending) return `${name} is to pass to ${showUdf(pending.to)}${pending.kind === 'reassign' ? ` by decision in case ${record.case ?? ''}` : ', unless its holder cancels'}.`;
  if (record.case !== null) return `${name} is disputed, case ${record.case}, and can’t be transferred.`;
  if (record.locks.some(({ kind }) => kind === 'reversed')) return `The payment for ${name} was taken back; uncured, the tenure ends.`;
  if (record.changes === 0 && record.root.changes === 0)
    return `${name} belongs to ${showUdf(record.udf)}${BEGAN[record.registration]}, ${record.service ? 'served by ' : ''}${provider}.`;
  return `${name} is ${record.service ? `served by ${provider}` : 'without a provider'} after change ${record.changes} of ${record.allowance}.`;
}

const BEGAN: Record<RecordEntry['registration'], string> = { initial: '', reassigned: ' by decision', transfer: ' by transfer' };

function nameOfKey(vkey: string): string {
  return vkey.slice(0, vkey.indexOf('+'));
}

function reservedSentence(entry: ReservedEntry): string {
  if (entry.status === 'released') return `@${entry.name} is no longer reserved.`;
  if (entry.mark) return `The mark ${entry.mark.office} ${entry.mark.number} of ${entry.mark.owner} is on record for @${entry.name}.`;
  return `@${entry.name} is reserved: ${entry.reason}`;
}

function sealSentence(seal: SealEntry): string {
  const [first, last] = seal.covers;
  const count = last - first;
  const what = count === 0 ? 'a minute without changes' : `${count} ${count === 1 ? 'change' : 'changes'}`;
  return `Seal ${seal.number} closes ${what}.`;
}
