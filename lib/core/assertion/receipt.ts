import { parseJson } from '../bytes/canonical-json';
import { hash, integer, object } from '../bytes/fields';
import { type Envelope, encodeEnvelope, payloadBytes, payloadKind, type ToSign, toSign } from '../keys/dsse';
import { currentVerifier, type Verifier } from '../keys/ed25519';
import { refuse } from '../refusal';
import { MAX_COUNTER, MAX_RECEIPT_BYTES } from '../registry/limits';
import { signatureChecks } from './identity';
import type { Base64 } from './payloads';

/** ReceiptPayload is the registrar's promise that the assertion with this payload hash is in the log by the seal `bySeal` at the latest. */
export interface ReceiptPayload {
  assertion: Base64;
  bySeal: number;
  registry: Base64;
}

/** receiptToSign prepares a receipt for the registrar's signature. */
export function receiptToSign(receipt: ReceiptPayload): ToSign {
  const { assertion, bySeal, registry } = receipt;
  return toSign('receipt', { assertion, bySeal, registry });
}

/** parseReceipt reads a receipt's form; its signature stays unchecked. @throws Refusal `bad-payload-type`, `wrong-signers`, `too-large` and those of the readers. */
export function parseReceipt(envelope: Envelope): ReceiptPayload {
  if (payloadKind(envelope) !== 'receipt') refuse('bad-payload-type', 'A receipt is expected here.');
  if (encodeEnvelope(envelope).length > MAX_RECEIPT_BYTES) refuse('too-large', `A receipt has at most ${MAX_RECEIPT_BYTES} bytes.`);
  if (envelope.signatures.length !== 1) refuse('wrong-signers', 'A receipt has exactly one signature.');
  const fields = object(parseJson(payloadBytes(envelope), MAX_RECEIPT_BYTES), ['assertion', 'bySeal', 'registry'], 'receipt');
  return {
    assertion: hash(fields.assertion, 'receipt.assertion'),
    bySeal: integer(fields.bySeal, 'receipt.bySeal', 0, MAX_COUNTER),
    registry: hash(fields.registry, 'receipt.registry'),
  };
}

/** openReceipt verifies a receipt of `registry` by one of the registrar's keys. @throws Refusal as `parseReceipt`, `other-registry`, `wrong-signers`, `bad-signature`. */
export function openReceipt(envelope: Envelope, registry: Base64, registrarKeys: readonly Base64[], verifier: Verifier = currentVerifier()): ReceiptPayload {
  const receipt = parseReceipt(envelope);
  if (receipt.registry !== registry) refuse('other-registry', 'The receipt was given by another registry.');
  if (!registrarKeys.includes(envelope.signatures[0]?.keyid ?? '')) refuse('wrong-signers', 'The receipt is not signed by a registrar key of this registry.');
  const isValid = signatureChecks(envelope).every(({ publicKey, message, signature }) => verifier(publicKey, message, signature));
  return isValid ? receipt : refuse('bad-signature', 'The receipt’s signature is not valid.');
}
