import { utf8, utf8Like } from '../bytes/bytes';
import { canonicalText, type Json } from '../bytes/canonical-json';
import { sha256, sha256After } from '../bytes/sha256';
import { identityText, recordText } from './entry-text';
import type { Ended, IdentityEntry, RecordEntry, Registration } from './name-entries';
import type { Delays, Mark, Policy } from '../assertion/payloads';
import type { Schedule } from '../assertion/price';
import type { TokensEntry, ValidatorEntry } from './token-entries';

/**
 * The name log's entries and the state they make. Every entry but a seal has a state key; the state is the latest
 * entry of each key, and the map commits to it (DESIGN §3.5, §3.6). Hashes and bytes inside an entry are standard
 * padded base64. `proof` is the index in the proof log of the assertion an entry rests on, `prev` the index in the
 * name log of the entry before of the same key (of the same tenure, for a record), or null.
 */

export type { Ended, IdentityEntry, RecordEntry, Registration };

/** PendingPolicy is a policy that is logged and not yet in force; `delaySec` is the delay it has to wait, fixed when it was logged. */
export interface PendingPolicy {
  readonly number: number;
  readonly hash: string;
  readonly policy: Policy;
  readonly delaySec: number;
  readonly loggedSec: number;
  readonly loggedSeal: number;
  readonly proof: number;
}

/** EndedSchedule is a price schedule that is no longer in force but may still be quoted for `quoteSec`. */
export interface EndedSchedule {
  readonly schedule: Schedule;
  readonly endedSec: number;
}

/** PolicyEntry is the policy in force, what comes next, and the schedules which may still be quoted. */
export interface PolicyEntry {
  readonly type: 'policy';
  readonly registry: string;
  readonly origin: string;
  readonly number: number;
  /** Hash of the payload of the policy in force (of the genesis, for number 0). */
  readonly hash: string;
  readonly policy: Policy;
  readonly sinceSec: number;
  readonly sinceSeal: number;
  readonly floors: Delays;
  /** At most one: a policy that is logged replaces the one still pending. */
  readonly pending: readonly PendingPolicy[];
  readonly schedules: readonly EndedSchedule[];
  readonly proof: number;
  readonly prev: number | null;
}

/** ReservedEntry is one reserved name or recorded mark; `name` is a skeleton (canonical, without hyphens). */
export interface ReservedEntry {
  readonly type: 'reserved';
  readonly name: string;
  readonly status: 'reserved' | 'mark' | 'released';
  readonly mark: Mark | null;
  readonly reason: string;
  readonly head: string;
  readonly proof: number;
  readonly prev: number | null;
}

/** SealEntry closes a signing period. `proofs` and `map` are as they stand after everything the seal covers; `prev` is the index of the seal before. */
export interface SealEntry {
  readonly type: 'seal';
  readonly number: number;
  readonly timeSec: number;
  /** First and one past the last proof-log index of this period. */
  readonly covers: readonly [number, number];
  readonly proofs: { readonly size: number; readonly root: string };
  readonly map: { readonly size: number; readonly root: string };
  readonly prev: number | null;
}

/** StateEntry is an entry that is part of the state: all but the seal. */
export type StateEntry = RecordEntry | IdentityEntry | PolicyEntry | ReservedEntry | ValidatorEntry | TokensEntry;

/** NameLogEntry is any entry of the name log. */
export type NameLogEntry = StateEntry | SealEntry;

/** StateKey is a 32-byte key of the map. */
export type StateKey = Uint8Array;

const VALUE_PREFIX = utf8('mns/state/v1\n');

/** An assertion asks for the same few keys many times, on its way through checks, transition and writes: these are kept at hand. */
const KEYS_AT_HAND = 16_384;
const textsAtHand = new Map<StateKey, string>();

