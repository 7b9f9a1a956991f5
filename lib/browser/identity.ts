import { x25519 } from '@noble/curves/ed25519.js';
import { identityToSign, type IdentityPayload } from '../core/assertion/identity';
import { assertionToSign } from '../core/assertion/parse';
import type { RegisterPayload } from '../core/assertion/payloads';
import { toBase64 } from '../core/bytes/base64';
import { attach, type Envelope } from '../core/keys/dsse';
import { publicKeyOf, sign } from '../core/keys/sign';
import { udfOf } from '../core/keys/udf';
import { saveIdentity, type StoredIdentity } from './key-store';
import { makeSigningKey, signWith } from './signing-key';
import { encryptSeedOf, rootSeedOf } from './words';

/**
 * makeIdentity makes an identity from 24 words: a fresh signing key kept by this browser and certificate number 0
 * for it, signed by the root and by the signing key (DESIGN §3.3, §8). The root key exists only inside this call.
 * `passphrase` is null where the browser keeps keys itself. `nowSec` is the time of making.
 */
export async function makeIdentity(options: { words: readonly string[]; registry: string; passphrase: string | null; nowSec: number }): Promise<StoredIdentity> {
  const { words, registry, passphrase, nowSec } = options;
  const signing = await makeSigningKey(passphrase);
  const rootSeed = rootSeedOf(words);
  const encryptSeed = encryptSeedOf(words, 0);
  try {
    const root = publicKeyOf(rootSeed);
    const payload: IdentityPayload = {
      ca: null,
      encrypt: toBase64(x25519.getPublicKey(encryptSeed)),
      key: toBase64(signing.publicKey),
      next: null,
      number: 0,
      registry,
      root: toBase64(root),
    };
    const toSign = identityToSign(payload);
    const certificate = attach(toSign, [
      { publicKey: root, signature: sign(toSign, rootSeed) },
      { publicKey: signing.publicKey, signature: await signWith(signing, toSign, passphrase) },
    ]);
    const identity: StoredIdentity = { udf: udfOf(root), registry, certificate, signing, createdSec: nowSec };
    await saveIdentity(identity);
    return identity;
  } finally {
    rootSeed.fill(0);
    encryptSeed.fill(0);
  }
}

/** signRegister signs a registration as its holder; the registrar's signature comes after payment. Throws WrongPassphrase. */
export async function signRegister(identity: StoredIdentity, payload: RegisterPayload, passphrase: string | null): Promise<Envelope> {
  const toSign = assertionToSign(payload);
  const signature = await signWith(identity.signing, toSign, passphrase);
  return attach(toSign, [{ publicKey: identity.signing.publicKey, signature }]);
}
