import { hkdf } from '@noble/hashes/hkdf.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { entropyToMnemonic, mnemonicToSeedSync, validateMnemonic } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { utf8 } from '../core/bytes/bytes';

/** WORD_COUNT words hold 256 bits and a checksum of 8 (BIP 39). */
export const WORD_COUNT = 24;
const ENTROPY_BYTES = 32;
const KEY_BYTES = 32;
const ROOT_LABEL = utf8('mns/root/v1');
const ENCRYPT_LABEL = 'mns/encrypt/v1/';

/** createWords returns 24 fresh English words (BIP 39). `random(n)` gives n random bytes; only tests pass another than the browser's. */
export function createWords(random: (sizeBytes: number) => Uint8Array = browserRandom): string[] {
  return entropyToMnemonic(random(ENTROPY_BYTES), wordlist).split(' ');
}

/** browserRandom returns `sizeBytes` bytes of the platform's randomness. */
export function browserRandom(sizeBytes: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(sizeBytes));
}

/** tidyWords turns what a person typed or pasted (any case, any white space) into a list of words. */
export function tidyWords(input: string): string[] {
  return input.normalize('NFKD').toLowerCase().split(/[^a-z]+/).filter((word) => word !== '');
}

export type WordsProblem = { at: number; word: string } | 'count' | 'checksum';

/** problemWithWords says what is wrong with a list of words: the first that is none (`at` counts from 0), their number, or the checksum; null when they are good. */
export function problemWithWords(words: readonly string[]): WordsProblem | null {
  const at = words.findIndex((word) => !wordlist.includes(word));
  if (at >= 0) return { at, word: words[at] ?? '' };
  if (words.length !== WORD_COUNT) return 'count';
  return validateMnemonic(words.join(' '), wordlist) ? null : 'checksum';
}

/**
 * rootSeedOf derives the 32-byte Ed25519 seed of the root key from 24 words: HKDF-SHA-512 over the 64-byte BIP 39
 * seed (empty passphrase), no salt, info `mns/root/v1`. The caller overwrites the result as soon as it has signed.
 */
export function rootSeedOf(words: readonly string[]): Uint8Array {
  return derive(words, ROOT_LABEL);
}

/** encryptSeedOf derives the 32-byte X25519 private key of certificate `number`, so that the words can read old messages again. */
export function encryptSeedOf(words: readonly string[], number: number): Uint8Array {
  return derive(words, utf8(`${ENCRYPT_LABEL}${number}`));
}

function derive(words: readonly string[], label: Uint8Array): Uint8Array {
  const seed = mnemonicToSeedSync(words.join(' '));
  const key = hkdf(sha512, seed, undefined, label, KEY_BYTES);
  seed.fill(0);
  return key;
}
