import { expect, test } from 'vitest';
import { utf8 } from '../bytes/bytes';
import { fromHex, toHex } from '../bytes/hex';
import { Refusal } from '../refusal';
import { addOrder, craftSignature } from './crafted-signatures';
import { toSign } from './dsse';
import { currentVerifier, isValidPublicKey, passesEncodingRules, provideVerifier, verifySignature } from './ed25519';
import { publicKeyOf, sign } from './sign';
import type { Signable } from './signable';

// RFC 8032 §7.1, TEST 1 to 3: seed, public key, message, signature.
const RFC8032: [string, string, string, string][] = [
  [
    '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    '',
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  ],
  [
    '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    '72',
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  ],
  [
    'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
    'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    'af82',
    '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
  ],
];

// The eight points of small order, canonically encoded.
const SMALL_ORDER = [
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0000000000000000000000000000000000000000000000000000000000000080',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
];

test.each(RFC8032)('RFC 8032 vector with seed %s: key, signature and answer are the published ones', (seed, publicKey, message, signature) => {
  expect(toHex(publicKeyOf(fromHex(seed)))).toBe(publicKey);
  // The vectors sign loose bytes, which only a test may do.
  expect(toHex(sign({ kind: 'vector', bytes: fromHex(message) } as Signable, fromHex(seed)))).toBe(signature);
  expect(verifySignature(fromHex(publicKey), fromHex(message), fromHex(signature))).toBe(true);
  expect(verifySignature(fromHex(publicKey), fromHex(`${message}00`), fromHex(signature))).toBe(false);
});

test.each(SMALL_ORDER)('the point of small order %s is neither a key nor an R', (point) => {
  const [, key = '', , signature = ''] = RFC8032[0] ?? [];
  expect(isValidPublicKey(fromHex(point))).toBe(false);
  expect(passesEncodingRules(fromHex(point), fromHex(signature))).toBe(false);
  expect(passesEncodingRules(fromHex(key), fromHex(point + signature.slice(64)))).toBe(false);
});

test('a y of p or more is not canonical, nor is a sign on x = 0', () => {
  const [, , , signature = ''] = RFC8032[0] ?? [];
  for (const low of ['ed', 'ee', 'f0', 'ff']) {
    for (const high of ['7f', 'ff']) {
      const encoded = fromHex(low + 'ff'.repeat(30) + high);
      expect(isValidPublicKey(encoded)).toBe(false);
      expect(passesEncodingRules(encoded, fromHex(signature))).toBe(false);
    }
  }
  expect(isValidPublicKey(fromHex(`01${'00'.repeat(30)}80`))).toBe(false);
  expect(isValidPublicKey(fromHex(`ec${'ff'.repeat(31)}`))).toBe(false);
});

test('S + L is refused', () => {
  const { publicKey, message, signature } = craftSignature('malleable', 0, 0);
  expect(verifySignature(publicKey, message, signature)).toBe(true);
  expect(verifySignature(publicKey, message, addOrder(signature))).toBe(false);
});

test('with parts of small order in key and R, a signature is valid only if they cancel', () => {
  const seen = { true: 0, false: 0 };
  for (let keyTorsion = 0; keyTorsion < 8; keyTorsion++) {
    for (let nonceTorsion = 0; nonceTorsion < 8; nonceTorsion++) {
      const { publicKey, message, signature, valid } = craftSignature(`mixed ${keyTorsion} ${nonceTorsion}`, keyTorsion, nonceTorsion);
      expect(verifySignature(publicKey, message, signature), `${keyTorsion} ${nonceTorsion}`).toBe(valid);
      seen[`${valid}`]++;
    }
  }
  expect(seen.true).toBeGreaterThan(1);
  expect(seen.false).toBeGreaterThan(40);
});

test('bytes that are no point, and wrong lengths, are refused without an exception', () => {
  const [, key = '', , signature = ''] = RFC8032[0] ?? [];
  // y = 2 is not on the curve
  expect(verifySignature(fromHex(`02${'00'.repeat(31)}`), utf8(''), fromHex(signature))).toBe(false);
  expect(isValidPublicKey(fromHex(`02${'00'.repeat(31)}`))).toBe(false);
  expect(verifySignature(fromHex(key).subarray(1), utf8(''), fromHex(signature))).toBe(false);
  expect(verifySignature(fromHex(key), utf8(''), fromHex(`${signature}00`))).toBe(false);
  expect(() => publicKeyOf(new Uint8Array(31))).toThrow(Refusal);
});

test('no input is changed, also where it is a Buffer that shares its first byte with a point of small order', () => {
  const publicKey = Buffer.from('c74a5bf1f17159549754db542c8aae75b41670d58500f3ccf729ef845d4920d0', 'hex');
  const before = publicKey.toString('hex');
  expect(isValidPublicKey(publicKey)).toBe(true);
  passesEncodingRules(publicKey, Buffer.alloc(64));
  expect(publicKey.toString('hex')).toBe(before);
});

test('a process can put in another verifier, and what it answers counts', () => {
  expect(currentVerifier()).toBe(verifySignature);
  const never = () => false;
  provideVerifier(never);
  expect(currentVerifier()).toBe(never);
  provideVerifier(verifySignature);
});

test('a typed payload is signed over its pre-authentication encoding', () => {
  const seed = fromHex(RFC8032[0]?.[0] ?? '');
  const what = toSign('receipt', { registry: 'r' });
  expect(verifySignature(publicKeyOf(seed), what.bytes, sign(what, seed))).toBe(true);
  expect(verifySignature(publicKeyOf(seed), what.payload, sign(what, seed))).toBe(false);
});
