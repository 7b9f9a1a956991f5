import { formatTenureName, parseTenureName } from '../../core/assertion/name';
import { assertionToSign } from '../../core/assertion/parse';
import type { ValidatorPayload } from '../../core/assertion/token-payloads';
import { ZERO } from '../../core/assertion/payloads';
import { attach } from '../../core/keys/dsse';
import { readValidator } from '../../core/registry/lookup';
import { readRecord, type StateReader } from '../../core/registry/state';
import { refuseCli } from '../cli-refusal';
import type { Io } from '../command';
import type { KeyedIdentity } from '../keys/key-file';
import { nameArgument } from '../registry/choices';
import { knowRegistry, submit, untilSealed } from '../registry/registry-api';
import type { ValidatorKey } from './validator-key';

const VALID_SEC = 86_400;
const SEALED_WITHIN_SEC = 60;
const SEALED_WITHIN_PERIODS = 5;

/** Enrolment is who enrols a validator's key, by which name they hold. */
export interface Enrolment {
  readonly url: string;
  readonly key: ValidatorKey;
  readonly identity: KeyedIdentity;
  /** `alice`, or `alice.0` for an earlier tenure that still lives */
  readonly holds: string;
  /** the state as it was replayed here */
  readonly state: StateReader;
}

/**
 * enrol has a validator's key logged with an identity that holds a name, and waits for the seal. It tells what it did.
 * @throws CliRefusal `other-identity` if the identity does not hold the name, and what the registry refuses.
 */
export async function enrol({ holds, identity, key, state, url }: Enrolment, io: Io): Promise<void> {
  const asked = holds.replace(/^@/, '');
  const { name, tenure } = parseTenureName(asked) ?? { name: nameArgument(asked).name, tenure: null };
  const record = readRecord(state, name, tenure)?.entry ?? null;
  if (record === null || record.udf !== identity.udf || record.ended !== null) return refuseCli('other-identity', `@${asked} is not held by the identity of this key file.`);
  const known = readValidator(state, key.text)?.entry ?? null;
  const held = formatTenureName(name, record.tenure);
  if (known?.status === 'enrolled' && known.udf === identity.udf && known.holds.name === name && known.holds.tenure === record.tenure) {
    io.err(`${key.vkey.name} is enrolled already, by the holder of @${held}`);
    return;
  }
  const registry = await knowRegistry(io, url, identity.registry);
  const payload: ValidatorPayload = {
    holds: { name, tenure: record.tenure },
    notAfter: io.clock() + VALID_SEC,
    prev: known?.head ?? ZERO,
    registry: identity.registry,
    type: 'validator',
    udf: identity.udf,
    vkey: key.text,
  };
  const toSign = assertionToSign(payload);
  const { id, bySeal } = await submit(io, registry, attach(toSign, [key.enrolment(toSign), { publicKey: identity.publicKey, signature: identity.sign(toSign) }]));
  io.err(`enrolling ${key.vkey.name}: accepted, promised by seal ${bySeal}`);
  const { seal } = await untilSealed(io, registry, id, Math.max(SEALED_WITHIN_SEC, SEALED_WITHIN_PERIODS * registry.periodSec));
  io.out(`${key.vkey.name} is enrolled with seal ${seal}, by the holder of @${held}`);
}
