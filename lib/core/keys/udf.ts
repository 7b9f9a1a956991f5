import { fromBase32, toBase32 } from '../bytes/base32';
import { concat, utf8 } from '../bytes/bytes';
import { fromHex } from '../bytes/hex';
import { sha512 } from '../bytes/sha512';
import type { Hash } from '../bytes/sha256';
import { refuse } from '../refusal';
import { isValidPublicKey } from './ed25519';

/*
 * Uniform Data Fingerprints (draft-hallambaker-mesh-udf-13 §5.1, the text of the specification; the key fingerprints printed in
 * it were made with another content type).
 */

/** Algorithm is a digest with the type identifier it has in a UDF when nothing is compressed. */
export interface Algorithm {
  typeIdentifier: number;
  hash: Hash;
}

/** SHA_2_512 is the digest of every MNS fingerprint; its UDFs start with M. */
export const SHA_2_512: Algorithm = { typeIdentifier: 0x60, hash: sha512 };

/** LOGGED_CHARACTERS is a UDF as logged and compared (260 bits), SHOWN_CHARACTERS as shown to people (140 bits). */
export const LOGGED_CHARACTERS = 52;
export const SHOWN_CHARACTERS = 28;

const KEY_CONTENT_TYPE = 'application/pkix-keyinfo';
const KEY_CONTENT_PREFIX = utf8(`${KEY_CONTENT_TYPE}:`);
// RFC 8410 §4: SEQUENCE { SEQUENCE { OID 1.3.101.112 }, BIT STRING of 33 bytes, no unused bits }
const SPKI_PREFIX = fromHex('302a300506032b6570032100');

/** ParsedUdf is what a person gave: 28 or 52 upper-case base32 characters. It may be a short form: look up, then compare in full. */
export interface ParsedUdf {
  chars: string;
}

/** fingerprint is the UDF content digest of `data` under a content type, `bits` long, upper case without dashes. */
export function fingerprint(contentType: string, data: Uint8Array, bits: number, algorithm: Algorithm = SHA_2_512): string {
  const prefix = contentType === KEY_CONTENT_TYPE ? KEY_CONTENT_PREFIX : utf8(`${contentType}:`);
  const digest = algorithm.hash(concat(prefix, algorithm.hash(data)));
  const type = algorithm.typeIdentifier + compression(digest);
  return toBase32(concat(Uint8Array.of(type), digest), bits);
}

/** spki is the 44-byte RFC 8410 SubjectPublicKeyInfo of an Ed25519 key. */
export function spki(publicKey: Uint8Array): Uint8Array {
  return concat(SPKI_PREFIX, publicKey);
}

/** udfOf is the logged UDF of an identity's root key: 52 characters, upper case, no dashes. Refuses `bad-key`. */
export function udfOf(rootPublicKey: Uint8Array): string {
  if (!isValidPublicKey(rootPublicKey)) refuse('bad-key', 'This is not a public key that can sign.');
  return udfOfSigner(rootPublicKey);
}

/** udfOfSigner is `udfOf` for a key whose own signature is checked besides, which shows that it can sign: decoding a point is slow. */
export function udfOfSigner(rootPublicKey: Uint8Array): string {
  return fingerprint(KEY_CONTENT_TYPE, spki(rootPublicKey), LOGGED_CHARACTERS * 5);
}

/** isLoggedUdf tells whether `value` has the form in which UDFs are logged. */
export function isLoggedUdf(value: string): boolean {
  return value.length === LOGGED_CHARACTERS && hasForm(value);
}

/** showUdf is the form for people: the first 28 characters in groups of four. Never compare identities by it. */
export function showUdf(udf: string): string {
  return (udf.slice(0, SHOWN_CHARACTERS).match(/.{1,4}/g) ?? []).join('-');
}

/** parseUdf reads 28 or 52 characters in any case and grouping by dashes or spaces. Refuses `udf-too-short`, `bad-udf`. */
export function parseUdf(input: string): ParsedUdf {
  // Only ASCII may be folded: other letters, such as a dotless i, would fold into the alphabet.
  if (input.length > 200 || !/^[A-Za-z2-7 -]*$/.test(input)) refuse('bad-udf', 'A UDF is written with A-Z, 2-7 and dashes.');
  const chars = input.replaceAll(/[ -]/g, '').toUpperCase();
  if (chars.length === 20) {
    refuse('udf-too-short', 'This is a UDF of 20 characters, an older form that can be forged. Use the form with 28 or 52 characters.');
  }
  if (chars.length !== SHOWN_CHARACTERS && chars.length !== LOGGED_CHARACTERS) {
    refuse('bad-udf', `A UDF has ${SHOWN_CHARACTERS} or ${LOGGED_CHARACTERS} characters; this has ${chars.length}.`);
  }
  if (!hasForm(chars)) refuse('bad-udf', 'This is not the UDF of a public key: those start with M.');
  return { chars };
}

/** matchesUdf tells whether a logged UDF is the one that was given, as far as it was given. */
export function matchesUdf(loggedUdf: string, given: ParsedUdf): boolean {
  return loggedUdf.startsWith(given.chars);
}

/** compression counts how far the type identifier rises: digests that end in 20, 30, 40, 50 zero bits were searched for (§5.1.4). */
function compression(digest: Uint8Array): number {
  let zeroBits = 0;
  for (let i = digest.length - 1; i >= 0; i--) {
    const byte = digest[i] as number;
    if (byte === 0) {
      zeroBits += 8;
      continue;
    }
    zeroBits += 31 - Math.clz32(byte & -byte);
    break;
  }
  return zeroBits < 20 ? 0 : Math.min(4, Math.floor(zeroBits / 10) - 1);
}

/** hasForm checks alphabet and type identifier: SHA-2-512, compressed by 0 to 4 steps. */
function hasForm(chars: string): boolean {
  if (!/^[A-Z2-7]+$/.test(chars)) return false;
  const type = fromBase32(chars.slice(0, 2))[0] as number;
  return type >= SHA_2_512.typeIdentifier && type <= SHA_2_512.typeIdentifier + 4;
}
