import { skeletonOf } from '../core/assertion/name';
import type { ParsedAssertion } from '../core/assertion/parse';
import { readValidator } from '../core/registry/lookup';
import { identityKey, nameKey, policyKey, readRecord, reservedKey, tokensKey, validatorKey, type StateKey, type StateReader } from '../core/registry/state';
import type { StateCache } from './state-cache';

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
      const keys = [nameKey(payload.name), nameKey(payload.name, payload.tenure), reservedKey(skeletonOf(payload.name))];
      return certificate === null ? keys : [...keys, identityKey(certificate.udf)];
    }
    case 'update':
      return [nameKey(payload.name), nameKey(payload.name, payload.tenure)];
    case 'validator':
      return [validatorKey(payload.vkey), nameKey(payload.holds.name), nameKey(payload.holds.name, payload.holds.tenure), identityKey(payload.udf)];
    case 'validator-retired':
      return [validatorKey(payload.vkey)];
    case 'tokens':
      return [tokensKey(), ...payload.seals.flatMap((seal) => seal.tokens.map(({ vkey }) => validatorKey(vkey)))];
    case 'rotate':
      break;
  }
  return [identityKey(payload.udf)];
}

/**
 * loadStateFor loads all the state that `transition` may read for these assertions: first what they name, then the identities
 * of the holders whom the records found in `state` (which reads through to `cache`) name. Throws BehindError.
 */
export async function loadStateFor(assertions: readonly ParsedAssertion[], cache: StateCache, state: StateReader): Promise<void> {
  const keys = [policyKey()];
  for (const parsed of assertions) keys.push(...firstKeys(parsed));
  await cache.load(keys);
  const holders = new Set<string>();
  for (const { payload } of assertions) {
    if (payload.type === 'validator-retired') {
      const validator = readValidator(state, payload.vkey);
      if (validator !== null) holders.add(validator.entry.udf);
    }
    if (payload.type !== 'update') continue;
    const record = readRecord(state, payload.name, payload.tenure);
    if (record !== null) holders.add(record.entry.udf);
  }
  if (holders.size > 0) await cache.load([...holders].map(identityKey));
}
