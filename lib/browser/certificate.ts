import { x25519 } from '@noble/curves/ed25519.js';
import { identityToSign, type CertificatePayload } from '../core/assertion/identity';
import { assertionToSign } from '../core/assertion/parse';
import { toBase64 } from '../core/bytes/base64';
import { attach, type Envelope, type ToSign } from '../core/keys/dsse';
import { publicKeyOf, sign } from '../core/keys/sign';
import { udfOf } from '../core/keys/udf';
import { encryptSeedOf, rootSeedOf } from './words';

/*
 * What the 24 words sign, for the browser and for the command line: no storage, no network, no DOM. The root key exists only inside
 * these calls.
 */

/** SigningHalf is the identity's signing key, wherever it is kept: all it does is to sign what is typed. */
export interface SigningHalf {
  readonly publicKey: Uint8Array;
  sign(what: ToSign): Uint8Array | Promise<Uint8Array>;
}

/** CertificateChoice is what a certificate says besides the keys that come from the words and from `SigningHalf`. */
export interface CertificateChoice {
  readonly registry: string;
  /** 0 for the first, then one more in each rotation. */
  readonly number: number;
  /** Hash of the device CA's key, base64, or null. */
  readonly ca?: string | null;
  /** The successor root's hash: the same as in number 0. */
  readonly next?: string | null;
}

/** udfOfWords is the UDF of the identity that these words make. */
export function udfOfWords(words: readonly string[]): string {
  return withRoot(words, (seed) => udfOf(publicKeyOf(seed)));
}

/** certificateOf makes an identity certificate, signed by the root key of `words` and by the signing key (DESIGN §3.3). */
export async function certificateOf(words: readonly string[], choice: CertificateChoice, signing: SigningHalf): Promise<Envelope> {
  const encryptSeed = encryptSeedOf(words, choice.number);
  const encrypt = toBase64(x25519.getPublicKey(encryptSeed));
  encryptSeed.fill(0);
  const { toSign, byRoot } = withRoot(words, (seed) => {
    const root = publicKeyOf(seed);
    const payload: CertificatePayload = {
      ca: choice.ca ?? null,
      encrypt,
      key: toBase64(signing.publicKey),
      next: choice.next ?? null,
      number: choice.number,
      registry: choice.registry,
      root: toBase64(root),
    };
    const toSign = identityToSign(payload);
    return { toSign, byRoot: { publicKey: root, signature: sign(toSign, seed) } };
  });
  return attach(toSign, [byRoot, { publicKey: signing.publicKey, signature: await signing.sign(toSign) }]);
}

/** Rotation is what a `rotate` says besides the words' identity. */
export interface Rotation {
  readonly registry: string;
  readonly certificate: Envelope;
  /** Hash of the certificate that it replaces. */
  readonly of: string;
  readonly notAfter: number;
}

/** rotationOf signs a `rotate`: the root of `words`, then the new signing key. */
export async function rotationOf(words: readonly string[], rotation: Rotation, signing: SigningHalf): Promise<Envelope> {
  const { toSign, byRoot } = withRoot(words, (seed) => {
    const root = publicKeyOf(seed);
    const { certificate, notAfter, of, registry } = rotation;
    const toSign = assertionToSign({ certificate, notAfter, of, registry, type: 'rotate', udf: udfOf(root) });
    return { toSign, byRoot: { publicKey: root, signature: sign(toSign, seed) } };
  });
  return attach(toSign, [byRoot, { publicKey: signing.publicKey, signature: await signing.sign(toSign) }]);
}

function withRoot<Result>(words: readonly string[], use: (seed: Uint8Array) => Result): Result {
  const seed = rootSeedOf(words);
  try {
    return use(seed);
  } finally {
    seed.fill(0);
  }
}
