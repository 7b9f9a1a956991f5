import { ED25519_TORSION_SUBGROUP, ed25519 } from '@noble/curves/ed25519.js';
import { concat, utf8 } from '../bytes/bytes';
import { fromHex, toHex } from '../bytes/hex';
import { sha512 } from '../bytes/sha512';

/*
 * For tests: signatures at the border of the rule. A = [a]B + T and R = [r]B + T' with T, T' of small order, S = r + ka: with a cofactor they all
 * verify; by our rule only where [k]T + T' is zero. Built with @noble/curves, so that the rule is not tested with its own arithmetic.
 */

const { Point } = ed25519;
const ORDER = Point.Fn.ORDER;
const torsion = ED25519_TORSION_SUBGROUP.map((encoded) => Point.fromHex(encoded, true));

/** CraftedSignature is a signature with the answer that the rule must give. */
export interface CraftedSignature {
  publicKey: Uint8Array;
  message: Uint8Array;
  signature: Uint8Array;
  valid: boolean;
}

/** craftSignature makes one from a text that seeds the scalars; `keyTorsion` and `nonceTorsion` (0 to 7) choose T and T', 0 is none. */
export function craftSignature(seed: string, keyTorsion: number, nonceTorsion: number): CraftedSignature {
  const keyPart = pick(keyTorsion);
  const noncePart = pick(nonceTorsion);
  const a = scalar(`${seed} key`);
  const r = scalar(`${seed} nonce`);
  const publicKey = Point.BASE.multiply(a).add(keyPart).toBytes();
  const encodedR = Point.BASE.multiply(r).add(noncePart).toBytes();
  const message = utf8(seed);
  const k = number(sha512(concat(encodedR, publicKey, message))) % ORDER;
  const s = (r + k * a) % ORDER;
  return { publicKey, message, signature: concat(encodedR, littleEndian(s)), valid: keyPart.multiplyUnsafe(k % 8n).add(noncePart).is0() };
}

/** addOrder gives the same signature with S + L, which old verifiers accept. */
export function addOrder(signature: Uint8Array): Uint8Array {
  return concat(signature.subarray(0, 32), littleEndian(number(signature.subarray(32)) + ORDER));
}

function pick(index: number): (typeof torsion)[number] {
  const point = torsion[index];
  if (point === undefined) throw new RangeError('there are eight points of small order');
  return point;
}

function scalar(seed: string): bigint {
  return number(sha512(utf8(seed))) % ORDER;
}

function number(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(Uint8Array.from(bytes).reverse())}`);
}

function littleEndian(value: bigint): Uint8Array {
  return fromHex(value.toString(16).padStart(64, '0')).reverse();
}
