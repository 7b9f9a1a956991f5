import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { sha256, provideSha256 } from '../core/bytes/sha256';
import { fromHex } from '../core/bytes/hex';
import { utf8 } from '../core/bytes/bytes';
import { addOrder, craftSignature } from '../core/keys/crafted-signatures';
import { toSign } from '../core/keys/dsse';
import { currentVerifier, passesEncodingRules, verifySignature, type Verifier } from '../core/keys/ed25519';
import { sign } from '../core/keys/sign';
import { fastHash, provideFastCrypto } from './fast-hash';
import { fastSigner } from './fast-sign';
import { fastVerifier, libsodiumVerifier, opensslVerifier, passesProbes, verifyMany, type NamedVerifier } from './fast-verify';

const candidates: NamedVerifier[] = [libsodiumVerifier(), opensslVerifier(), { name: 'plain' as const, verify: verifySignature }].filter((candidate) => candidate !== null);

test.each(candidates)('$name passes the probes', ({ verify }) => {
  expect(passesProbes(verify)).toBe(true);
});

test('the probes refuse a verifier that ignores small-order parts, and one that refuses them all', () => {
  const accept: Verifier = (publicKey, _message, signature) => passesEncodingRules(publicKey, signature);
  expect(passesProbes(accept)).toBe(false);
  expect(passesProbes(() => false)).toBe(false);
});

test.each(candidates)('$name agrees with the rule on signatures with parts of small order', ({ verify }) => {
  for (let index = 0; index < 192; index++) {
    const crafted = craftSignature(`fast ${index}`, index & 7, (index >> 3) & 7);
    expect(verify(crafted.publicKey, crafted.message, crafted.signature), `${index}`).toBe(crafted.valid);
    expect(verify(crafted.publicKey, crafted.message, addOrder(crafted.signature)), `${index}`).toBe(false);
  }
});

test.each(candidates)('$name agrees with the rule on damaged keys, messages and signatures, and never throws', ({ verify }) => {
  const change = fc.record({ part: fc.constantFrom('key', 'message', 'signature'), at: fc.nat(63), to: fc.nat(255) });
  fc.assert(
    fc.property(fc.string(), fc.nat(7), fc.nat(7), fc.option(change), (seed, keyTorsion, nonceTorsion, damage) => {
      const { publicKey, message, signature } = craftSignature(seed, keyTorsion, nonceTorsion);
      const target = damage === null ? null : { key: publicKey, message, signature }[damage.part];
      if (damage !== null && target !== null && target.length > 0) target[damage.at % target.length] = damage.to;
      expect(verify(publicKey, message, signature)).toBe(verifySignature(publicKey, message, signature));
    }),
    { numRuns: 60 },
  );
  expect(verify(new Uint8Array(31), utf8('x'), new Uint8Array(64))).toBe(false);
  expect(verify(fromHex(`02${'00'.repeat(31)}`), utf8('x'), new Uint8Array(64).fill(3, 0, 63))).toBe(false);
});

test('a group is answered in its order', () => {
  const group = [craftSignature('a', 0, 0), craftSignature('b', 1, 0), craftSignature('c', 0, 0)];
  expect(verifyMany(group, fastVerifier().verify)).toEqual(group.map(({ valid }) => valid));
});

test('the fast signer gives the bytes of the plain one', () => {
  const seed = new Uint8Array(32).fill(7);
  const what = toSign('receipt', { registry: 'r' });
  expect(fastSigner(seed)(what)).toEqual(sign(what, seed));
});

test('the process gets fast hashes that give the same digests, and libsodium where its prebuilt binary is', () => {
  const before = sha256(utf8('x'));
  const plain = verifySignature;
  expect(provideFastCrypto()).toBe(libsodiumVerifier() === null ? 'openssl' : 'libsodium');
  expect(currentVerifier()).not.toBe(plain);
  expect(sha256(utf8('x'))).toEqual(before);
  expect(Buffer.isBuffer(sha256(utf8('x')))).toBe(false);
  expect(() => provideSha256(fastHash('sha512'))).toThrow(/digests/);
});
