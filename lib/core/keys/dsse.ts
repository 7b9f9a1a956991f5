import { base64Size, fromBase64, fromBase64Into, isBase64, toBase64 } from '../bytes/base64';
import { concat, equalBytes, text, utf8 } from '../bytes/bytes';
import { encodeJson, parseJson, type Json } from '../bytes/canonical-json';
import { array, bytes, object, string } from '../bytes/fields';
import { sha256, sha256Base64 } from '../bytes/sha256';
import { shortLived } from '../bytes/slab';
import { Refusal, refuse } from '../refusal';
import { currentVerifier, PUBLIC_KEY_BYTES, SIGNATURE_BYTES, type Verifier } from './ed25519';
import { readPlainEnvelope, writePlainEnvelope } from './plain-envelope';
import type { Signed } from './sign';
import type { Signable } from './signable';

/*
 * DSSE envelopes (github.com/secure-systems-lab/dsse, protocol v1.0.2), narrowed: canonical JSON, standard padded base64,
 * `keyid` is the public key itself, and there are exactly the signatures that the payload's rule asks for.
 */

/** PayloadKind names what an Ed25519 key may sign in an envelope; a key signs one kind only. */
export type PayloadKind = 'assertion' | 'identity' | 'message' | 'receipt' | 'signin';

/** PAYLOAD_TYPES are the media types that stand in the signed bytes. */
export const PAYLOAD_TYPES: Record<PayloadKind, string> = {
  assertion: 'application/vnd.mns.assertion+json',
  identity: 'application/vnd.mns.identity+json',
  message: 'application/vnd.mns.message+json',
  receipt: 'application/vnd.mns.receipt+json',
  signin: 'application/vnd.mns.signin+json',
};

/** knownStarts are the first bytes of what is signed in an envelope of each of our types: all that comes before the payload's length. */
const knownStarts = new Map(Object.values(PAYLOAD_TYPES).map((type) => [type, utf8(`DSSEv1 ${type.length} ${type} `)]));

/** MAX_SIGNATURES bounds an envelope before anything is verified. */
export const MAX_SIGNATURES = 32;

/** Envelope is a DSSE envelope: base64 payload, base64 keys and signatures. */
export interface Envelope {
  payload: string;
  payloadType: string;
  signatures: EnvelopeSignature[];
}

export interface EnvelopeSignature {
  /** keyid is the 32-byte public key. */
  keyid: string;
  sig: string;
}

/** ToSign is a payload ready to be signed: `payload` its canonical bytes, `bytes` their pre-authentication encoding. */
export interface ToSign extends Signable<PayloadKind> {
  readonly payload: Uint8Array;
}

/**
 * toSign prepares a payload object of one kind. Domain code wraps it in a function that takes the kind's own type
 * (`assertionToSign`, `identityToSign`, …); nothing else should call it.
 */
export function toSign(kind: PayloadKind, payload: { [field: string]: Json }): ToSign {
  const encoded = encodeJson(payload);
  return { kind, payload: encoded, bytes: pae(PAYLOAD_TYPES[kind], encoded) } as ToSign;
}

/** pae is the pre-authentication encoding, the bytes that are signed: "DSSEv1" SP length SP type SP length SP payload. */
export function pae(payloadType: string, payload: Uint8Array): Uint8Array {
  return concat(paeStart(payloadType), utf8(`${payload.length} `), payload);
}

/**
 * OpenEnvelope is an envelope with its payload decoded, once for all who need it: `payload` is a view of `message`, the bytes that are
 * signed. Both are for use now: whoever keeps one keeps the memory of others with it.
 */
export interface OpenEnvelope {
  readonly envelope: Envelope;
  readonly message: Uint8Array;
  readonly payload: Uint8Array;
}

/** openEnvelope decodes an envelope's payload into the bytes that are signed. Refuses `bad-base64` for an envelope that no parser has seen. */
export function openEnvelope(envelope: Envelope): OpenEnvelope {
  if (envelope.payload.length % 4 !== 0) refuse('bad-base64', 'Base64 must be padded to a multiple of four characters.');
  const sizeBytes = base64Size(envelope.payload);
  const start = paeStart(envelope.payloadType);
  const length = `${sizeBytes} `;
  const at = start.length + length.length;
  const message = shortLived(at + sizeBytes);
  message.set(start);
  for (let i = 0; i < length.length; i++) message[start.length + i] = length.charCodeAt(i);
  fromBase64Into(envelope.payload, message, at);
  return { envelope, message, payload: message.subarray(at) };
}

