import type { Delays, GenesisPayload } from '../core/assertion/payloads';
import { assertionToSign, parseAssertionEnvelope } from '../core/assertion/parse';
import { acceptSignatures, planSignatures, type VerifiedAssertion } from '../core/assertion/verify';
import { toBase64 } from '../core/bytes/base64';
import { attach } from '../core/keys/dsse';
import { ED25519, formatVkey, makeVkey } from '../core/note/vkey';
import { makeGenesis } from '../core/registry/genesis';
import { logOrigin } from '../core/registry/policy';
import type { RegistryKeys } from './keys';
import type { VerifyMany } from './signatures';

/** A genesis must be sealed within this time. */
const GENESIS_VALID_SEC = 3_600;

/** GenesisWishes is what a new registry is made with. */
export interface GenesisWishes {
  keys: RegistryKeys;
  origin: string;
  periodSec: number;
  delays?: Delays;
  verifyMany: VerifyMany;
}

/** signGenesis makes the genesis of a new registry under this process's keys, signed and checked; `continues` names the log that it goes on from. */
export async function signGenesis({ keys, origin, periodSec, delays, verifyMany }: GenesisWishes, nowSec: number, continues: GenesisPayload['continues'] = null): Promise<VerifiedAssertion> {
  const vkey = (log: 'names' | 'proofs') => formatVkey(makeVkey(logOrigin(origin, log), ED25519, keys[log].publicKey));
  const payload = makeGenesis({
    origin,
    periodSec,
    continues,
    notAfterSec: nowSec + GENESIS_VALID_SEC,
    policy: { keys: keys.policy.map(({ publicKey }) => toBase64(publicKey)), threshold: keys.policy.length },
    arbiters: { keys: keys.arbiters.map(toBase64), threshold: Math.min(2, keys.arbiters.length) },
    registrar: [toBase64(keys.registrar.publicKey)],
    logs: { names: [vkey('names')], proofs: [vkey('proofs')] },
    ...(delays === undefined ? {} : { delays }),
  });
  const toSign = assertionToSign(payload);
  const envelope = attach(toSign, keys.policy.map((key) => ({ publicKey: key.publicKey, signature: key.sign(toSign) })));
  const plan = planSignatures(parseAssertionEnvelope(envelope));
  return acceptSignatures(plan, await verifyMany(plan.checks));
}
