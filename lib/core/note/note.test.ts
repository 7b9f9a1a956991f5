import { expect, test } from 'vitest';
import { refusalCode } from '../../../.config/refused';
import { utf8 } from '../bytes/bytes';
import { craftSignature } from '../keys/crafted-signatures';
import { publicKeyOf, sign } from '../keys/sign';
import { checkpointToSign, formatCheckpoint } from '../checkpoint/checkpoint';
import { COSIGNATURE_BYTES, cosignatureMessage, cosignatureToSign, formatCosignature, parseCosignature, verifyCosignature } from './cosignature';
import { formatNote, MAX_NOTE_SIGNATURES, parseNote, parseSignatureLine, signatureLine, verifyNote } from './note';
import { COSIGNATURE, ED25519, formatVkey, isKeyName, makeVkey, parseVkey } from './vkey';

const seed = new Uint8Array(32).fill(9);
const witnessSeed = new Uint8Array(32).fill(10);
const log = makeVkey('example.org/log', ED25519, publicKeyOf(seed));
const witness = makeVkey('witness.example/w', COSIGNATURE, publicKeyOf(witnessSeed));
const body = checkpointToSign({ origin: log.name, size: 7, root: new Uint8Array(32).fill(1) });
const note = formatCheckpoint(body, [{ publicKey: log.publicKey, signature: sign(body, seed) }]);
const cosigned = cosignatureToSign(1_700_000_000, body.text);
const witnessLine = signatureLine(witness.name, witness.keyId, formatCosignature({ timeSec: cosigned.timeSec, signature: sign(cosigned, witnessSeed) }));

// c2sp.org/signed-note, the example of the specification
const C2SP_VKEY = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k';
const C2SP_NOTE = 'This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n';

test('the example of the C2SP specification verifies', () => {
  const opened = verifyNote(parseNote(C2SP_NOTE), [parseVkey(C2SP_VKEY)]);
  expect(opened.text).toBe('This is an example message.\n');
  expect(opened.verified).toHaveLength(1);
});

test('a verifier key survives its text', () => {
  for (const vkey of [log, witness]) expect(parseVkey(formatVkey(vkey))).toEqual(vkey);
});

test.each([
  ['a wrong key ID', C2SP_VKEY.replace('530d903a', '530d903b')],
  ['upper-case hexadecimal', C2SP_VKEY.replace('530d903a', '530D903A')],
  ['another name', C2SP_VKEY.replace('foo', 'bar')],
  ['a name with a space', C2SP_VKEY.replace('foo', 'f o')],
  ['an unknown type', C2SP_VKEY.replace('+Aeky', '+Beky')],
  ['unpadded base64', C2SP_VKEY.slice(0, -1)],
  ['nothing', ''],
])('a verifier key with %s is refused', (_, vkey) => {
  expect(refusalCode(() => parseVkey(vkey))).toBe('bad-vkey');
});

test('a key of small order makes no verifier key', () => {
  expect(refusalCode(() => makeVkey('x', ED25519, new Uint8Array(32)))).toBe('bad-vkey');
});

test('key names hold no space of Unicode, no plus, no control character', () => {
  for (const bad of ['', 'a b', 'a+b', 'a\u0085', 'a\u00a0b', 'a\u3000', 'a\n', 'a\u007f', '\ud800', 'é'.repeat(128)]) expect(isKeyName(bad), JSON.stringify(bad)).toBe(false);
  for (const good of ['a', 'é', 'example.org/log', 'a\ufeffb', 'x'.repeat(255)]) expect(isKeyName(good)).toBe(true);
});

test('lines of unknown keys are passed over, also when only name or key ID is known', () => {
  const [line] = parseNote(note).signatures;
  const sameName = signatureLine(log.name, 1, line?.bytes ?? utf8('none'));
  const sameId = signatureLine('other', log.keyId, utf8('anything'));
  const opened = verifyNote(parseNote(formatNote(body.text, [sameName, sameId, note.split('\n\n')[1] ?? ''])), [log]);
  expect(opened.verified.map(({ vkey }) => vkey)).toEqual([log]);
  expect(refusalCode(() => verifyNote(parseNote(formatNote(body.text, [sameName, sameId])), [log]))).toBe('untrusted-note');
  expect(refusalCode(() => verifyNote(parseNote(note), []))).toBe('untrusted-note');
});

test('one invalid line of a trusted key spoils the note, valid ones beside it or not', () => {
  const forged = note + signatureLine(log.name, log.keyId, new Uint8Array(64));
  expect(refusalCode(() => verifyNote(parseNote(forged), [log]))).toBe('bad-signature');
  expect(refusalCode(() => verifyNote(parseNote(note + signatureLine(witness.name, witness.keyId, new Uint8Array(72))), [log, witness]))).toBe('bad-signature');
  expect(refusalCode(() => verifyNote(parseNote(note + signatureLine(witness.name, witness.keyId, new Uint8Array(64))), [log, witness]))).toBe('bad-cosignature');
});