function paeStart(payloadType: string): Uint8Array {
  const known = knownStarts.get(payloadType);
  if (known !== undefined) return known;
  const type = utf8(payloadType);
  return concat(utf8(`DSSEv1 ${type.length} `), type, utf8(' '));
}

/** attach puts signatures, in the order given, around what was signed. Refuses `bad-key` and `bad-signature` for wrong lengths. */
export function attach(signed: ToSign, signatures: readonly Signed[]): Envelope {
  return {
    payload: toBase64(signed.payload),
    payloadType: PAYLOAD_TYPES[signed.kind],
    signatures: signatures.map(envelopeSignature),
  };
}

/** attachMore is `envelope` with one more signature at the end, for those who sign one after the other. */
export function attachMore(envelope: Envelope, signature: Signed): Envelope {
  return { ...envelope, signatures: [...envelope.signatures, envelopeSignature(signature)] };
}

/** toSignOf prepares an envelope's payload for a further signer, who has parsed and understood it before. */
export function toSignOf(envelope: Envelope): ToSign {
  const payload = payloadBytes(envelope);
  return { kind: payloadKind(envelope), payload, bytes: pae(envelope.payloadType, payload) } as ToSign;
}

/** encodeEnvelope writes the canonical bytes, the form in which an envelope is hashed and logged. */
export function encodeEnvelope(envelope: Envelope): Uint8Array {
  const plain = writePlainEnvelope(envelope);
  return plain === null ? encodeJson(envelopeToJson(envelope)) : utf8(plain);
}

/** envelopeHash is the length and the SHA-256, base64, of an envelope's canonical bytes. */
export function envelopeHash(envelope: Envelope): { sizeBytes: number; hash: string } {
  const encoded = encodeEnvelope(envelope);
  return { hash: sha256Base64(encoded), sizeBytes: encoded.length };
}

/** envelopeToJson builds the plain value, for an envelope inside another payload (a certificate). */
export function envelopeToJson(envelope: Envelope): Json {
  const signatures = envelope.signatures.map(({ keyid, sig }) => ({ keyid, sig }));
  return { payload: envelope.payload, payloadType: envelope.payloadType, signatures };
}

/**
 * parseEnvelope reads canonical envelope bytes of one of our payload types, and of `kind` only where given. It checks form, not
 * signatures. Refuses what `parseJson` and the field readers refuse, `bad-payload-type`, `bad-envelope`.
 */
export function parseEnvelope(encoded: Uint8Array, maxBytes: number, kind?: PayloadKind): Envelope {
  return parseOpenEnvelope(encoded, maxBytes, kind).envelope;
}

/** parseOpenEnvelope is `parseEnvelope` that gives what it had to decode as well. */
export function parseOpenEnvelope(encoded: Uint8Array, maxBytes: number, kind?: PayloadKind): OpenEnvelope {
  const plain = encoded.length <= maxBytes ? readPlainEnvelope(text(encoded)) : null;
  // The short cut only accepts: whatever is wrong is found, and told, on the long way.
  const open = plain !== null && plain.signatures.length <= MAX_SIGNATURES && isSound(plain, kind) ? opened(plain) : null;
  return open ?? openEnvelope(envelopeFromJson(parseJson(encoded, maxBytes), kind));
}

