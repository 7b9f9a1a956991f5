import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { onlyRefuses } from '../../../.config/refused';
import { utf8 } from '../bytes/bytes';
import { publicKeyOf } from '../keys/sign';
import { formatCosignature, parseCosignature } from './cosignature';
import { formatNote, parseNote, signatureLine } from './note';
import { ED25519, formatVkey, isKeyName, makeVkey, parseVkey } from './vkey';

const name = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }).filter(isKeyName);
const line = fc.record({ name, keyId: fc.nat(0xffffffff), bytes: fc.uint8Array({ minLength: 1, maxLength: 80 }) });
const noteText = fc.array(fc.string({ unit: 'grapheme', maxLength: 20 })).map((lines) => `${lines.join('\n').replaceAll(/[\p{Cc}\p{Surrogate}]/gu, '\n')}\n`);
const parts = fc.record({ text: noteText, signatures: fc.array(line, { minLength: 1, maxLength: 5 }) });
const vkeys = [1, 2, 3].map((fill) => formatVkey(makeVkey('example.org/log', ED25519, publicKeyOf(new Uint8Array(32).fill(fill)))));

const format = ({ text, signatures }: { text: string; signatures: { name: string; keyId: number; bytes: Uint8Array }[] }) =>
  formatNote(text, signatures.map((signature) => signatureLine(signature.name, signature.keyId, signature.bytes)));

test('a note survives its text', () => {
  fc.assert(
    fc.property(parts, (note) => {
      expect(parseNote(utf8(format(note)))).toEqual(note);
    }),
  );
});

test('a damaged note is refused or formats to itself again', () => {
  fc.assert(
    fc.property(parts, fc.nat(), fc.integer({ min: 0, max: 255 }), (note, at, to) => {
      const bytes = utf8(format(note));
      bytes[at % bytes.length] = to;
      onlyRefuses(() => expect(utf8(format(parseNote(bytes)))).toEqual(bytes));
    }),
  );
});

test('any text or bytes are read or refused', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.uint8Array({ maxLength: 100 }), (text, bytes) => {
      for (const input of [text, bytes, `${text}\n\n— ${text}\n`]) onlyRefuses(() => parseNote(input));
      onlyRefuses(() => parseVkey(text));
      onlyRefuses(() => expect(formatCosignature(parseCosignature(bytes))).toEqual(bytes));
    }),
  );
});

test('a damaged verifier key is refused', () => {
  fc.assert(
    fc.property(fc.constantFrom(...vkeys), fc.nat(), fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }), (vkey, at, to) => {
      const damaged = vkey.slice(0, at % vkey.length) + to + vkey.slice((at % vkey.length) + 1);
      onlyRefuses(() => expect(formatVkey(parseVkey(damaged))).toBe(vkey));
    }),
  );
});

test('72 bytes with a safe time survive as a cosignature', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.uint8Array({ minLength: 64, maxLength: 64 }), (timeSec, signature) => {
      expect(parseCosignature(formatCosignature({ timeSec, signature }))).toEqual({ timeSec, signature });
    }),
  );
});
