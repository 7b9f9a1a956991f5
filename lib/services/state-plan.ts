import { skeletonOf } from '../core/assertion/name';
import type { ParsedAssertion } from '../core/assertion/parse';
import type { DueReader } from '../core/registry/due-index';
import { readValidator } from '../core/registry/lookup';
import { InvariantError } from '../core/refusal';
import { identityKey, nameKey, policyKey, readRecord, reservedKey, tokensKey, validatorKey, type StateKey, type StateReader } from '../core/registry/state';

/** StateLoader makes state readable: the cache, or what holds a part of it. */
export interface StateLoader {
  /** Throws BehindError. */
  load(keys: readonly StateKey[]): Promise<void>;
}

/** firstKeys lists the state that an assertion's own words name. */
function firstKeys({ payload, certificate }: ParsedAssertion): StateKey[] {
  switch (payload.type) {
    case 'genesis':
    case 'policy':
      return [];
    case 'reserve':
    case 'mark':
    case 'release':
      return [reservedKey(payload.name)];
    case 'register': {
      const keys = [nameKey(payload.name), reservedKey(skeletonOf(payload.name))];
      return certificate === null ? keys : [...keys, identityKey(certificate.udf)];
    }
    case 'transfer':
    case 'reassign':
      return [nameKey(payload.name), identityKey(payload.udf)];
    case 'update':
    case 'cancel':
    case 'topup':
    case 'dispute':
    case 'dispute-closed':
    case 'payment-reversed':
    case 'payment-settled':
      return [nameKey(payload.name)];
    case 'validator':
      return [validatorKey(payload.vkey), nameKey(payload.holds.name), identityKey(payload.udf)];
    case 'validator-retired':
      return [validatorKey(payload.vkey)];
    case 'tokens':
      return [tokensKey(), ...payload.seals.flatMap((seal) => seal.tokens.map(({ vkey }) => validatorKey(vkey)))];
    case 'rotate':
      break;
  }
  return [identityKey(payload.udf)];
}

/** earlierKeys lists the tenures that assertions name and that are no longer their name's highest: these stand under keys of their own. */
function earlierKeys(assertions: readonly ParsedAssertion[], state: StateReader): StateKey[] {
  const keys: StateKey[] = [];
  for (const { payload } of assertions) {
    const named = 'tenure' in payload ? payload : payload.type === 'validator' ? payload.holds : null;
    if (named === null) continue;
    const highest = unlessBroken(() => readRecord(state, named.name));
    if (highest !== null && highest.entry.tenure > named.tenure) keys.push(nameKey(named.name, named.tenure));
  }
  return keys;
}

/**
 * loadStateFor loads all the state that `transition` may read for these assertions: first what they name, and the names which a
 * rotating identity is giving away by `due`; then earlier tenures, and the identities of the holders whom the records found in `state`
 * (which reads through to `cache`) name. Throws BehindError.
 */
export async function loadStateFor(assertions: readonly ParsedAssertion[], cache: StateLoader, state: StateReader, due: DueReader): Promise<void> {
  const keys = [policyKey()];
  for (const parsed of assertions) {
    keys.push(...firstKeys(parsed));
    if (parsed.payload.type === 'rotate') keys.push(...due.givenBy(parsed.payload.udf).map((name) => nameKey(name)));
  }
  await cache.load(keys);
  const earlier = earlierKeys(assertions, state);
  if (earlier.length > 0) await cache.load(earlier);
  const holders = new Set<string>();
  for (const { payload } of assertions) {
    if (payload.type === 'validator-retired') {
      const validator = unlessBroken(() => readValidator(state, payload.vkey));
      if (validator !== null) holders.add(validator.entry.udf);
    }
    if (payload.type !== 'update' && payload.type !== 'transfer' && payload.type !== 'cancel' && payload.type !== 'topup') continue;
    const record = unlessBroken(() => readRecord(state, payload.name, payload.tenure));
    if (record !== null) holders.add(record.entry.udf);
  }
  if (holders.size > 0) await cache.load([...holders].map(identityKey));
}

/** unlessBroken gives null for what a bug of ours keeps from being read: it costs the one assertion, in its own turn, and not those loaded with it. */
function unlessBroken<Found>(read: () => Found | null): Found | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof InvariantError) return null;
    throw error;
  }
}

/** loadDue loads what the effects falling due at `timeSec` read. Throws BehindError. */
export async function loadDue(due: DueReader, timeSec: number, cache: StateLoader): Promise<void> {
  const names = due.candidates(timeSec).flatMap(({ name }) => (name === null ? [] : [nameKey(name)]));
  if (names.length > 0) await cache.load([policyKey(), ...names]);
}
