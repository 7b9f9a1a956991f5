import { ed25519 } from '@noble/curves/ed25519.js';
import { expect, test } from 'vitest';
import { vectors } from '../../../.config/vectors';
import { utf8 } from '../bytes/bytes';
import { fromHex, toHex } from '../bytes/hex';
import { sha512 } from '../bytes/sha512';
import { passesEncodingRules, verifySignature } from './ed25519';

interface Case {
  number: number;
  key: string;
  sig: string;
  msg: string;
  flags: string[] | null;
}

const FILE = 'ed25519/ed25519vectors.json';
const cases = vectors<Case[]>(FILE);
if (cases === null) process.stderr.write(`skipped: ${FILE} is not below MNS_VECTORS\n`);

const FORBIDDEN = ['low_order_A', 'low_order_R', 'non_canonical_A', 'non_canonical_R', 'low_order_residue'];

/** The rule read from what the vectors say of themselves. `reencoded_k` is only set where something is not canonical. */
const ruleByFlags = (flags: string[] | null) => !(flags ?? []).some((flag) => FORBIDDEN.includes(flag));

/** The rule once more, with another library's arithmetic and none of our byte comparisons. */
function ruleByCurves(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const { Point } = ed25519;
  const number = (bytes: Uint8Array) => BigInt(`0x${toHex(Uint8Array.from(bytes).reverse())}`);
  const encodedR = signature.slice(0, 32);
  const s = number(signature.slice(32));
  let a, r;
  try {
    a = Point.fromBytes(publicKey, true);
    r = Point.fromBytes(encodedR, true);
  } catch {
    return false;
  }
  const canonical = toHex(a.toBytes()) === toHex(publicKey) && toHex(r.toBytes()) === toHex(encodedR);
  if (!canonical || a.isSmallOrder() || r.isSmallOrder() || s >= Point.Fn.ORDER) return false;
  const k = number(sha512(Uint8Array.from([...encodedR, ...publicKey, ...message]))) % Point.Fn.ORDER;
  return Point.BASE.multiplyUnsafe(s).subtract(a.multiplyUnsafe(k)).equals(r);
}

// Skipped only where the published vectors are absent.
test.skipIf(cases === null)('all 914 CCTV vectors get the answer of the rule, computed in two other ways', () => {
  expect(cases).toHaveLength(914);
  let accepted = 0;
  for (const { number, key, sig, msg, flags } of cases ?? []) {
    const publicKey = fromHex(key);
    const signature = fromHex(sig);
    const message = utf8(msg);
    const answer = verifySignature(publicKey, message, signature);
    expect(answer, `vector ${number}`).toBe(ruleByFlags(flags));
    expect(answer, `vector ${number}`).toBe(ruleByCurves(publicKey, message, signature));
    if (answer) accepted++;
  }
  expect(accepted).toBe(43);
});

test.skipIf(cases === null)('the encoding rules refuse exactly the vectors with small order or non-canonical points', () => {
  for (const { number, key, sig, flags } of cases ?? []) {
    const bad = (flags ?? []).some((flag) => flag !== 'low_order_residue' && FORBIDDEN.includes(flag));
    expect(passesEncodingRules(fromHex(key), fromHex(sig)), `vector ${number}`).toBe(!bad);
  }
});