/** Kept by what follows the prefix, a text that is at hand itself: no label is put together to be looked up. */
function keysOf(prefix: string): (what: string) => StateKey {
  const atHand = new Map<string, StateKey>();
  return (what) => {
    const known = atHand.get(what);
    if (known !== undefined) return known;
    if (atHand.size >= KEYS_AT_HAND) {
      for (const key of atHand.values()) textsAtHand.delete(key);
      atHand.clear();
    }
    const key = sha256(utf8(prefix + what));
    atHand.set(what, key);
    textsAtHand.set(key, textOf(key));
    return key;
  };
}

const keyOfName = keysOf('mns/name/v1\n');
const keyOfIdentity = keysOf('mns/identity/v1\n');
const keyOfReserved = keysOf('mns/reserved/v1\n');
const keyOfValidator = keysOf('mns/validator/v1\n');

/** nameKey is the key of a name's highest tenure (`tenure` null) or of one earlier tenure (`name.N`). Never write to a key. */
export function nameKey(name: string, tenure: number | null = null): StateKey {
  return keyOfName(tenure === null ? name : `${name}.${tenure}`);
}

/** identityKey is the key of an identity; `udf` is the logged 52-character form. */
export function identityKey(udf: string): StateKey {
  return keyOfIdentity(udf);
}

/** reservedKey is the key of a reserved name or mark; `skeleton` is the name without its hyphens. */
export function reservedKey(skeleton: string): StateKey {
  return keyOfReserved(skeleton);
}

/** validatorKey is the key of a validator; `vkey` is its verifier key's text. */
export function validatorKey(vkey: string): StateKey {
  return keyOfValidator(vkey);
}

const TOKENS_KEY = sha256(utf8('mns/tokens/v1\n'));

/** tokensKey is the key of the one entry that says which tokens were logged last. */
export function tokensKey(): StateKey {
  return TOKENS_KEY;
}

const POLICY_KEY = sha256(utf8('mns/policy/v1\n'));

/** policyKey is the key of the one policy entry. */
export function policyKey(): StateKey {
  return POLICY_KEY;
}

/** stateKeyOf is the key under which an entry is the latest state, or null for a seal. A record counts as its name's highest tenure. */
export function stateKeyOf(entry: NameLogEntry): StateKey | null {
  if (entry.type === 'seal') return null;
  return entry.type === 'record' ? nameKey(entry.name) : keyOfOther(entry);
}

/** stateValue is the map's 32-byte value for an entry: SHA-256 of `mns/state/v1\n` and its bytes in the name log. */
export function stateValue(entryBytes: Uint8Array): Uint8Array {
  return sha256After(VALUE_PREFIX, entryBytes);
}

/** encodeEntry is an entry's bytes in the name log: canonical JSON. It gives `expected` itself if that holds these very bytes. */
export function encodeEntry(entry: NameLogEntry, expected?: Uint8Array): Uint8Array {
  const text = entryText(entry);
  return expected === undefined ? utf8(text) : utf8Like(text, expected);
}

function entryText(entry: NameLogEntry): string {
  switch (entry.type) {
    case 'record':
      return recordText(entry);
    case 'identity':
      return identityText(entry);
    default: {
      const json: object = entry;
      return canonicalText(json as Json);
    }
  }
}

/** StateItem is a state entry with its bytes and its index in the name log. */
export interface StateItem {
  readonly entry: StateEntry;
  readonly bytes: Uint8Array;
  readonly index: number;
}

/** StateReader gives the latest entry under a key, or null. */
export interface StateReader {
  get(key: StateKey): StateItem | null;
}

/** keyText is a key as a string for use in a JavaScript Map: one UTF-16 unit a byte. Not for people. */
export function keyText(key: Uint8Array): string {
  return textsAtHand.get(key) ?? textOf(key);
}

function textOf(key: Uint8Array): string {
  return Reflect.apply(String.fromCharCode, null, key);
}

/** StateWrite is one changed key: the map's value is `stateValue(item.bytes)`. */
export interface StateWrite {
  readonly key: StateKey;
  readonly item: StateItem;
}

/** EMPTY_STATE holds nothing: the state before genesis. */
export const EMPTY_STATE: StateReader = { get: () => null };