function opened(envelope: Envelope): OpenEnvelope | null {
  try {
    return openEnvelope(envelope);
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}

function isSound(envelope: Envelope, kind: PayloadKind | undefined): boolean {
  const { payloadType, signatures } = envelope;
  if (kind === undefined ? !knownStarts.has(payloadType) : payloadType !== PAYLOAD_TYPES[kind]) return false;
  return signatures.every(({ keyid }, i) => signatures.findIndex((other) => other.keyid === keyid) === i);
}

/** envelopeFromJson is `parseEnvelope` for a value that is already parsed canonical JSON; `path` names it in refusals. */
export function envelopeFromJson(value: Json, kind?: PayloadKind, path: string = 'envelope'): Envelope {
  const fields = object(value, ['payload', 'payloadType', 'signatures'], path);
  const payloadType = string(fields.payloadType, `${path}.payloadType`, 100);
  const envelope: Envelope = {
    payload: string(fields.payload, `${path}.payload`, Number.MAX_SAFE_INTEGER),
    payloadType,
    signatures: array(fields.signatures, `${path}.signatures`, MAX_SIGNATURES).map((item, index) => signatureFromJson(item, `${path}.signatures[${index}]`)),
  };
  return checkedEnvelope(envelope, kind, path);
}

function checkedEnvelope(envelope: Envelope, kind: PayloadKind | undefined, path: string): Envelope {
  const found = payloadKind(envelope);
  if (kind !== undefined && found !== kind) refuse('bad-payload-type', `${path} holds a payload of kind ${found}; expected ${kind}.`);
  if (!isBase64(envelope.payload)) refuse('bad-field', `${path}.payload must be bytes in standard padded base64.`);
  const keys = new Set(envelope.signatures.map((signature) => signature.keyid));
  if (keys.size !== envelope.signatures.length) refuse('bad-envelope', `${path} is signed twice by the same key.`);
  return envelope;
}

/** payloadKind tells which of our kinds the envelope holds. Refuses `bad-payload-type`. */
export function payloadKind(envelope: Envelope): PayloadKind {
  for (const kind of ['assertion', 'identity', 'message', 'receipt', 'signin'] as const) {
    if (PAYLOAD_TYPES[kind] === envelope.payloadType) return kind;
  }
  return refuse('bad-payload-type', 'The envelope holds a payload of an unknown type.');
}

/** payloadBytes decodes the payload. Refuses `bad-base64` for an envelope that no parser has seen. */
export function payloadBytes(envelope: Envelope): Uint8Array {
  return fromBase64(envelope.payload);
}

/** payloadHash is SHA-256 of the payload bytes, the name of an assertion in chains. It does not cover the signatures. */
export function payloadHash(envelope: Envelope): Uint8Array {
  return sha256(payloadBytes(envelope));
}

/**
 * verifyEnvelope passes if the envelope is signed by exactly `keys`, in this order, all distinct, each signature valid by the one rule.
 * Refuses `wrong-signers` and `bad-signature`.
 */
export function verifyEnvelope(envelope: Envelope, keys: readonly Uint8Array[], verifier: Verifier = currentVerifier()): void {
  const { signatures } = envelope;
  if (keys.length === 0 || signatures.length !== keys.length) {
    refuse('wrong-signers', `${signatures.length} signatures where exactly ${keys.length} are needed.`);
  }
  const seen = new Set<string>();
  for (const [index, key] of keys.entries()) {
    const keyid = toBase64(key);
    if (signatures[index]?.keyid !== keyid) refuse('wrong-signers', `Signature ${index + 1} is not by the key that has to sign there.`);
    if (seen.has(keyid)) refuse('wrong-signers', 'One key cannot sign in two places.');
    seen.add(keyid);
  }
  const message = pae(envelope.payloadType, payloadBytes(envelope));
  for (const [index, key] of keys.entries()) {
    if (!verifier(key, message, fromBase64(signatures[index]?.sig ?? ''))) {
      refuse('bad-signature', `Signature ${index + 1} is not valid.`);
    }
  }
}

/** sameEnvelope tells whether two envelopes have the same canonical bytes. */
export function sameEnvelope(a: Envelope, b: Envelope): boolean {
  return equalBytes(encodeEnvelope(a), encodeEnvelope(b));
}

function envelopeSignature({ publicKey, signature }: Signed): EnvelopeSignature {
  if (publicKey.length !== PUBLIC_KEY_BYTES) refuse('bad-key', `A public key has ${PUBLIC_KEY_BYTES} bytes.`);
  if (signature.length !== SIGNATURE_BYTES) refuse('bad-signature', `A signature has ${SIGNATURE_BYTES} bytes.`);
  return { keyid: toBase64(publicKey), sig: toBase64(signature) };
}

function signatureFromJson(value: Json, path: string): EnvelopeSignature {
  const fields = object(value, ['keyid', 'sig'], path);
  bytes(fields.keyid, `${path}.keyid`, PUBLIC_KEY_BYTES);
  bytes(fields.sig, `${path}.sig`, SIGNATURE_BYTES);
  return { keyid: fields.keyid as string, sig: fields.sig as string };
}
