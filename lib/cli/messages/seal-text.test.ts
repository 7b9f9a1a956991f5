import { x25519 } from '@noble/curves/ed25519.js';
import { expect, test } from 'vitest';
import type { MessageHeader } from '../../core/assertion/message';
import { toBase64 } from '../../core/bytes/base64';
import { utf8 } from '../../core/bytes/bytes';
import { codeOf } from '../code-for-tests';
import { openText, sealText } from './seal-text';

const SEED = new Uint8Array(32).fill(4);
const KEY = x25519.getPublicKey(SEED);
const HEADER: MessageHeader = { from: 'A', keyNumber: 0, nonce: 'n', registry: 'r', timeSec: 1, to: 'B', toName: 'b.0' };

test('what is sealed to a key is opened by its seed, and two seals of one text have nothing in common', () => {
  const sealed = sealText(utf8('Grüße'), KEY, HEADER);
  expect(new TextDecoder().decode(openText(sealed, SEED, HEADER))).toBe('Grüße');
  const again = sealText(utf8('Grüße'), KEY, HEADER);
  expect(again.ciphertext).not.toBe(sealed.ciphertext);
  expect(again.ephemeral).not.toBe(sealed.ephemeral);
});

test('another key, a changed header, a changed byte: none opens', () => {
  const sealed = sealText(utf8('secret'), KEY, HEADER);
  expect(codeOf(() => openText(sealed, new Uint8Array(32).fill(5), HEADER))).toBe('not-for-us');
  for (const change of [{ from: 'C' }, { to: 'C' }, { toName: 'b.1' }, { timeSec: 2 }, { keyNumber: 1 }]) expect(codeOf(() => openText(sealed, SEED, { ...HEADER, ...change }))).toBe('not-for-us');
  const bytes = Buffer.from(sealed.ciphertext, 'base64');
  for (const at of [0, 100, bytes.length - 1]) {
    const edited = Uint8Array.from(bytes);
    edited[at] = (edited[at] ?? 0) ^ 1;
    expect(codeOf(() => openText({ ...sealed, ciphertext: toBase64(edited) }, SEED, HEADER))).toBe('not-for-us');
  }
});

test('a key of small order is refused on both sides, since its secret is known to everybody', () => {
  for (const key of [new Uint8Array(32), Uint8Array.of(1, ...new Uint8Array(31))]) {
    expect(codeOf(() => sealText(utf8('x'), key, HEADER))).toBe('bad-recipient-key');
    expect(codeOf(() => openText({ ...sealText(utf8('x'), KEY, HEADER), ephemeral: toBase64(key) }, SEED, HEADER))).toBe('bad-recipient-key');
  }
});
