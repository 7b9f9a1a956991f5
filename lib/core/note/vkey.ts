import { fromBase64, toBase64 } from '../bytes/base64';
import { concat, isWellFormed, utf8 } from '../bytes/bytes';
import { sha256 } from '../bytes/sha256';
import { isValidPublicKey } from '../keys/ed25519';
import { Refusal, refuse } from '../refusal';

/*
 * Verifier keys of signed notes (c2sp.org/signed-note, v1.0.0): name "+" 8 hex digits "+" base64(type ‖ public key).
 */

/** ED25519 signs the text of a note, COSIGNATURE (c2sp.org/tlog-cosignature) a checkpoint together with a time. */
export const ED25519 = 0x01;
export const COSIGNATURE = 0x04;

/** VkeyType are the key types we can check; other types on a note are passed over like unknown keys. */
export type VkeyType = typeof ED25519 | typeof COSIGNATURE;

/** Vkey is a parsed verifier key. */
export interface Vkey {
  name: string;
  /** keyId is the big-endian number of the first four bytes of SHA-256(name ‖ 0x0A ‖ type ‖ key): a hint, not an identity. */
  keyId: number;
  type: VkeyType;
  /** publicKey has 32 bytes. */
  publicKey: Uint8Array;
}

const MAX_NAME_BYTES = 255;

/** isKeyName: not empty, no Unicode space, no control character, no "+", at most 255 bytes. */
export function isKeyName(name: string): boolean {
  return isWellFormed(name) && /^[^+\p{White_Space}\p{Cc}]+$/u.test(name) && utf8(name).length <= MAX_NAME_BYTES;
}

/** makeVkey builds the verifier key of a public key. Refuses `bad-vkey`. */
export function makeVkey(name: string, type: VkeyType, publicKey: Uint8Array): Vkey {
  if (!isKeyName(name)) refuse('bad-vkey', 'A key name must not be empty, nor hold spaces or a plus sign.');
  if (!isValidPublicKey(publicKey)) refuse('bad-vkey', 'This is not a public key that can sign.');
  return { name, keyId: keyIdOf(name, type, publicKey), type, publicKey };
}

/** keyIdOf computes the key ID (see Vkey). */
export function keyIdOf(name: string, type: VkeyType, publicKey: Uint8Array): number {
  const digest = sha256(concat(utf8(`${name}\n`), Uint8Array.of(type), publicKey));
  return new DataView(digest.buffer, digest.byteOffset, 4).getUint32(0);
}

/** formatVkey writes the text form. */
export function formatVkey(vkey: Vkey): string {
  return `${vkey.name}+${vkey.keyId.toString(16).padStart(8, '0')}+${toBase64(concat(Uint8Array.of(vkey.type), vkey.publicKey))}`;
}

/** parseVkey reads the text form, and refuses (`bad-vkey`) what does not format to itself, other key types, and a wrong key ID. */
export function parseVkey(value: string): Vkey {
  const parts = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(value);
  if (parts === null) return refuse('bad-vkey', 'A verifier key is written name+key ID+base64.');
  const key = decodeKey(parts[3] as string);
  const type = key[0];
  if (type !== ED25519 && type !== COSIGNATURE) return refuse('bad-vkey', 'This type of verifier key is not known here.');
  const vkey = makeVkey(parts[1] as string, type, key.slice(1));
  if (vkey.keyId !== Number.parseInt(parts[2] as string, 16)) refuse('bad-vkey', 'The key ID is not the one of this name and key.');
  return vkey;
}

/** sameKeyHint tells whether a signature line with this name and key ID claims to be by `vkey`. */
export function sameKeyHint(vkey: Vkey, line: { name: string; keyId: number }): boolean {
  return vkey.keyId === line.keyId && vkey.name === line.name;
}

function decodeKey(value: string): Uint8Array {
  try {
    return fromBase64(value);
  } catch (error) {
    if (error instanceof Refusal) return refuse('bad-vkey', 'The key of a verifier key must be base64.');
    throw error;
  }
}
