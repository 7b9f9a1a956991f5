import type { Json } from '../bytes/canonical-json';
import { array, bytes, hash, integer, object, string } from '../bytes/fields';
import { isValidPublicKey } from '../keys/ed25519';
import { ED25519, parseVkey } from '../note/vkey';
import { refuse } from '../refusal';
import {
  MAX_COUNTER,
  MAX_DELAY_SEC,
  MAX_INCLUDED_CHANGES,
  MAX_LOG_KEYS,
  MAX_PERIOD_SEC,
  MAX_PRICE_CENTS,
  MAX_REGISTRAR_KEYS,
  MAX_ROLE_KEYS,
  MAX_VKEY_LENGTH,
  PRICE_STEPS,
} from '../registry/limits';
import type { Base64, Delays, Policy, RoleKeys, Schedule } from './payloads';

/** DELAY_FIELDS are the fields of `Delays`, in canonical order. */
export const DELAY_FIELDS = [
  'curingSec',
  'keysSec',
  'logKeySec',
  'noticeSec',
  'policySec',
  'quietSec',
  'quoteSec',
  'reversalSec',
  'transferSec',
  'wireSec',
] as const satisfies readonly (keyof Delays)[];

const POLICY_FIELDS = ['arbiters', 'characters', 'delays', 'logs', 'periodSec', 'policy', 'registrar', 'schedule', 'wire'] as const;

/** readDelays reads ten delays in seconds, each from 0 to ten years. */
export function readDelays(value: Json, path: string): Delays {
  const fields = object(value, DELAY_FIELDS, path);
  const delay = (field: keyof Delays) => integer(fields[field], `${path}.${field}`, 0, MAX_DELAY_SEC);
  return {
    curingSec: delay('curingSec'),
    keysSec: delay('keysSec'),
    logKeySec: delay('logKeySec'),
    noticeSec: delay('noticeSec'),
    policySec: delay('policySec'),
    quietSec: delay('quietSec'),
    quoteSec: delay('quoteSec'),
    reversalSec: delay('reversalSec'),
    transferSec: delay('transferSec'),
    wireSec: delay('wireSec'),
  };
}

/** readSchedule reads a price schedule: eight positive prices, none higher than that of a shorter name. @throws Refusal `bad-policy` besides those of the field readers. */
export function readSchedule(value: Json, path: string): Schedule {
  const fields = object(value, ['changes', 'priceCents', 'topupCents', 'version'], path);
  const priceCents = array(fields.priceCents, `${path}.priceCents`, PRICE_STEPS).map((price, i) => integer(price, `${path}.priceCents[${i}]`, 1, MAX_PRICE_CENTS));
  if (priceCents.length !== PRICE_STEPS) refuse('bad-policy', `A schedule has exactly ${PRICE_STEPS} prices.`);
  if (priceCents.some((price, i) => price > (priceCents[i - 1] ?? price))) refuse('bad-policy', 'A longer name can’t cost more than a shorter one.');
  return {
    changes: integer(fields.changes, `${path}.changes`, 1, MAX_INCLUDED_CHANGES),
    priceCents,
    topupCents: integer(fields.topupCents, `${path}.topupCents`, 1, MAX_PRICE_CENTS),
    version: integer(fields.version, `${path}.version`, 1, MAX_COUNTER),
  };
}

/**
 * readPolicy reads a policy: every key valid, and no key in two roles, since each key signs one kind of thing.
 * Whether log keys carry the registry's origin, delays keep the floors and `characters` is the page of this program is judged against the state.
 * @throws Refusal `bad-policy`, `bad-key`, `bad-vkey` besides those of the field readers.
 */
export function readPolicy(value: Json, path: string): Policy {
  const fields = object(value, POLICY_FIELDS, path);
  const logs = object(fields.logs, ['names', 'proofs'], `${path}.logs`);
  const policy: Policy = {
    arbiters: readRole(fields.arbiters, `${path}.arbiters`),
    characters: hash(fields.characters, `${path}.characters`),
    delays: readDelays(fields.delays, `${path}.delays`),
    logs: { names: readLogKeys(logs.names, `${path}.logs.names`), proofs: readLogKeys(logs.proofs, `${path}.logs.proofs`) },
    periodSec: integer(fields.periodSec, `${path}.periodSec`, 1, MAX_PERIOD_SEC),
    policy: readRole(fields.policy, `${path}.policy`),
    registrar: readKeys(fields.registrar, `${path}.registrar`, MAX_REGISTRAR_KEYS),
    schedule: readSchedule(fields.schedule, `${path}.schedule`),
    wire: integer(fields.wire, `${path}.wire`, 1, MAX_COUNTER),
  };
  requireDistinct([...policy.policy.keys, ...policy.arbiters.keys, ...policy.registrar], 'No key can stand in two places of a policy.');
  requireDistinct([...policy.logs.names, ...policy.logs.proofs], 'No log key can stand in two places of a policy.');
  return policy;
}

/** readRole reads the keys of one role and how many of them must sign. */
export function readRole(value: Json, path: string): RoleKeys {
  const fields = object(value, ['keys', 'threshold'], path);
  const keys = readKeys(fields.keys, `${path}.keys`, MAX_ROLE_KEYS);
  return { keys, threshold: integer(fields.threshold, `${path}.threshold`, 1, keys.length) };
}

function readKeys(value: Json, path: string, max: number): Base64[] {
  const keys = array(value, path, max).map((key, i) => readKey(key, `${path}[${i}]`));
  if (keys.length === 0) refuse('bad-policy', `${path} needs at least one key.`);
  return keys;
}

function readKey(value: Json, path: string): Base64 {
  if (!isValidPublicKey(bytes(value, path, 32))) refuse('bad-key', `${path} is not a public key that can sign.`);
  return hash(value, path);
}

function readLogKeys(value: Json, path: string): string[] {
  const vkeys = array(value, path, MAX_LOG_KEYS).map((vkey, i) => string(vkey, `${path}[${i}]`, MAX_VKEY_LENGTH));
  if (vkeys.length === 0) refuse('bad-policy', `${path} needs at least one key.`);
  if (vkeys.some((vkey) => parseVkey(vkey).type !== ED25519)) refuse('bad-policy', `${path} holds keys of type 1 only.`);
  return vkeys;
}

function requireDistinct(values: readonly string[], detail: string): void {
  if (new Set(values).size !== values.length) refuse('bad-policy', detail);
}
