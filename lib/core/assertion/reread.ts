import { text } from '../bytes/bytes';
import { openEnvelope, parseOpenEnvelope } from '../keys/dsse';
import { MAX_TOKENS_BYTES } from '../registry/limits';
import type { CertificatePayload, IdentityCertificate } from './identity';
import type { ParsedAssertion } from './parse';
import type { Payload } from './payloads';

/** Findings is what has to be computed to parse an assertion, and is not in its bytes: hashes, and the UDF of its certificate's root. */
export interface Findings {
  readonly hash: string;
  readonly certificate: { readonly hash: string; readonly udf: string } | null;
}

/** findingsOf is what a parsed assertion's reader would have to compute again. */
export function findingsOf({ certificate, hash }: ParsedAssertion): Findings {
  return { certificate: certificate === null ? null : { hash: certificate.hash, udf: certificate.udf }, hash };
}

/**
 * rereadAssertion gives what `parseAssertion` gave for these very bytes, on another thread of this program or earlier, with what it
 * found then. Nothing is judged here: for bytes of anybody else there is `parseAssertion`.
 */
export function rereadAssertion(bytes: Uint8Array, findings: Findings): ParsedAssertion {
  const { envelope, payload: signed } = parseOpenEnvelope(bytes, MAX_TOKENS_BYTES);
  const payload = JSON.parse(text(signed)) as Payload;
  return { bytes, certificate: certificateIn(payload, findings), envelope, hash: findings.hash, payload };
}

function certificateIn(payload: Payload, findings: Findings): IdentityCertificate | null {
  if (!('certificate' in payload) || findings.certificate === null) return null;
  const envelope = payload.certificate;
  const { ca, encrypt, key, next, number, registry, root } = JSON.parse(text(openEnvelope(envelope).payload)) as CertificatePayload;
  const { hash, udf } = findings.certificate;
  return { ca, encrypt, envelope, hash, key, next, number, registry, root, udf };
}
