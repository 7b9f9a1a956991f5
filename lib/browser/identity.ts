import { x25519 } from '@noble/curves/ed25519.js';
import { identityToSign, type CertificatePayload } from '../core/assertion/identity';
import { assertionToSign } from '../core/assertion/parse';
import type { RegisterPayload } from '../core/assertion/payloads';
import { toBase64 } from '../core/bytes/base64';
import { attach, type Envelope } from '../core/keys/dsse';
import { publicKeyOf, sign } from '../core/keys/sign';
import { udfOf } from '../core/keys/udf';
import { saveIdentity, storedIdentities, type StoredIdentity } from './key-store';
import { makeSigningKey, signWith, type KeptKey } from './signing-key';
import { encryptSeedOf, rootSeedOf } from './words';

const FIRST_NUMBER = 0;

/** Identity is what this browser holds of a person's identity: see StoredIdentity; `keyStore` says whether a passphrase is asked for at each signature. */
export interface Identity extends StoredIdentity {
  keyStore: KeptKey['kind'];
}

/** loadIdentity returns the newest identity of this registry that this browser keeps, or null. */
export async function loadIdentity(registry: string): Promise<Identity | null> {
  const [newest] = await storedIdentities(registry);
  return newest === undefined ? null : { ...newest, keyStore: newest.signing.kind };
}

/**
 * makeIdentity makes an identity from 24 words: a fresh signing key kept by this browser and certificate number 0
 * for it, signed by the root and by the signing key (DESIGN §3.3, §8), stored in this browser. The root key exists only
 * inside this call. `passphrase` is needed where the browser does not keep keys itself.
 */
export async function makeIdentity(words: readonly string[], registry: string, passphrase: string | null = null): Promise<Identity> {
  const signing = await makeSigningKey(passphrase);
  const rootSeed = rootSeedOf(words);
  const encryptSeed = encryptSeedOf(words, FIRST_NUMBER);
  try {
    const root = publicKeyOf(rootSeed);
    const payload: CertificatePayload = {
      ca: null,
      encrypt: toBase64(x25519.getPublicKey(encryptSeed)),
      key: toBase64(signing.publicKey),
      next: null,
      number: FIRST_NUMBER,
      registry,
      root: toBase64(root),
    };
    const toSign = identityToSign(payload);
    const certificate = attach(toSign, [
      { publicKey: root, signature: sign(toSign, rootSeed) },
      { publicKey: signing.publicKey, signature: await signWith(signing, toSign, passphrase) },
    ]);
    const identity: StoredIdentity = { udf: udfOf(root), registry, certificate, signing, createdSec: Math.floor(Date.now() / 1000) };
    await saveIdentity(identity);
    return { ...identity, keyStore: signing.kind };
  } finally {
    rootSeed.fill(0);
    encryptSeed.fill(0);
  }
}

/** signRegister signs a registration as its holder; the registrar's signature comes after payment. Throws WrongPassphrase. */
export async function signRegister(identity: StoredIdentity, payload: RegisterPayload, passphrase: string | null = null): Promise<Envelope> {
  const toSign = assertionToSign(payload);
  const signature = await signWith(identity.signing, toSign, passphrase);
  return attach(toSign, [{ publicKey: identity.signing.publicKey, signature }]);
}
