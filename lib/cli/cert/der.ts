import { concat, utf8 } from '../../core/bytes/bytes';
import { invariant, refuse } from '../../core/refusal';

/*
 * The little DER (X.690) that is needed beside the X.509 library: name constraints, which it does not write, and the signed part
 * of a certificate, which it does not show.
 */

const SEQUENCE = 0x30;
const PERMITTED = 0xa0;
const EXCLUDED = 0xa1;
const DNS_NAME = 0x82;
const IP_ADDRESS = 0x87;

/**
 * nameConstraints is the extension value (RFC 5280 §4.2.1.10) that permits DNS names at and below `host` only, and no IP address
 * at all: without the second part an authority for a name could still vouch for any address.
 */
export function nameConstraints(host: string): Uint8Array {
  const permitted = element(PERMITTED, element(SEQUENCE, element(DNS_NAME, utf8(host))));
  const anyIpv4 = element(SEQUENCE, element(IP_ADDRESS, new Uint8Array(8)));
  const anyIpv6 = element(SEQUENCE, element(IP_ADDRESS, new Uint8Array(32)));
  return element(SEQUENCE, concat(permitted, element(EXCLUDED, concat(anyIpv4, anyIpv6))));
}

/** signedPart gives the bytes of a certificate that its signature covers. Refuses `bad-field`. */
export function signedPart(certificate: Uint8Array): Uint8Array {
  const whole = readElement(certificate, 0);
  if (whole.tag !== SEQUENCE || whole.end !== certificate.length) refuse('bad-field', 'This is no certificate: the bytes are not one DER sequence.');
  const tbs = readElement(certificate, whole.start);
  if (tbs.tag !== SEQUENCE || tbs.end > whole.end) refuse('bad-field', 'This is no certificate: it has no signed part.');
  return certificate.subarray(whole.start, tbs.end);
}

function element(tag: number, content: Uint8Array): Uint8Array {
  invariant(content.length < 256, 'what is written here is short');
  const length = content.length < 128 ? Uint8Array.of(content.length) : Uint8Array.of(0x81, content.length);
  return concat(Uint8Array.of(tag), length, content);
}

/** readElement reads tag and length at `at`; `start` and `end` bound the content. */
function readElement(bytes: Uint8Array, at: number): { tag: number; start: number; end: number } {
  const [tag, first] = [bytes[at], bytes[at + 1]];
  if (tag === undefined || first === undefined) return refuse('bad-field', 'The certificate ends too early.');
  const more = first < 128 ? 0 : first - 128;
  if (more > 3 || first === 128) refuse('bad-field', 'The certificate states a length that none has.');
  let length = first < 128 ? first : 0;
  for (let i = 0; i < more; i += 1) length = length * 256 + (bytes[at + 2 + i] ?? 0);
  const start = at + 2 + more;
  if (start + length > bytes.length) refuse('bad-field', 'The certificate ends too early.');
  return { end: start + length, start, tag };
}
