import { refuse } from '../refusal';
import { type PolicyEntry, type RecordEntry, type StateReader, readPolicy, readRecord, tokensKey, validatorKey } from './state';
import type { TokensEntry, ValidatorEntry } from './token-entries';

/** policyInForce is the policy entry; before genesis there is none. @throws Refusal `unknown-policy`. */
export function policyInForce(state: StateReader): PolicyEntry {
  const policy = readPolicy(state);
  return policy === null ? refuse('unknown-policy', 'The registry has no genesis yet.') : policy.entry;
}

/** recordOf is the newest record of one tenure of a name, with its index. @throws Refusal `unknown-name`, `wrong-tenure`. */
export function recordOf(state: StateReader, name: string, tenure: number): { entry: RecordEntry; index: number } {
  const record = readRecord(state, name, tenure);
  if (record !== null) return record;
  if (readRecord(state, name) === null) return refuse('unknown-name', `@${name} is not registered.`);
  return refuse('wrong-tenure', `@${name} has no tenure ${tenure}.`);
}

/** readValidator is the entry of a validator's key, or null if it was never enrolled. */
export function readValidator(state: StateReader, vkey: string): { entry: ValidatorEntry; index: number } | null {
  const item = state.get(validatorKey(vkey));
  return item !== null && item.entry.type === 'validator' ? { entry: item.entry, index: item.index } : null;
}

/** readTokens is what the newest `tokens` assertion logged, or null before the first. */
export function readTokens(state: StateReader): { entry: TokensEntry; index: number } | null {
  const item = state.get(tokensKey());
  return item !== null && item.entry.type === 'tokens' ? { entry: item.entry, index: item.index } : null;
}