/**
 * Overlay reads through to `base` and collects what is written over it; `base` itself never changes. A batch, a group
 * of provisional acceptances and a stretch of replay each work on one.
 */
export class Overlay implements StateReader {
  readonly #base: StateReader;
  readonly #written = new Map<string, StateWrite>();

  constructor(base: StateReader) {
    this.#base = base;
  }

  get(key: StateKey): StateItem | null {
    const write = this.#written.get(keyText(key));
    return write === undefined ? this.#base.get(key) : write.item;
  }

  /** put writes an item under a key as it is. To add a name-log entry use `apply`, which knows where it belongs. */
  put(key: StateKey, item: StateItem): void {
    this.#written.set(keyText(key), { key, item });
  }

  /**
   * apply makes a name-log entry the latest under its key. A record of a higher tenure moves the one it follows from
   * the name's own key to `name.N`; a record of an earlier tenure goes to `name.N` and leaves the highest alone. A seal
   * is no part of the state and changes nothing.
   */
  apply(entry: NameLogEntry, bytes: Uint8Array, index: number): void {
    if (entry.type === 'seal') return;
    const item = { entry, bytes, index };
    if (entry.type !== 'record') {
      this.put(keyOfOther(entry), item);
      return;
    }
    const own = nameKey(entry.name);
    const highest = this.get(own);
    if (highest !== null && highest.entry.type === 'record' && highest.entry.tenure !== entry.tenure) {
      if (highest.entry.tenure > entry.tenure) {
        this.put(nameKey(entry.name, entry.tenure), item);
        return;
      }
      this.put(nameKey(entry.name, highest.entry.tenure), highest);
    }
    this.put(own, item);
  }

  /** writes is every changed key, in the order of its first change. */
  writes(): StateWrite[] {
    return [...this.#written.values()];
  }

  /** writeCount is the number of changed keys. */
  get writeCount(): number {
    return this.#written.size;
  }
}

function keyOfOther(entry: Exclude<StateEntry, RecordEntry>): StateKey {
  switch (entry.type) {
    case 'identity':
      return identityKey(entry.udf);
    case 'reserved':
      return reservedKey(entry.name);
    case 'validator':
      return validatorKey(entry.vkey);
    case 'tokens':
      return TOKENS_KEY;
    default:
      return POLICY_KEY;
  }
}

/** readRecord is the latest record of a name's highest tenure (`tenure` null) or of the tenure asked for, or null. */
export function readRecord(state: StateReader, name: string, tenure: number | null = null): { entry: RecordEntry; index: number } | null {
  const highest = recordAt(state, nameKey(name));
  if (highest === null || tenure === null || highest.entry.tenure === tenure) return highest;
  return highest.entry.tenure < tenure ? null : recordAt(state, nameKey(name, tenure));
}

function recordAt(state: StateReader, key: StateKey): { entry: RecordEntry; index: number } | null {
  const item = state.get(key);
  return item !== null && item.entry.type === 'record' ? { entry: item.entry, index: item.index } : null;
}

/** readIdentity is an identity's entry, or null if it has never been seen. */
export function readIdentity(state: StateReader, udf: string): { entry: IdentityEntry; index: number } | null {
  const item = state.get(identityKey(udf));
  return item !== null && item.entry.type === 'identity' ? { entry: item.entry, index: item.index } : null;
}

/** readReserved is the entry of a reserved name or mark, or null. */
export function readReserved(state: StateReader, skeleton: string): { entry: ReservedEntry; index: number } | null {
  const item = state.get(reservedKey(skeleton));
  return item !== null && item.entry.type === 'reserved' ? { entry: item.entry, index: item.index } : null;
}

/** readPolicy is the policy entry, or null before genesis. */
export function readPolicy(state: StateReader): { entry: PolicyEntry; index: number } | null {
  const item = state.get(POLICY_KEY);
  return item !== null && item.entry.type === 'policy' ? { entry: item.entry, index: item.index } : null;
}
