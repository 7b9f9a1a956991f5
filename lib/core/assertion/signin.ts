import { parseJson } from '../bytes/canonical-json';
import { hash, integer, object, string } from '../bytes/fields';
import { type Envelope, encodeEnvelope, payloadBytes, payloadKind, type ToSign, toSign } from '../keys/dsse';
import { currentVerifier, type Verifier } from '../keys/ed25519';
import { refuse } from '../refusal';
import { MAX_HOST_LENGTH, MAX_SIGNIN_BYTES, MAX_TIME_SEC } from '../registry/limits';
import { signatureChecks } from './identity';
import type { Base64 } from './payloads';

const MAX_ORIGIN = MAX_HOST_LENGTH + 6;

/**
 * SigninPayload answers a challenge (DESIGN §8). Whoever signs fills in `origin`, the host that they are talking to, so that no
 * server can pass a challenge of another one on.
 */
export interface SigninPayload {
  expires: number;
  /** 32 bytes of the challenge, base64. */
  nonce: Base64;
  origin: string;
  registry: Base64;
}

/** signinToSign prepares a sign-in for the signing key. Refuses what `openSignin` would refuse of its form. */
export function signinToSign({ expires, nonce, origin, registry }: SigninPayload): ToSign {
  return toSign('signin', { expires: integer(expires, 'signin.expires', 0, MAX_TIME_SEC), nonce: hash(nonce, 'signin.nonce'), origin: string(origin, 'signin.origin', MAX_ORIGIN), registry: hash(registry, 'signin.registry') });
}

/**
 * openSignin verifies that `key` answered a challenge for `registry`; whether nonce, origin and time are the right ones is the
 * caller's to say. @throws Refusal `bad-payload-type`, `too-large`, `wrong-signers`, `other-registry`, `bad-signature` and those of the readers.
 */
export function openSignin(envelope: Envelope, registry: Base64, key: Base64, verifier: Verifier = currentVerifier()): SigninPayload {
  if (payloadKind(envelope) !== 'signin') refuse('bad-payload-type', 'A sign-in is expected here.');
  if (encodeEnvelope(envelope).length > MAX_SIGNIN_BYTES) refuse('too-large', `A sign-in has at most ${MAX_SIGNIN_BYTES} bytes.`);
  const fields = object(parseJson(payloadBytes(envelope), MAX_SIGNIN_BYTES), ['expires', 'nonce', 'origin', 'registry'], 'signin');
  const payload = {
    expires: integer(fields.expires, 'signin.expires', 0, MAX_TIME_SEC),
    nonce: hash(fields.nonce, 'signin.nonce'),
    origin: string(fields.origin, 'signin.origin', MAX_ORIGIN),
    registry: hash(fields.registry, 'signin.registry'),
  };
  if (payload.registry !== registry) refuse('other-registry', 'The sign-in belongs to another registry.');
  if (envelope.signatures.length !== 1 || envelope.signatures[0]?.keyid !== key) refuse('wrong-signers', 'The sign-in is not signed by the identity’s signing key.');
  const isValid = signatureChecks(envelope).every(({ message, publicKey, signature }) => verifier(publicKey, message, signature));
  return isValid ? payload : refuse('bad-signature', 'The sign-in’s signature is not valid.');
}
