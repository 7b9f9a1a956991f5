import * as ed from '@noble/ed25519';
import { concat, equalBytes } from '../bytes/bytes';
import { toHex } from '../bytes/hex';
import { sha512 } from '../bytes/sha512';

/*
 * The one signature rule of MNS (DESIGN.md §3.2, RFC 8032 §5.1.7 made exact): a signature R ‖ S by key A over M is valid
 * if and only if
 *   1. A and R are canonical encodings: y < p, and no sign bit on x = 0;
 *   2. neither A nor R is one of the eight points of small order;
 *   3. S < L;
 *   4. encode([S]B - [k]A) equals R byte for byte, k = SHA-512(R ‖ A ‖ M) mod L (no cofactor).
 * Libraries differ on every one of the four. Validators that disagree on one signature split the network, so anything
 * faster than this file (see `provideVerifier`) has to agree with it on all input.
 */

// Called through our own function, so that a runtime's faster SHA-512 serves here as well.
ed.hashes.sha512 = (message: Uint8Array) => Uint8Array.from(sha512(message));

/** Verifier tells whether `signature` (64 bytes) by `publicKey` (32 bytes) over `message` is valid by the rule above. Never throws. */
export type Verifier = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;

/** PUBLIC_KEY_BYTES and SIGNATURE_BYTES are the only lengths there are. */
export const PUBLIC_KEY_BYTES = 32;
export const SIGNATURE_BYTES = 64;

/** ORDER is L, the order of the base point: 2^252 + 27742317777372353535851937790883648493. */
const ORDER = ed.Point.CURVE().n;

const ORDER_BYTES = bigEndian(ORDER);
const PRIME_BYTES = bigEndian(ed.Point.CURVE().p);

/**
 * SMALL_ORDER_Y holds the five y of the eight points of small order, sign bit off, little-endian: 0 and 1 and -1 and the two of
 * order eight. Each with either sign bit is refused, which also refuses the two encodings of x = 0 with a sign bit.
 */
const SMALL_ORDER_Y: readonly string[] = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
];
const smallOrderFirstByte = new Set(SMALL_ORDER_Y.map((y) => Number.parseInt(y.slice(0, 2), 16)));

/** passesEncodingRules checks rules 1 to 3 by looking at bytes only (not whether A and R are on the curve, which rule 4 needs). */
export function passesEncodingRules(publicKey: Uint8Array, signature: Uint8Array): boolean {
  return (
    publicKey.length === PUBLIC_KEY_BYTES &&
    signature.length === SIGNATURE_BYTES &&
    isPlainPoint(publicKey, 0) &&
    isPlainPoint(signature, 0) &&
    isBelow(signature, 32, 0xff, ORDER_BYTES)
  );
}

/** verifySignature is the rule in plain code, about a thousand signatures a second. Everything else is measured against it. */
export function verifySignature(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (!passesEncodingRules(publicKey, signature)) return false;
  const pointA = decodePoint(publicKey);
  if (pointA === null) return false;
  const encodedR = signature.subarray(0, 32);
  const challenge = littleEndianNumber(sha512(concat(encodedR, publicKey, message))) % ORDER;
  const s = littleEndianNumber(signature.subarray(32));
  // The unsafe multiplications accept zero; nothing here is secret.
  const point = ed.Point.BASE.multiply(s, false).subtract(pointA.multiply(challenge, false));
  return equalBytes(point.toBytes(), encodedR);
}

/** isValidPublicKey tells whether signatures by this key can be valid at all: a canonical point on the curve, not of small order. */
export function isValidPublicKey(publicKey: Uint8Array): boolean {
  return publicKey.length === PUBLIC_KEY_BYTES && isPlainPoint(publicKey, 0) && decodePoint(publicKey) !== null;
}

let verifier: Verifier = verifySignature;

/** provideVerifier puts in a faster verifier for this process. Its maker owes the agreement tests (see lib/native/fast-verify). */
export function provideVerifier(faster: Verifier): void {
  verifier = faster;
}

/** currentVerifier is what code that isn't given a verifier uses. */
export function currentVerifier(): Verifier {
  return verifier;
}

/** isPlainPoint: y < p and not of small order, with the sign bit set aside. */
function isPlainPoint(encoded: Uint8Array, from: number): boolean {
  if (!isBelow(encoded, from, 0x7f, PRIME_BYTES)) return false;
  if (!smallOrderFirstByte.has(encoded[from] as number)) return true;
  // Not `slice`: a Buffer's slice is a view, and masking it would change the caller's key.
  const y = Uint8Array.from(encoded.subarray(from, from + 32));
  y[31] = (y[31] as number) & 0x7f;
  return !SMALL_ORDER_Y.includes(toHex(y));
}

/** isBelow compares 32 little-endian bytes, the last one masked, with a big-endian bound. */
function isBelow(bytes: Uint8Array, from: number, lastMask: number, bound: Uint8Array): boolean {
  for (let i = 0; i < 32; i++) {
    const byte = (bytes[from + 31 - i] as number) & (i === 0 ? lastMask : 0xff);
    const limit = bound[i] as number;
    if (byte !== limit) return byte < limit;
  }
  return false;
}

function decodePoint(encoded: Uint8Array): ed.Point | null {
  try {
    return ed.Point.fromBytes(encoded);
  } catch {
    // Not on the curve: the library says so by throwing.
    return null;
  }
}

function littleEndianNumber(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(Uint8Array.from(bytes).reverse())}`);
}

function bigEndian(value: bigint): Uint8Array {
  const out = new Uint8Array(32);
  for (let i = 31, rest = value; i >= 0; i--, rest >>= 8n) out[i] = Number(rest & 0xffn);
  return out;
}
