import { existsSync, readFileSync } from 'node:fs';
import { type IdentityCertificate, openIdentity } from '../../core/assertion/identity';
import { toBase64 } from '../../core/bytes/base64';
import { encodeJson, parseJson } from '../../core/bytes/canonical-json';
import { array, bytes, hash, integer, object } from '../../core/bytes/fields';
import { type Envelope, envelopeFromJson, envelopeToJson, type ToSign } from '../../core/keys/dsse';
import { publicKeyOf, sign } from '../../core/keys/sign';
import { Refusal } from '../../core/refusal';
import { MAX_TIME_SEC } from '../../core/registry/limits';
import { refuseCli } from '../cli-refusal';
import { MAX_SEALED_FILE_BYTES, readSealedFile, sealFile, type SealedFile } from './sealed-file';
import { writeFileSafely } from './write-file';

/** KEY_FORMAT is the `format` of a key file. */
export const KEY_FORMAT = 'mns-key/v1';
/** PASSPHRASE_MIN_CHARACTERS is the least that seals a key file. */
export const PASSPHRASE_MIN_CHARACTERS = 10;
const SEED_BYTES = 32;
const MAX_CERTIFICATES = 10_000;

/** ShownIdentity is what a key file shows without its passphrase. */
export interface ShownIdentity {
  readonly registry: string;
  readonly udf: string;
  readonly certificate: IdentityCertificate;
  readonly createdSec: number;
}

/**
 * KeyedIdentity is an opened key file: the identity's signing key and its keys for messages. The root key is not in it: it
 * comes from the 24 words, which no file holds.
 */
export interface KeyedIdentity extends ShownIdentity {
  readonly publicKey: Uint8Array;
  /** sign signs what is typed, by the identity's signing key. */
  sign(what: ToSign): Uint8Array;
  /** X25519 private keys by certificate number, so that messages to earlier certificates can still be read. */
  readonly encryptSeeds: readonly Uint8Array[];
}

/** NewKeyFile is what a key file is made of. */
export interface NewKeyFile {
  readonly registry: string;
  readonly certificate: Envelope;
  readonly createdSec: number;
  readonly signingSeed: Uint8Array;
  /** One for each certificate so far, in order of number. */
  readonly encryptSeeds: readonly Uint8Array[];
}

/** SealOptions are for tests: a lower cost than `SCRYPT_COST` makes them quick. */
export interface SealOptions {
  readonly random: (count: number) => Uint8Array;
  readonly cost?: number;
}

/** encodeKeyFile makes the file's bytes. */
export function encodeKeyFile(made: NewKeyFile, passphrase: string, options: SealOptions): Uint8Array {
  const shown = { certificate: envelopeToJson(made.certificate), createdSec: made.createdSec, registry: made.registry };
  const secret = encodeJson({ encrypt: made.encryptSeeds.map((seed) => toBase64(seed)), signing: toBase64(made.signingSeed) });
  try {
    return sealFile(KEY_FORMAT, shown, secret, passphrase, options.random, options.cost);
  } finally {
    secret.fill(0);
  }
}

/** createKeyFile writes a new key file, readable by its owner only. @throws CliRefusal `file-exists`: a key is never written over. */
export function createKeyFile(path: string, made: NewKeyFile, passphrase: string, options: SealOptions): void {
  if (existsSync(path)) refuseCli('file-exists', `${path} exists already, and a key file is never written over.`);
  writeFileSafely(path, encodeKeyFile(made, passphrase, options));
}

/** showKeyFile reads what needs no passphrase. @throws CliRefusal `no-file`, `bad-key-file`, `key-file-edited`. */
export function showKeyFile(path: string): ShownIdentity {
  return showSealed(readSealedFile(KEY_FORMAT, readPrivate(path)));
}

/** openKeyFile opens a key file. @throws CliRefusal `no-file`, `bad-key-file`, `key-file-edited`, `wrong-passphrase`. */
export function openKeyFile(path: string, passphrase: string): KeyedIdentity {
  return openKeyBytes(readPrivate(path), passphrase);
}

/** openKeyBytes is `openKeyFile` for bytes. */
export function openKeyBytes(encoded: Uint8Array, passphrase: string): KeyedIdentity {
  const sealed = readSealedFile(KEY_FORMAT, encoded);
  const shown = showSealed(sealed);
  const secret = sealed.open(passphrase);
  const { encryptSeeds, signingSeed } = formOf(() => readSecret(secret));
  secret.fill(0);
  const publicKey = publicKeyOf(signingSeed);
  if (toBase64(publicKey) !== shown.certificate.key) refuseCli('bad-key-file', 'The signing key in the key file is not the one of its certificate.');
  return { ...shown, encryptSeeds, publicKey, sign: (what) => sign(what, signingSeed) };
}

/** readPrivate reads a file of keys. @throws CliRefusal `no-file`, `bad-key-file`. */
export function readPrivate(path: string): Uint8Array {
  let encoded: Uint8Array;
  try {
    encoded = readFileSync(path);
  } catch {
    return refuseCli('no-file', `${path} can't be read.`);
  }
  return encoded.length <= MAX_SEALED_FILE_BYTES ? encoded : refuseCli('bad-key-file', `${path} is too large for a key file.`);
}

function showSealed(sealed: SealedFile): ShownIdentity {
  return formOf(() => {
    const fields = object(sealed.public, ['certificate', 'createdSec', 'registry'], 'file.public');
    const registry = hash(fields.registry, 'file.public.registry');
    const certificate = openIdentity(envelopeFromJson(fields.certificate, 'identity', 'file.public.certificate'), registry);
    return { certificate, createdSec: integer(fields.createdSec, 'file.public.createdSec', 0, MAX_TIME_SEC), registry, udf: certificate.udf };
  });
}

function readSecret(secret: Uint8Array): { encryptSeeds: Uint8Array[]; signingSeed: Uint8Array } {
  const fields = object(parseJson(secret, MAX_SEALED_FILE_BYTES), ['encrypt', 'signing'], 'secret');
  return {
    encryptSeeds: array(fields.encrypt, 'secret.encrypt', MAX_CERTIFICATES).map((seed, index) => bytes(seed, `secret.encrypt[${index}]`, SEED_BYTES)),
    signingSeed: bytes(fields.signing, 'secret.signing', SEED_BYTES),
  };
}

function formOf<Value>(read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (error instanceof Refusal) return refuseCli('bad-key-file', `What the key file holds is not in order: ${error.detail}`);
    throw error;
  }
}
