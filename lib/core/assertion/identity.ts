import { fromBase64 } from '../bytes/base64';
import { parseJson, type Json } from '../bytes/canonical-json';
import { hash, integer, nullable, object } from '../bytes/fields';
import { type Envelope, envelopeHash, type OpenEnvelope, openEnvelope, payloadKind, type ToSign, toSign } from '../keys/dsse';
import { currentVerifier, type Verifier } from '../keys/ed25519';
import { udfOfSigner } from '../keys/udf';
import { refuse } from '../refusal';
import { MAX_CERTIFICATE_BYTES, MAX_COUNTER } from '../registry/limits';
import type { Base64 } from './payloads';

/** CertificatePayload is what an identity certificate says; every key and hash is base64 of 32 bytes. */
export interface CertificatePayload {
  /** hash of the device CA's key, or null */
  ca: Base64 | null;
  /** X25519 key that messages are encrypted to */
  encrypt: Base64;
  /** Ed25519 signing key */
  key: Base64;
  /** hash of a successor root, or null; the same in every certificate of an identity */
  next: Base64 | null;
  /** 0 for the first, then one more in each rotation */
  number: number;
  registry: Base64;
  /** Ed25519 root key; its fingerprint is the UDF */
  root: Base64;
}

/** IdentityCertificate is a parsed certificate: `udf` of its root in 52 characters, `hash` SHA-256 of its canonical envelope. */
export interface IdentityCertificate extends CertificatePayload {
  envelope: Envelope;
  hash: Base64;
  udf: string;
}

/** SignatureCheck is one signature to check by the one rule (SPEC §4). */
export interface SignatureCheck {
  message: Uint8Array;
  publicKey: Uint8Array;
  signature: Uint8Array;
}

const FIELDS = ['ca', 'encrypt', 'key', 'next', 'number', 'registry', 'root'] as const;

/** identityToSign prepares a certificate for its two signatures, root first. Refuses what `parseIdentity` would refuse. */
export function identityToSign(payload: CertificatePayload): ToSign {
  const { ca, encrypt, key, next, number, registry, root } = payload;
  const fields = { ca, encrypt, key, next, number, registry, root };
  readFields(fields);
  return toSign('identity', fields);
}

/**
 * parseIdentity reads a certificate's envelope: form, registry (null takes any), and that exactly root and key have signed, in that order.
 * The signatures themselves stay unchecked: see `openIdentity` and `signatureChecks`.
 * @throws Refusal `bad-payload-type`, `too-large`, `other-registry`, `wrong-signers`, and those of the JSON and field readers.
 */
export function parseIdentity(envelope: Envelope, registry: Base64 | null): IdentityCertificate {
  return openCertificate(envelope, registry).certificate;
}

/** openCertificate is `parseIdentity` that gives the envelope's decoded payload as well. */
export function openCertificate(envelope: Envelope, registry: Base64 | null): { certificate: IdentityCertificate; open: OpenEnvelope } {
  if (payloadKind(envelope) !== 'identity') refuse('bad-payload-type', 'An identity certificate is expected here.');
  const { hash: certificateHash, sizeBytes } = envelopeHash(envelope);
  if (sizeBytes > MAX_CERTIFICATE_BYTES) refuse('too-large', `An identity certificate has at most ${MAX_CERTIFICATE_BYTES} bytes.`);
  const open = openEnvelope(envelope);
  const fields = readFields(parseJson(open.payload, MAX_CERTIFICATE_BYTES));
  if (registry !== null && fields.registry !== registry) refuse('other-registry', 'The certificate was made for another registry.');
  const [first, second] = envelope.signatures;
  if (envelope.signatures.length !== 2 || first?.keyid !== fields.root || second?.keyid !== fields.key) {
    refuse('wrong-signers', 'A certificate is signed by the root key, then by the signing key, and nobody else.');
  }
  const { ca, encrypt, key, next, number, root } = fields;
  return { certificate: { ca, encrypt, envelope, hash: certificateHash, key, next, number, registry: fields.registry, root, udf: udfOfSigner(fromBase64(root, 32)) }, open };
}

/** openIdentity is `parseIdentity` with both signatures verified. @throws Refusal as that, `bad-signature`. */
export function openIdentity(envelope: Envelope, registry: Base64, verifier: Verifier = currentVerifier()): IdentityCertificate {
  const certificate = parseIdentity(envelope, registry);
  for (const { publicKey, message, signature } of signatureChecks(envelope)) {
    if (!verifier(publicKey, message, signature)) refuse('bad-signature', 'A signature of the identity certificate is not valid.');
  }
  return certificate;
}

/** signatureChecks lists an envelope's signatures, each by the key that its `keyid` is. */
export function signatureChecks(envelope: Envelope): SignatureCheck[] {
  return checksOf(openEnvelope(envelope));
}

/** checksOf is `signatureChecks` for an envelope that is decoded already. */
export function checksOf({ envelope, message }: OpenEnvelope): SignatureCheck[] {
  return envelope.signatures.map(({ keyid, sig }) => ({ message, publicKey: fromBase64(keyid, 32), signature: fromBase64(sig, 64) }));
}

function readFields(value: Json): CertificatePayload {
  const fields = object(value, FIELDS, 'certificate');
  const certificate = {
    ca: nullable(fields.ca, (ca) => hash(ca, 'certificate.ca')),
    encrypt: hash(fields.encrypt, 'certificate.encrypt'),
    key: hash(fields.key, 'certificate.key'),
    next: nullable(fields.next, (next) => hash(next, 'certificate.next')),
    number: integer(fields.number, 'certificate.number', 0, MAX_COUNTER),
    registry: hash(fields.registry, 'certificate.registry'),
    root: hash(fields.root, 'certificate.root'),
  };
  if (certificate.root === certificate.key) refuse('bad-field', 'certificate.key must be another key than the root.');
  return certificate;
}
