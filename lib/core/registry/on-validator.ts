import type { ValidatorPayload, ValidatorRetiredPayload } from '../assertion/token-payloads';
import { ZERO } from '../assertion/payloads';
import { refuse } from '../refusal';
import { readValidator, recordOf } from './lookup';
import type { SealContext } from './seal-context';
import type { StateReader } from './state';
import type { ValidatorEntry } from './token-entries';

/**
 * onValidator enrols a validator's key with an identity that holds a name now, or moves it to another such identity. Whether the
 * identity still holds the name later does not matter: only the validator's key ends it.
 * @throws Refusal `stale-prev`, `nothing-changes`, `unknown-name`, `wrong-tenure` (not held by this identity, or ended).
 */
export function onValidator(payload: ValidatorPayload, hash: string, state: StateReader, at: SealContext): ValidatorEntry[] {
  const { holds, udf, vkey } = payload;
  const known = readValidator(state, vkey);
  if (payload.prev !== (known?.entry.head ?? ZERO)) refuse('stale-prev', 'Another change to this validator came first.');
  const { entry } = recordOf(state, holds.name, holds.tenure);
  if (entry.ended !== null || entry.udf !== udf) refuse('wrong-tenure', `The identity does not hold @${holds.name}.${holds.tenure}.`);
  const before = known?.entry;
  if (before?.status === 'enrolled' && before.udf === udf && before.holds.name === holds.name && before.holds.tenure === holds.tenure) {
    refuse('nothing-changes', 'This validator is enrolled already, just so.');
  }
  return [{ head: hash, holds: { name: holds.name, tenure: holds.tenure }, prev: known?.index ?? null, proof: at.proofIndex, status: 'enrolled', type: 'validator', udf, vkey }];
}

/** onValidatorRetired ends a validator's part. @throws Refusal `unknown-validator`, `stale-prev`. */
export function onValidatorRetired(payload: ValidatorRetiredPayload, hash: string, state: StateReader, at: SealContext): ValidatorEntry[] {
  const known = readValidator(state, payload.vkey);
  if (known === null || known.entry.status !== 'enrolled') return refuse('unknown-validator', 'This key is not that of an enrolled validator.');
  const { entry, index } = known;
  if (payload.prev !== entry.head) refuse('stale-prev', 'Another change to this validator came first.');
  return [{ ...entry, head: hash, prev: index, proof: at.proofIndex, status: 'retired' }];
}