test('a repeated signature counts once', () => {
  const opened = verifyNote(parseNote(note + (note.split('\n\n')[1] ?? '')), [log]);
  expect(opened.verified).toHaveLength(1);
});

test('two different trusted keys behind one name and key ID are refused', () => {
  const twin = { ...log, publicKey: witness.publicKey };
  expect(refusalCode(() => verifyNote(parseNote(note), [log, twin]))).toBe('bad-vkey');
  expect(verifyNote(parseNote(note), [log, { ...log }]).verified).toHaveLength(1);
});

test('a cosignature states its time and covers time and text', () => {
  const opened = verifyNote(parseNote(note + witnessLine), [log, witness]);
  expect(opened.verified.map(({ timeSec }) => timeSec)).toEqual([null, 1_700_000_000]);
  const line = parseSignatureLine(witnessLine.trimEnd());
  expect(line.bytes).toHaveLength(COSIGNATURE_BYTES);
  const later = formatCosignature({ ...parseCosignature(line.bytes), timeSec: 1_700_000_001 });
  expect(refusalCode(() => verifyCosignature(witness, body.text, later))).toBe('bad-signature');
  expect(refusalCode(() => verifyCosignature(witness, body.text.replace('7', '8'), line.bytes))).toBe('bad-signature');
  expect(refusalCode(() => verifyCosignature(log, body.text, line.bytes))).toBe('bad-cosignature');
});

test('the message of a cosignature is the one of c2sp.org/tlog-cosignature', () => {
  expect(cosignatureMessage(1679315147, 'example.com/x\n2\nAAA=\n')).toEqual(utf8('cosignature/v1\ntime 1679315147\nexample.com/x\n2\nAAA=\n'));
  for (const time of [-1, 1.5, 2 ** 53]) expect(refusalCode(() => cosignatureMessage(time, 'x\n'))).toBe('bad-cosignature');
  expect(refusalCode(() => cosignatureMessage(0, 'x'))).toBe('bad-cosignature');
});

test('a cosignature with a time above 2^53-1 is refused', () => {
  const bytes = new Uint8Array(COSIGNATURE_BYTES);
  bytes[1] = 0x20;
  expect(refusalCode(() => parseCosignature(bytes))).toBe('bad-cosignature');
  expect(parseCosignature(Uint8Array.of(0, 0x1f, ...new Uint8Array(6).fill(255), ...new Uint8Array(64))).timeSec).toBe(Number.MAX_SAFE_INTEGER);
});

test('the last empty line divides text and signatures', () => {
  const withEmpty = formatNote('a\n\nb\n', [witnessLine]);
  expect(parseNote(withEmpty).text).toBe('a\n\nb\n');
  expect(parseNote(utf8(withEmpty))).toEqual(parseNote(withEmpty));
});

test.each([
  ['no signatures', 'text\n'],
  ['an empty list of signatures', 'text\n\n'],
  ['no last line feed', C2SP_NOTE.trimEnd()],
  ['a carriage return', C2SP_NOTE.replaceAll('\n', '\r\n')],
  ['a tab', C2SP_NOTE.replace('This', '\tThis')],
  ['a hyphen for the dash', C2SP_NOTE.replace('—', '-')],
  ['two spaces', C2SP_NOTE.replace('— ', '—  ')],
  ['a fourth word', C2SP_NOTE.replace('=\n', '= x\n')],
  ['base64 with non-zero unused bits', C2SP_NOTE.replace('QM=\n', 'QN=\n')],
  ['a signature too short for a key ID', 'text\n\n— name AAAAAA==\n'],
])('a note with %s is refused', (_, bad) => {
  expect(refusalCode(() => parseNote(bad))).toBe('bad-note');
});

test('size and number of signatures are bounded, sixteen and more are accepted', () => {
  const many = (count: number) => formatNote('x\n', Array.from({ length: count }, (_unused, index) => signatureLine(`k${index}`, index, new Uint8Array(64))));
  expect(parseNote(many(MAX_NOTE_SIGNATURES)).signatures).toHaveLength(MAX_NOTE_SIGNATURES);
  expect(refusalCode(() => many(MAX_NOTE_SIGNATURES + 1))).toBe('bad-note');
  expect(refusalCode(() => parseNote('x'.repeat(1_000_001)))).toBe('too-large');
  expect(refusalCode(() => parseNote('\ud800\n\n— a AAAAAAA=\n'))).toBe('bad-utf8');
});

test('notes follow the one signature rule: with a part of small order in R they do not verify', () => {
  const { publicKey, message, signature } = craftSignature('a note text', 0, 1);
  const vkey = makeVkey('x', ED25519, publicKey);
  const text = new TextDecoder().decode(message);
  const crafted = { text, signatures: [{ name: 'x', keyId: vkey.keyId, bytes: signature }] };
  expect(refusalCode(() => verifyNote(crafted, [vkey]))).toBe('bad-signature');
});

test('a text without a last line feed makes no note', () => {
  expect(refusalCode(() => formatNote('x', [witnessLine]))).toBe('bad-note');
  expect(refusalCode(() => signatureLine('a b', 0, new Uint8Array(64)))).toBe('bad-note');
});
