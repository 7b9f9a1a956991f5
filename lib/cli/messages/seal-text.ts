import { createCipheriv, createDecipheriv, createPrivateKey, createPublicKey, diffieHellman, generateKeyPairSync, hkdfSync, type KeyObject } from 'node:crypto';
import { type MessageHeader, messageContext, padText, unpadText } from '../../core/assertion/message';
import { toBase64 } from '../../core/bytes/base64';
import { concat, utf8 } from '../../core/bytes/bytes';
import { fromHex } from '../../core/bytes/hex';
import { refuseCli } from '../cli-refusal';

/*
 * A message's text for one recipient (SPEC §18): X25519 with a fresh key, HKDF-SHA-256, ChaCha20-Poly1305. The key is used once, so
 * its nonce is zero; the header is authenticated, so a text can't be taken over into another message.
 */

const CIPHER = 'chacha20-poly1305';
const LABEL = utf8('mns/message/v1');
const KEY_BYTES = 32;
const TAG_BYTES = 16;
const NONCE = new Uint8Array(12);
// RFC 8410: SubjectPublicKeyInfo and PKCS #8 of an X25519 key, without the key.
const SPKI_X25519 = fromHex('302a300506032b656e032100');
const PKCS8_X25519 = fromHex('302e020100300506032b656e04220420');

/** SealedText is what stands in a message. */
export interface SealedText {
  readonly ciphertext: string;
  readonly ephemeral: string;
}

/** sealText seals a text to `recipientKey`, 32 bytes of X25519. @throws CliRefusal `bad-recipient-key`, Refusal `too-large`. */
export function sealText(text: Uint8Array, recipientKey: Uint8Array, header: MessageHeader): SealedText {
  const fresh = generateKeyPairSync('x25519');
  const ephemeral = rawOf(fresh.publicKey);
  const key = agree(fresh.privateKey, recipientKey, ephemeral, recipientKey);
  const cipher = createCipheriv(CIPHER, key, NONCE, { authTagLength: TAG_BYTES });
  const padded = padText(text);
  cipher.setAAD(messageContext(header), { plaintextLength: padded.length });
  const sealed = concat(cipher.update(padded), cipher.final(), cipher.getAuthTag());
  return { ciphertext: toBase64(sealed), ephemeral: toBase64(ephemeral) };
}

/** openText opens what was sealed to the key of `seed`. @throws CliRefusal `not-for-us`, Refusal `bad-field`. */
export function openText(sealed: SealedText, seed: Uint8Array, header: MessageHeader): Uint8Array {
  const own = createPrivateKey({ format: 'der', key: Buffer.from(concat(PKCS8_X25519, seed)), type: 'pkcs8' });
  const [bytes, ephemeral] = [Buffer.from(sealed.ciphertext, 'base64'), Buffer.from(sealed.ephemeral, 'base64')];
  const key = agree(own, ephemeral, ephemeral, rawOf(createPublicKey(own)));
  const decipher = createDecipheriv(CIPHER, key, NONCE, { authTagLength: TAG_BYTES });
  const end = Math.max(0, bytes.length - TAG_BYTES);
  decipher.setAAD(messageContext(header), { plaintextLength: end });
  let padded: Uint8Array;
  try {
    decipher.setAuthTag(bytes.subarray(end));
    padded = concat(decipher.update(bytes.subarray(0, end)), decipher.final());
  } catch {
    return refuseCli('not-for-us', 'The message is not sealed to a key of this key file, or it was changed on the way.');
  }
  return unpadText(padded);
}

/** agree derives the message's key: both public keys stand in the salt, so it holds for this pair only. */
function agree(own: KeyObject, other: Uint8Array, ephemeral: Uint8Array, recipient: Uint8Array): Uint8Array {
  let shared: Buffer;
  try {
    const publicKey = createPublicKey({ format: 'der', key: Buffer.from(concat(SPKI_X25519, other)), type: 'spki' });
    shared = diffieHellman({ privateKey: own, publicKey });
  } catch {
    // OpenSSL refuses keys of small order, which would make a secret that everybody knows.
    return refuseCli('bad-recipient-key', 'One of the message’s X25519 keys is none.');
  }
  const key = new Uint8Array(hkdfSync('sha256', shared, concat(ephemeral, recipient), LABEL, KEY_BYTES));
  shared.fill(0);
  return key;
}

function rawOf(key: KeyObject): Uint8Array {
  return new Uint8Array(key.export({ format: 'der', type: 'spki' }).subarray(-KEY_BYTES));
}
