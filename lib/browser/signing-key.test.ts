import { expect, test } from 'vitest';
import { identityToSign } from '../core/assertion/identity';
import { toBase64 } from '../core/bytes/base64';
import { verifySignature } from '../core/keys/ed25519';
import { makeSigningKey, needsPassphrase, signWith, WrongPassphrase } from './signing-key';

const b64 = (fill: number): string => toBase64(new Uint8Array(32).fill(fill));
const toSign = identityToSign({ ca: null, encrypt: b64(1), key: b64(2), next: null, number: 0, registry: b64(3), root: b64(4) });

test('a key kept by the browser signs, and cannot be read out', async () => {
  expect(await needsPassphrase()).toBe(false);
  const kept = await makeSigningKey(null);
  if (kept.kind !== 'webcrypto') throw new Error('expected a key kept by the platform');
  expect(kept.key.extractable).toBe(false);
  await expect(crypto.subtle.exportKey('pkcs8', kept.key)).rejects.toThrow();
  expect(verifySignature(kept.publicKey, toSign.bytes, await signWith(kept, toSign, null))).toBe(true);
});

test('a key under a passphrase signs with it and with no other, and its seed is nowhere in what is kept', async () => {
  const kept = await makeSigningKey('correct horse battery');
  if (kept.kind !== 'passphrase') throw new Error('expected a key under a passphrase');
  expect(verifySignature(kept.publicKey, toSign.bytes, await signWith(kept, toSign, 'correct horse battery'))).toBe(true);
  await expect(signWith(kept, toSign, 'wrong horse battery')).rejects.toThrow(WrongPassphrase);
  await expect(signWith(kept, toSign, null)).rejects.toThrow(WrongPassphrase);
  expect(kept.sealed).toHaveLength(32 + 16);
});
