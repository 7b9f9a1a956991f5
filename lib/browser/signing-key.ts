import { publicKeyOf, sign } from '../core/keys/sign';
import type { ToSign } from '../core/keys/dsse';

/** How a signing key is kept: by the browser itself, where it cannot be read out, or as a seed under a passphrase. */
export type KeptKey =
  | { kind: 'webcrypto'; publicKey: Uint8Array; key: CryptoKey }
  | { kind: 'passphrase'; publicKey: Uint8Array; salt: Uint8Array; iv: Uint8Array; sealed: Uint8Array };

const SEED_BYTES = 32;
const SALT_BYTES = 16;
const IV_BYTES = 12;
/** OWASP's figure of 2023 for PBKDF2-HMAC-SHA-256. */
const PASSPHRASE_ROUNDS = 600_000;
export const PASSPHRASE_MIN_CHARACTERS = 10;

/** WrongPassphrase says that a passphrase does not open the kept key. */
export class WrongPassphrase extends Error {
  constructor() {
    super('That passphrase does not open the key kept in this browser.');
    this.name = 'WrongPassphrase';
  }
}

/** needsPassphrase tells whether this browser lacks non-extractable Ed25519 keys, so that the key must be kept under a passphrase. */
export async function needsPassphrase(): Promise<boolean> {
  try {
    await crypto.subtle.generateKey({ name: 'Ed25519' }, false, ['sign', 'verify']);
    return false;
  } catch {
    return true;
  }
}

/** makeSigningKey makes a fresh signing key: non-extractable in the browser, or, given a passphrase, a seed encrypted under it. */
export async function makeSigningKey(passphrase: string | null): Promise<KeptKey> {
  if (passphrase === null) {
    const pair = await crypto.subtle.generateKey({ name: 'Ed25519' }, false, ['sign', 'verify']);
    const publicKey = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey));
    return { kind: 'webcrypto', publicKey, key: pair.privateKey };
  }
  const seed = crypto.getRandomValues(new Uint8Array(SEED_BYTES));
  const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const wrapping = await wrappingKey(passphrase, salt);
  const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, wrapping, seed));
  const publicKey = publicKeyOf(seed);
  seed.fill(0);
  return { kind: 'passphrase', publicKey, salt, iv, sealed };
}

/** signWith signs one typed payload. `passphrase` is asked for only where the key is kept under one; throws WrongPassphrase. */
export async function signWith(kept: KeptKey, toSign: ToSign, passphrase: string | null): Promise<Uint8Array> {
  if (kept.kind === 'webcrypto') {
    return new Uint8Array(await crypto.subtle.sign({ name: 'Ed25519' }, kept.key, own(toSign.bytes)));
  }
  if (passphrase === null) throw new WrongPassphrase();
  const wrapping = await wrappingKey(passphrase, kept.salt);
  let seed: Uint8Array;
  try {
    seed = new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv: own(kept.iv) }, wrapping, own(kept.sealed)));
  } catch {
    throw new WrongPassphrase();
  }
  const signature = sign(toSign, seed);
  seed.fill(0);
  return signature;
}

async function wrappingKey(passphrase: string, salt: Uint8Array): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey('raw', new TextEncoder().encode(passphrase.normalize('NFKC')), 'PBKDF2', false, ['deriveKey']);
  return crypto.subtle.deriveKey(
    { name: 'PBKDF2', hash: 'SHA-256', salt: own(salt), iterations: PASSPHRASE_ROUNDS },
    material,
    { name: 'AES-GCM', length: 256 },
    false,
    ['encrypt', 'decrypt'],
  );
}

/** own copies bytes into a buffer of their own: WebCrypto's types want one that is not shared. */
function own(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}
