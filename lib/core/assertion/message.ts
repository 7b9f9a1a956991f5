import { toBase64 } from '../bytes/base64';
import { encodeJson, parseJson } from '../bytes/canonical-json';
import { bytes, hash, integer, object, string } from '../bytes/fields';
import { sha256 } from '../bytes/sha256';
import { type Envelope, encodeEnvelope, payloadBytes, payloadKind, type ToSign, toSign } from '../keys/dsse';
import { currentVerifier, type Verifier } from '../keys/ed25519';
import { isLoggedUdf } from '../keys/udf';
import { refuse } from '../refusal';
import { MAX_COUNTER, MAX_MESSAGE_BYTES, MAX_MESSAGE_TEXT_BYTES, MAX_NAME_LENGTH, MAX_TIME_SEC } from '../registry/limits';
import { signatureChecks } from './identity';
import { parseTenureName } from './name';
import type { Base64 } from './payloads';

/** MessageHeader says whom a message is from and to. Everybody who carries it can read this part; the sealed text is bound to it. */
export interface MessageHeader {
  /** The sender's UDF. */
  from: string;
  /** Number of the recipient's certificate that the text is sealed to. */
  keyNumber: number;
  /** 16 random bytes, base64: two messages are never the same. */
  nonce: string;
  registry: Base64;
  timeSec: number;
  /** The recipient's UDF. */
  to: string;
  /** The tenure that was addressed, `alice.0`. */
  toName: string;
}

/** MessagePayload is a header with the text sealed to the recipient's X25519 key (SPEC §18). */
export interface MessagePayload extends MessageHeader {
  /** ChaCha20-Poly1305 of the padded text, base64. */
  ciphertext: string;
  /** The sender's fresh X25519 public key, base64. */
  ephemeral: Base64;
}

/** ParsedMessage is a message of the right form; `id` is its payload hash. */
export interface ParsedMessage {
  readonly envelope: Envelope;
  readonly payload: MessagePayload;
  readonly id: Base64;
}

const NONCE_BYTES = 16;
/** Text is padded to a multiple of this, so that its length tells little. */
const PAD_BYTES = 256;
const TAG_BYTES = 16;
const MAX_CIPHERTEXT_BYTES = Math.ceil((MAX_MESSAGE_TEXT_BYTES + 1) / PAD_BYTES) * PAD_BYTES + TAG_BYTES;
const MAX_TENURE_NAME = MAX_NAME_LENGTH + 7;
const HEADER = ['from', 'keyNumber', 'nonce', 'registry', 'timeSec', 'to', 'toName'] as const;

/** messageToSign prepares a message for its sender's signature. Refuses what `parseMessage` would refuse. */
export function messageToSign(payload: MessagePayload): ToSign {
  const { ciphertext, ephemeral, from, keyNumber, nonce, registry, timeSec, to, toName } = payload;
  const fields = { ciphertext, ephemeral, from, keyNumber, nonce, registry, timeSec, to, toName };
  readPayload(encodeJson(fields));
  return toSign('message', fields);
}

/** messageContext is what the sealed text is bound to besides the keys: the header, canonical. */
export function messageContext({ from, keyNumber, nonce, registry, timeSec, to, toName }: MessageHeader): Uint8Array {
  return encodeJson({ from, keyNumber, nonce, registry, timeSec, to, toName });
}

/** parseMessage reads a message's form; nothing is verified. @throws Refusal `bad-payload-type`, `too-large`, `wrong-signers` and those of the readers. */
export function parseMessage(envelope: Envelope): ParsedMessage {
  if (payloadKind(envelope) !== 'message') refuse('bad-payload-type', 'A message is expected here.');
  if (encodeEnvelope(envelope).length > MAX_MESSAGE_BYTES) refuse('too-large', `A message has at most ${MAX_MESSAGE_BYTES} bytes.`);
  if (envelope.signatures.length !== 1) refuse('wrong-signers', 'A message is signed by its sender and nobody else.');
  const encoded = payloadBytes(envelope);
  return { envelope, id: toBase64(sha256(encoded)), payload: readPayload(encoded) };
}

/** openMessage verifies that a message of `registry` is signed by `senderKey`, the signing key of the identity it says it is from. @throws Refusal `other-registry`, `wrong-signers`, `bad-signature`. */
export function openMessage(parsed: ParsedMessage, registry: Base64, senderKey: Base64, verifier: Verifier = currentVerifier()): MessagePayload {
  const { envelope, payload } = parsed;
  if (payload.registry !== registry) refuse('other-registry', 'The message belongs to another registry.');
  if (envelope.signatures[0]?.keyid !== senderKey) refuse('wrong-signers', 'The message is not signed by the key of the identity that it says it is from.');
  const isValid = signatureChecks(envelope).every(({ message, publicKey, signature }) => verifier(publicKey, message, signature));
  return isValid ? payload : refuse('bad-signature', 'The message’s signature is not valid.');
}

/** padText is the text with an end mark and zeros up to a multiple of 256 bytes. @throws Refusal `too-large`. */
export function padText(text: Uint8Array): Uint8Array {
  if (text.length > MAX_MESSAGE_TEXT_BYTES) refuse('too-large', `A message says at most ${MAX_MESSAGE_TEXT_BYTES} bytes.`);
  const padded = new Uint8Array(Math.ceil((text.length + 1) / PAD_BYTES) * PAD_BYTES);
  padded.set(text);
  padded[text.length] = 0x80;
  return padded;
}

/** unpadText undoes `padText`. @throws Refusal `bad-field`. */
export function unpadText(padded: Uint8Array): Uint8Array {
  let end = padded.length - 1;
  while (end >= 0 && padded[end] === 0) end -= 1;
  return padded[end] === 0x80 ? padded.subarray(0, end) : refuse('bad-field', 'The text of the message has no end mark.');
}

function readPayload(encoded: Uint8Array): MessagePayload {
  const fields = object(parseJson(encoded, MAX_MESSAGE_BYTES), [...HEADER, 'ciphertext', 'ephemeral'], 'message');
  const udf = (value: typeof fields.from, path: string): string => {
    const text = string(value, path, 52);
    return isLoggedUdf(text) ? text : refuse('bad-field', `${path} must be a UDF of 52 characters.`);
  };
  const ciphertext = string(fields.ciphertext, 'message.ciphertext', MAX_MESSAGE_BYTES);
  const sealed = bytes(ciphertext, 'message.ciphertext').length;
  if (sealed > MAX_CIPHERTEXT_BYTES || sealed <= TAG_BYTES || (sealed - TAG_BYTES) % PAD_BYTES !== 0) refuse('bad-field', 'message.ciphertext has a length that no padded text has.');
  const toName = string(fields.toName, 'message.toName', MAX_TENURE_NAME);
  if (parseTenureName(toName) === null) refuse('bad-field', 'message.toName must be a name with its tenure.');
  const nonce = string(fields.nonce, 'message.nonce', 24);
  bytes(nonce, 'message.nonce', NONCE_BYTES);
  return {
    ciphertext,
    ephemeral: hash(fields.ephemeral, 'message.ephemeral'),
    from: udf(fields.from, 'message.from'),
    keyNumber: integer(fields.keyNumber, 'message.keyNumber', 0, MAX_COUNTER),
    nonce,
    registry: hash(fields.registry, 'message.registry'),
    timeSec: integer(fields.timeSec, 'message.timeSec', 0, MAX_TIME_SEC),
    to: udf(fields.to, 'message.to'),
    toName,
  };
}

