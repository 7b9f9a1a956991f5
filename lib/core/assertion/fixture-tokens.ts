import { toBase64 } from '../bytes/base64';
import { sign } from '../keys/sign';
import { cosignatureToSign, formatCosignature } from '../note/cosignature';
import { signatureLine } from '../note/note';
import { COSIGNATURE, formatVkey, makeVkey, type Vkey } from '../note/vkey';
import type { Batch } from '../registry/batch';
import type { FixtureLog } from '../registry/fixture-log';
import { fixtureTiles } from '../registry/fixture-tiles';
import type { RecordEntry } from '../registry/state';
import { consistencyPlan } from '../tlog/consistency';
import { runPlan } from '../tlog/nodes';
import { type FixtureIdentity, type FixtureRegistry, type Pair, pairOf, signedBy } from './fixtures';
import type { ParsedAssertion } from './parse';
import { type Base64, ZERO } from './payloads';
import { sealedText } from './token-checks';
import type { SealTokens, TokensPayload, ValidatorPayload } from './token-payloads';

/** FixtureValidator is a validator's key. */
export interface FixtureValidator {
  readonly pair: Pair;
  readonly vkey: Vkey;
  readonly text: string;
}

/** makeValidatorKey derives a validator's key from a label, named `<label>.example`. */
export function makeValidatorKey(label: string): FixtureValidator {
  const pair = pairOf(`${label} validator`);
  const vkey = makeVkey(`${label}.example`, COSIGNATURE, pair.publicKey);
  return { pair, text: formatVkey(vkey), vkey };
}

/** makeValidator enrols a validator with an identity that holds a name. */
export function makeValidator(world: FixtureRegistry, validator: FixtureValidator, identity: FixtureIdentity, holds: RecordEntry, overrides: Partial<ValidatorPayload> = {}): ParsedAssertion {
  const payload: ValidatorPayload = {
    holds: { name: holds.name, tenure: holds.tenure },
    notAfter: world.notAfter,
    prev: ZERO,
    registry: world.registry,
    type: 'validator',
    udf: identity.udf,
    vkey: validator.text,
    ...overrides,
  };
  return signedBy(payload, [validator.pair, identity.key]);
}

/** makeValidatorRetired ends a validator's part; `prev` is the head of its chain. */
export function makeValidatorRetired(world: FixtureRegistry, validator: FixtureValidator, identity: FixtureIdentity, prev: Base64): ParsedAssertion {
  return signedBy({ notAfter: world.notAfter, prev, registry: world.registry, type: 'validator-retired', vkey: validator.text }, [validator.pair, identity.key]);
}

/** cosign makes a validator's token on a checkpoint text: the 72 bytes, and the whole signature line. */
export function cosign(validator: FixtureValidator, checkpointText: string, timeSec: number): { readonly bytes: Uint8Array; readonly line: string } {
  const prepared = cosignatureToSign(timeSec, checkpointText);
  const bytes = formatCosignature({ signature: sign(prepared, validator.pair.seed), timeSec });
  return { bytes, line: signatureLine(validator.vkey.name, validator.vkey.keyId, bytes) };
}

/** tokensOn are the tokens of these validators on whatever checkpoint of a registry, true or not. */
export function tokensOn(origin: string, at: { readonly root: Uint8Array; readonly seal: number; readonly size: number; readonly timeSec: number }, validators: readonly FixtureValidator[]): SealTokens {
  const root = toBase64(at.root);
  const text = sealedText(origin, { root, size: at.size });
  const tokens = validators.map((one) => ({ cosignature: toBase64(cosign(one, text, at.timeSec).bytes), vkey: one.text }));
  return { root, seal: at.seal, size: at.size, tokens: tokens.toSorted((a, b) => (a.vkey < b.vkey ? -1 : 1)) };
}

/** sealTokens are the tokens of these validators on one seal's names checkpoint, made `afterSec` after it. */
export function sealTokens(log: FixtureLog, sealed: Batch, validators: readonly FixtureValidator[], afterSec = 5): SealTokens {
  const { heads, seal } = sealed;
  return tokensOn(log.world.origin, { ...heads.names, seal: seal.number, timeSec: seal.timeSec + afterSec }, validators);
}

/** tokensPayload logs tokens in the next seal of a fixture log. */
export function tokensPayload(log: FixtureLog, seals: readonly SealTokens[], overrides: Partial<TokensPayload> = {}): TokensPayload {
  const { origin, registry } = log.world;
  const older = seals.find(({ seal }) => seal === (log.last?.number ?? 0) - 1);
  return {
    consistency: older !== undefined ? runPlan(consistencyPlan(older.size, log.names.length), log.names.length, fixtureTiles(log.leaves.names)).map(toBase64) : [],
    notAfter: log.world.notAfter,
    origin,
    registry,
    seals: [...seals],
    type: 'tokens',
    ...overrides,
  };
}

/** makeTokens is `tokensPayload` as an assertion, which nobody signs. */
export function makeTokens(log: FixtureLog, seals: readonly SealTokens[], overrides: Partial<TokensPayload> = {}): ParsedAssertion {
  return signedBy(tokensPayload(log, seals, overrides), []);
}
