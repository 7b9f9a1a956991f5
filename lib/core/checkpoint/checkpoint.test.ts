import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { onlyRefuses, refusalCode } from '../../../.config/refused';
import { toBase64 } from '../bytes/base64';
import { text, utf8 } from '../bytes/bytes';
import { publicKeyOf, sign, signWith } from '../keys/sign';
import { cosignatureToSign, formatCosignature } from '../note/cosignature';
import { formatNote, signatureLine } from '../note/note';
import { COSIGNATURE, ED25519, makeVkey } from '../note/vkey';
import { checkpointToSign, formatCheckpoint, formatCheckpointBody, openCheckpoint, parseAnyCheckpointBody, parseCheckpointBody } from './checkpoint';
import { formatTlogProof, MAX_PROOF_HASHES, parseTlogProof } from './tlog-proof';

const seed = new Uint8Array(32).fill(3);
const nextSeed = new Uint8Array(32).fill(4);
const origin = 'mns.example/tlog/names';
const vkey = makeVkey(origin, ED25519, publicKeyOf(seed));
const nextVkey = makeVkey(origin, ED25519, publicKeyOf(nextSeed));
const root = new Uint8Array(32).fill(0xab);
const body = checkpointToSign({ origin, size: 42, root });
const note = formatCheckpoint(body, [signWith(body, seed)]);

test('a checkpoint is three lines', () => {
  expect(body.text).toBe(`${origin}\n42\n${toBase64(root)}\n`);
  expect(parseCheckpointBody(body.text)).toEqual({ origin, size: 42, root });
  expect(parseCheckpointBody(formatCheckpointBody({ origin, size: 0, root })).size).toBe(0);
});

test.each([
  ['an extension line', `${body.text}x\n`],
  ['an empty line', `${body.text}\n`],
  ['no last line feed', body.text.trimEnd()],
  ['a leading zero', body.text.replace('\n42', '\n042')],
  ['an unsafe size', body.text.replace('\n42', '\n9007199254740992')],
  ['a negative size', body.text.replace('\n42', '\n-42')],
  ['a short root', `${origin}\n42\n${toBase64(root.subarray(1))}\n`],
  ['a root with non-zero unused bits', body.text.replace('=\n', '\n').replace(/.\n$/, 'x=\n')],
  ['an origin with a space', body.text.replace('mns', 'm s')],
  ['an origin with a plus', body.text.replace('mns', 'm+s')],
  ['no origin', body.text.slice(origin.length)],
  ['carriage returns', body.text.replaceAll('\n', '\r\n')],
])('a checkpoint with %s is refused', (_, bad) => {
  expect(refusalCode(() => parseCheckpointBody(bad))).toBe('bad-checkpoint');
});

test('checkpoints of other logs may have extension lines', () => {
  expect(parseAnyCheckpointBody(`${body.text}x\ny\n`).extensions).toEqual(['x', 'y']);
});

test('what cannot be parsed back is not signed', () => {
  for (const bad of [{ origin: 'a b', size: 1, root }, { origin, size: -1, root }, { origin, size: 2 ** 53, root }, { origin, size: 1, root: new Uint8Array(31) }]) {
    expect(refusalCode(() => checkpointToSign(bad))).toBe('bad-checkpoint');
  }
  expect(refusalCode(() => formatCheckpoint(body, [{ publicKey: vkey.publicKey, signature: new Uint8Array(63) }]))).toBe('bad-signature');
});

test('a checkpoint opens by its log’s key, and no other', () => {
  expect(openCheckpoint(note, vkey)).toMatchObject({ origin, size: 42, root });
  expect(openCheckpoint(utf8(note), [vkey, nextVkey]).size).toBe(42);
  expect(refusalCode(() => openCheckpoint(note, nextVkey))).toBe('untrusted-note');
  expect(refusalCode(() => openCheckpoint(note.replace('\n42', '\n43'), vkey))).toBe('bad-signature');
});

test('while a log key changes, both lines stand and either key opens', () => {
  const both = formatCheckpoint(body, [signWith(body, seed), signWith(body, nextSeed)]);
  for (const trusted of [vkey, nextVkey]) expect(openCheckpoint(both, trusted).size).toBe(42);
  expect(openCheckpoint(both, [vkey, nextVkey]).note.verified).toHaveLength(2);
});

test('the key of one log does not open the checkpoint of another', () => {
  const other = makeVkey('mns.example/tlog/proofs', ED25519, vkey.publicKey);
  const crossed = formatNote(body.text, [signatureLine(other.name, other.keyId, sign(body, seed))]);
  expect(refusalCode(() => openCheckpoint(crossed, other))).toBe('bad-checkpoint');
});

test('a cosignature alone does not open a checkpoint', () => {
  const cosigner = makeVkey(origin, COSIGNATURE, vkey.publicKey);
  const message = cosignatureToSign(5, body.text);
  const cosigned = formatNote(body.text, [signatureLine(origin, cosigner.keyId, formatCosignature({ timeSec: 5, signature: sign(message, seed) }))]);
  expect(refusalCode(() => openCheckpoint(cosigned, cosigner))).toBe('bad-vkey');
  expect(refusalCode(() => openCheckpoint(cosigned, vkey))).toBe('untrusted-note');
});

test('a proof file survives its bytes', () => {
  const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
  const proofs = fc.record({ extra: fc.option(fc.uint8Array({ maxLength: 40 })), index: fc.maxSafeNat(), proof: fc.array(hash, { maxLength: MAX_PROOF_HASHES }), note: fc.constantFrom(note, 'x\n', '\nx\n') });
  fc.assert(
    fc.property(proofs, (proof) => {
      expect(parseTlogProof(formatTlogProof(proof))).toEqual(proof);
    }),
  );
});

test('a damaged proof file or checkpoint is refused or formats to itself again', () => {
  const file = formatTlogProof({ extra: utf8('extra'), index: 5, proof: [root, root], note });
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 0, max: 255 }), fc.uint8Array({ maxLength: 90 }), (at, to, raw) => {
      const damaged = Uint8Array.from(file);
      damaged[at % damaged.length] = to;
      for (const input of [damaged, raw]) onlyRefuses(() => expect(formatTlogProof(parseTlogProof(input))).toEqual(input));
      const line = utf8(body.text);
      line[at % line.length] = to;
      onlyRefuses(() => expect(utf8(formatCheckpointBody(parseCheckpointBody(text(line))))).toEqual(line));
    }),
    { numRuns: 500 },
  );
});

test('a proof file that cannot be read back is not written', () => {
  const good = { extra: null, index: 0, proof: [], note };
  for (const bad of [{ ...good, index: -1 }, { ...good, proof: [new Uint8Array(31)] }, { ...good, note: 'x' }, { ...good, proof: Array.from({ length: 64 }, () => root) }]) {
    expect(refusalCode(() => formatTlogProof(bad))).toBe('bad-proof-file');
  }
  expect(refusalCode(() => parseTlogProof(new Uint8Array(1_100_001)))).toBe('too-large');
});
