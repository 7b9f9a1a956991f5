import { createCipheriv, createDecipheriv, scryptSync } from 'node:crypto';
import { toBase64 } from '../../core/bytes/base64';
import { concat, equalBytes, utf8 } from '../../core/bytes/bytes';
import { encodeJson, type Json, parseJson } from '../../core/bytes/canonical-json';
import { bytes as bytesField, integer, object, oneOf } from '../../core/bytes/fields';
import { sha256 } from '../../core/bytes/sha256';
import { Refusal } from '../../core/refusal';
import { refuseCli } from '../cli-refusal';

/*
 * A sealed file: canonical JSON of public fields and of a secret under a passphrase. scrypt makes 64 bytes of the passphrase: 32 are the key
 * of ChaCha20-Poly1305, the others tell a wrong passphrase from an edited file. The public fields are authenticated with the secret;
 * `sum` finds accidental damage without a passphrase.
 */

/** MAX_SEALED_FILE_BYTES bounds what is read. */
export const MAX_SEALED_FILE_BYTES = 262_144;
/** SCRYPT_COST is N of new files: 128 MiB and some tenths of a second a guess (OWASP's first choice, 2^17, 8, 1). */
export const SCRYPT_COST = 2 ** 17;
const SCRYPT_BLOCK = 8;
const SCRYPT_LANES = 1;
const MIN_COST = 2 ** 12;
const MAX_COST = 2 ** 20;
const SALT_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const CHECK_BYTES = 16;
const CIPHER = 'chacha20-poly1305';

const SEAL_FIELDS = ['check', 'cipher', 'format', 'kdf', 'nonce', 'public', 'sealed', 'sum'] as const;

/** SealedFile is such a file after a look at its form: nothing of it is trusted before it is opened. */
export interface SealedFile {
  readonly public: Json;
  /** open gives the secret. @throws CliRefusal `wrong-passphrase`, `key-file-edited`. */
  open(passphrase: string): Uint8Array;
}

interface Kdf {
  n: number;
  p: number;
  r: number;
  salt: string;
}

/** sealFile writes a secret and the public fields that go with it. `random(n)` gives n random bytes; only tests choose a lower cost. */
export function sealFile(format: string, shown: Json, secret: Uint8Array, passphrase: string, random: (count: number) => Uint8Array, cost: number = SCRYPT_COST): Uint8Array {
  const kdf: Kdf = { n: cost, p: SCRYPT_LANES, r: SCRYPT_BLOCK, salt: toBase64(random(SALT_BYTES)) };
  const keys = derive(passphrase, kdf);
  const head = { check: toBase64(checkOf(keys.check)), cipher: CIPHER, format, kdf: { ...kdf, name: 'scrypt' }, nonce: toBase64(random(NONCE_BYTES)), public: shown };
  const cipher = createCipheriv(CIPHER, keys.cipher, Buffer.from(head.nonce, 'base64'), { authTagLength: TAG_BYTES });
  cipher.setAAD(encodeJson(head), { plaintextLength: secret.length });
  const sealed = concat(cipher.update(secret), cipher.final(), cipher.getAuthTag());
  keys.cipher.fill(0);
  const whole = { ...head, sealed: toBase64(sealed) };
  return encodeJson({ ...whole, sum: toBase64(sha256(encodeJson(whole))) });
}

/** readSealedFile reads the form. @throws CliRefusal `bad-key-file` (no such file), `key-file-edited` (its sum does not hold). */
export function readSealedFile(format: string, bytes: Uint8Array): SealedFile {
  const file = readForm(format, bytes);
  const { sum: _sum, ...whole } = file.json;
  if (!equalBytes(sha256(encodeJson(whole)), file.sum)) refuseCli('key-file-edited', 'The key file has been changed or is damaged: its sum does not hold.');
  const { sealed: _sealed, ...head } = whole;
  return {
    public: head.public ?? null,
    open(passphrase) {
      const keys = derive(passphrase, file.kdf);
      if (!equalBytes(checkOf(keys.check), file.check)) refuseCli('wrong-passphrase', 'That passphrase does not open this key file.');
      const decipher = createDecipheriv(CIPHER, keys.cipher, file.nonce, { authTagLength: TAG_BYTES });
      decipher.setAAD(encodeJson(head), { plaintextLength: file.sealed.length - TAG_BYTES });
      decipher.setAuthTag(file.sealed.subarray(-TAG_BYTES));
      try {
        return concat(decipher.update(file.sealed.subarray(0, -TAG_BYTES)), decipher.final());
      } catch {
        return refuseCli('key-file-edited', 'The key file has been changed: what it seals does not fit what it shows.');
      } finally {
        keys.cipher.fill(0);
      }
    },
  };
}

function readForm(format: string, bytes: Uint8Array): { json: { [field: string]: Json }; kdf: Kdf; check: Uint8Array; nonce: Uint8Array; sealed: Uint8Array; sum: Uint8Array } {
  try {
    const json = object(parseJson(bytes, MAX_SEALED_FILE_BYTES), SEAL_FIELDS, 'file');
    oneOf(json.format, 'file.format', [format]);
    oneOf(json.cipher, 'file.cipher', [CIPHER]);
    const kdf = object(json.kdf, ['n', 'name', 'p', 'r', 'salt'], 'file.kdf');
    oneOf(kdf.name, 'file.kdf.name', ['scrypt']);
    const salt = toBase64(bytesField(kdf.salt, 'file.kdf.salt', SALT_BYTES));
    const n = integer(kdf.n, 'file.kdf.n', MIN_COST, MAX_COST);
    if (!Number.isInteger(Math.log2(n))) throw new Refusal('bad-field', 'file.kdf.n must be a power of two.');
    const sealed = bytesField(json.sealed, 'file.sealed');
    if (sealed.length < TAG_BYTES) throw new Refusal('bad-field', 'file.sealed is too short.');
    return {
      check: bytesField(json.check, 'file.check', CHECK_BYTES),
      json,
      kdf: { n, p: integer(kdf.p, 'file.kdf.p', 1, 1), r: integer(kdf.r, 'file.kdf.r', SCRYPT_BLOCK, SCRYPT_BLOCK), salt },
      nonce: bytesField(json.nonce, 'file.nonce', NONCE_BYTES),
      sealed,
      sum: bytesField(json.sum, 'file.sum', 32),
    };
  } catch (error) {
    if (error instanceof Refusal) return refuseCli('bad-key-file', `This is not a key file of the format ${format}: ${error.detail}`);
    throw error;
  }
}

function derive(passphrase: string, { n, p, r, salt }: Kdf): { cipher: Uint8Array; check: Uint8Array } {
  // Twice what scrypt itself needs (128 N r): Node's own bound of 32 MiB would refuse.
  const maxmem = 256 * n * r;
  const keys = scryptSync(utf8(passphrase.normalize('NFKC')), Buffer.from(salt, 'base64'), 64, { N: n, maxmem, p, r });
  return { check: keys.subarray(32), cipher: keys.subarray(0, 32) };
}

function checkOf(half: Uint8Array): Uint8Array {
  return sha256(half).subarray(0, CHECK_BYTES);
}
