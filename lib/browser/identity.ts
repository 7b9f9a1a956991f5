import { assertionToSign } from '../core/assertion/parse';
import type { RegisterPayload } from '../core/assertion/payloads';
import { attach, type Envelope } from '../core/keys/dsse';
import { certificateOf, type SigningHalf, udfOfWords } from './certificate';
import { saveIdentity, storedIdentities, type StoredIdentity } from './key-store';
import { makeSigningKey, signWith, type KeptKey } from './signing-key';

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
  const half: SigningHalf = { publicKey: signing.publicKey, sign: (what) => signWith(signing, what, passphrase) };
  const certificate = await certificateOf(words, { registry, number: FIRST_NUMBER }, half);
  const identity: StoredIdentity = { udf: udfOfWords(words), registry, certificate, signing, createdSec: Math.floor(Date.now() / 1000) };
  await saveIdentity(identity);
  return { ...identity, keyStore: signing.kind };
}

/** signRegister signs a registration as its holder; the registrar's signature comes after payment. Throws WrongPassphrase. */
export async function signRegister(identity: StoredIdentity, payload: RegisterPayload, passphrase: string | null = null): Promise<Envelope> {
  const toSign = assertionToSign(payload);
  const signature = await signWith(identity.signing, toSign, passphrase);
  return attach(toSign, [{ publicKey: identity.signing.publicKey, signature }]);
}
