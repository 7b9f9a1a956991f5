import { attachMore, type Envelope, type ToSign, toSignOf } from '../keys/dsse';
import { currentVerifier, type Verifier } from '../keys/ed25519';
import type { Signed } from '../keys/sign';
import { invariant, refuse } from '../refusal';
import { readIdentity, type StateReader } from '../registry/state';
import { checksOf, type SignatureCheck, signatureChecks } from './identity';
import type { AssertionReading, ParsedAssertion } from './parse';
import { tokenChecks } from './token-checks';
import { checkSigners, keyidsOf } from './signers';

declare const verified: unique symbol;
declare const halfSigned: unique symbol;

/**
 * VerifiedAssertion is an assertion every signature of which is valid, those of a certificate inside too. That is a fact for
 * ever and needs no state. Whether the signers are those who may sign is a question to a state, asked anew by `transition`.
 */
export interface VerifiedAssertion {
  readonly parsed: Readonly<ParsedAssertion>;
  readonly [verified]: true;
}

/** HalfSignedAssertion is a registration that its holder has validly signed and the registrar has not. */
export interface HalfSignedAssertion {
  readonly parsed: Readonly<ParsedAssertion>;
  readonly [halfSigned]: true;
}

/** SignaturePlan lists the signatures to check, so that they can be checked in groups, or by other threads. */
export interface SignaturePlan {
  readonly parsed: ParsedAssertion;
  readonly checks: readonly SignatureCheck[];
}

/**
 * planSignatures lists every signature of an assertion. `state` is optional and only saves work: a certificate that is already
 * logged, byte for byte, was verified when it entered the log.
 */
export function planSignatures(parsed: ParsedAssertion, state?: StateReader): SignaturePlan {
  const { certificate, envelope } = parsed;
  const isLogged = certificate !== null && state !== undefined && readIdentity(state, certificate.udf)?.entry.certificate === certificate.hash;
  const inner = certificate === null || isLogged ? [] : signatureChecks(certificate.envelope);
  const tokens = parsed.payload.type === 'tokens' ? tokenChecks(parsed.payload) : [];
  return { parsed, checks: [...signatureChecks(envelope), ...inner, ...tokens] };
}

/** planReading is `planSignatures` for an assertion just read; `isKnown` says that its certificate, byte for byte, was verified before. */
export function planReading({ open, parsed }: AssertionReading, isKnown: boolean): SignaturePlan {
  const checks: SignatureCheck[] = [];
  for (const one of isKnown ? open.slice(0, 1) : open) for (const check of checksOf(one)) checks.push(check);
  if (parsed.payload.type === 'tokens') checks.push(...tokenChecks(parsed.payload));
  return { checks, parsed };
}

/** acceptSignatures makes the plan's assertion a verified one if all its checks came out true. @throws Refusal `bad-signature`, `wrong-signers`. */
export function acceptSignatures(plan: SignaturePlan, results: readonly boolean[]): VerifiedAssertion {
  requireValid(plan, results);
  return { parsed: plan.parsed } as VerifiedAssertion;
}

/** checkSignatures verifies every signature of an assertion here and now. @throws Refusal as `acceptSignatures`. */
export function checkSignatures(parsed: ParsedAssertion, verifier: Verifier = currentVerifier(), state?: StateReader): VerifiedAssertion {
  const plan = planSignatures(parsed, state);
  return acceptSignatures(plan, runChecks(plan.checks, verifier));
}

/**
 * verifyAssertion verifies that exactly those who must sign, judged by `state`, have signed, and validly.
 * @throws Refusal `wrong-signers`, `bad-signature`, and as `checkSigners`.
 */
export function verifyAssertion(parsed: ParsedAssertion, state: StateReader, verifier: Verifier = currentVerifier()): VerifiedAssertion {
  checkSigners(parsed, state);
  return checkSignatures(parsed, verifier, state);
}

/**
 * verifyHolderPart verifies a registration that so far only its holder has signed, as an order holds it.
 * @throws Refusal `unknown-type` for any other assertion, `wrong-signers`, `bad-signature`.
 */
export function verifyHolderPart(parsed: ParsedAssertion, verifier: Verifier = currentVerifier(), state?: StateReader): HalfSignedAssertion {
  const { certificate, payload } = parsed;
  if (payload.type !== 'register') return refuse('unknown-type', 'Only a registration can be ordered.');
  invariant(certificate !== null, 'a parsed registration has its certificate');
  const keyids = keyidsOf(parsed);
  if (keyids.length !== 1 || keyids[0] !== certificate.key) refuse('wrong-signers', 'An ordered registration is signed by the holder’s signing key and nobody else.');
  const plan = planSignatures(parsed, state);
  requireValid(plan, runChecks(plan.checks, verifier));
  return { parsed } as HalfSignedAssertion;
}

/** countersignatureToSign is what the registrar signs of an ordered registration: the same bytes as the holder. */
export function countersignatureToSign(half: HalfSignedAssertion): ToSign {
  return toSignOf(half.parsed.envelope);
}

/** countersign puts the registrar's signature behind the holder's: the whole assertion. */
export function countersign(half: HalfSignedAssertion, registrar: Signed): Envelope {
  return attachMore(half.parsed.envelope, registrar);
}

function requireValid(plan: SignaturePlan, results: readonly boolean[]): void {
  invariant(results.length === plan.checks.length, 'one result a check');
  const count = plan.parsed.envelope.signatures.length;
  if (count === 0 && plan.parsed.payload.type !== 'tokens') refuse('wrong-signers', 'Nobody has signed.');
  const bad = results.indexOf(false);
  if (bad < 0) return;
  const what = plan.parsed.payload.type === 'tokens' ? `Token ${bad + 1 - count} is not valid.` : 'A signature of the identity certificate is not valid.';
  refuse('bad-signature', bad < count ? `Signature ${bad + 1} is not valid.` : what);
}

/** runChecks stops at the first bad one: nobody may buy more work than one failure costs. */
function runChecks(checks: readonly SignatureCheck[], verifier: Verifier): boolean[] {
  let sound = true;
  return checks.map(({ publicKey, message, signature }) => {
    sound = sound && verifier(publicKey, message, signature);
    return sound;
  });
}
