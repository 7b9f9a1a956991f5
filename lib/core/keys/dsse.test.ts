import { expect, test } from 'vitest';
import { refusalCode } from '../../../.config/refused';
import { toBase64 } from '../bytes/base64';
import { text, utf8 } from '../bytes/bytes';
import { encodeJson, type Json } from '../bytes/canonical-json';
import { sha256 } from '../bytes/sha256';
import { attach, attachMore, encodeEnvelope, envelopeToJson, MAX_SIGNATURES, openEnvelope, PAYLOAD_TYPES, pae, parseEnvelope, payloadBytes, payloadHash, sameEnvelope, toSign, toSignOf, verifyEnvelope } from './dsse';
import { publicKeyOf, signWith } from './sign';

const alice = new Uint8Array(32).fill(1);
const bob = new Uint8Array(32).fill(2);
const [aliceKey, bobKey] = [publicKeyOf(alice), publicKeyOf(bob)];
const what = toSign('assertion', { b: 1, a: 'x' });
const envelope = attach(what, [signWith(what, alice), signWith(what, bob)]);
const plain = envelopeToJson(envelope) as { [field: string]: Json };
const parse = (value: Json) => parseEnvelope(encodeJson(value), 16_384);

test('the pre-authentication encoding is the one of the DSSE specification', () => {
  // github.com/secure-systems-lab/dsse, protocol.md: the test vector
  expect(text(pae('http://example.com/HelloWorld', utf8('hello world')))).toBe('DSSEv1 29 http://example.com/HelloWorld 11 hello world');
  expect(text(pae('é', utf8('')))).toBe('DSSEv1 2 é 0 ');
});

test('an envelope survives its bytes, and hashes by its payload alone', () => {
  const parsed = parseEnvelope(encodeEnvelope(envelope), 4096, 'assertion');
  expect(parsed).toEqual(envelope);
  expect(text(payloadBytes(parsed))).toBe('{"a":"x","b":1}');
  expect(payloadHash(parsed)).toEqual(payloadHash(attach(what, [])));
  expect(sameEnvelope(parsed, envelope)).toBe(true);
  expect(sameEnvelope(parsed, attach(what, [signWith(what, alice)]))).toBe(false);
  expect(payloadHash(parsed)).toEqual(sha256(utf8('{"a":"x","b":1}')));
});

test('the second signer signs what the first one did', () => {
  const first = attach(what, [signWith(what, alice)]);
  const both = attachMore(first, signWith(toSignOf(first), bob));
  expect(both).toEqual(envelope);
  verifyEnvelope(both, [aliceKey, bobKey]);
});

test('exactly the required keys, in their order, must have signed', () => {
  verifyEnvelope(envelope, [aliceKey, bobKey]);
  for (const keys of [[aliceKey], [bobKey, aliceKey], [aliceKey, bobKey, aliceKey], [aliceKey, aliceKey], []]) {
    expect(refusalCode(() => verifyEnvelope(envelope, keys))).toBe('wrong-signers');
  }
  const twice = attach(what, [signWith(what, alice), signWith(what, alice)]);
  expect(refusalCode(() => verifyEnvelope(twice, [aliceKey, aliceKey]))).toBe('wrong-signers');
});

test('a changed payload, type or signature does not verify', () => {
  const [first, second] = envelope.signatures;
  if (first === undefined || second === undefined) throw new Error('two signatures expected');
  const changed = [
    { ...envelope, payload: toBase64(utf8('{"a":"y","b":1}')) },
    { ...envelope, payloadType: 'application/vnd.mns.signin+json' },
    { ...envelope, signatures: [first, { ...second, sig: first.sig }] },
  ];
  for (const bad of changed) expect(refusalCode(() => verifyEnvelope(bad, [aliceKey, bobKey]))).toBe('bad-signature');
});

test('signatures are checked by the verifier given', () => {
  let checked = 0;
  verifyEnvelope(envelope, [aliceKey, bobKey], () => ++checked > 0);
  expect(checked).toBe(2);
  expect(refusalCode(() => verifyEnvelope(envelope, [aliceKey, bobKey], () => false))).toBe('bad-signature');
});

test('an envelope of another form is refused', () => {
  const signature = { keyid: toBase64(aliceKey), sig: toBase64(new Uint8Array(64)) };
  const cases: [string, Json][] = [
    ['unknown-field', { ...plain, more: 1 }],
    ['missing-field', { payload: '', signatures: [] }],
    ['bad-payload-type', { ...plain, payloadType: 'application/json' }],
    ['bad-field', { ...plain, payload: 'Zg' }],
    ['bad-field', { ...plain, payload: 1 }],
    ['bad-field', { ...plain, signatures: {} }],
    ['unknown-field', { ...plain, signatures: [{ ...signature, x: 1 }] }],
    ['bad-field', { ...plain, signatures: [{ ...signature, keyid: 'Zg==' }] }],
    ['bad-field', { ...plain, signatures: [{ ...signature, sig: signature.keyid }] }],
    ['bad-envelope', { ...plain, signatures: [signature, signature] }],
    ['bad-field', { ...plain, signatures: Array.from({ length: MAX_SIGNATURES + 1 }, () => signature) }],
    ['bad-field', []],
  ];
  for (const [code, value] of cases) expect(refusalCode(() => parse(value))).toBe(code);
  expect(refusalCode(() => parseEnvelope(utf8(JSON.stringify(plain, null, 1)), 4096))).toBe('not-canonical');
  expect(refusalCode(() => parseEnvelope(encodeEnvelope(envelope), 100))).toBe('too-large');
  expect(refusalCode(() => parseEnvelope(encodeEnvelope(envelope), 4096, 'receipt'))).toBe('bad-payload-type');
});

test('keys and signatures of a wrong length are not attached', () => {
  expect(refusalCode(() => attach(what, [{ publicKey: new Uint8Array(31), signature: new Uint8Array(64) }]))).toBe('bad-key');
  expect(refusalCode(() => attach(what, [{ publicKey: aliceKey, signature: new Uint8Array(63) }]))).toBe('bad-signature');
});

test('an opened envelope holds the bytes that are signed, whatever its type', () => {
  for (const [payloadType, size] of [[PAYLOAD_TYPES.assertion, 0], [PAYLOAD_TYPES.identity, 1_000], ['tëxt/plain', 99], [PAYLOAD_TYPES.assertion, 10_000]] as const) {
    const payload = Uint8Array.from({ length: size }, (_, i) => i & 255);
    const open = openEnvelope({ payload: toBase64(payload), payloadType, signatures: [] });
    expect(open.payload).toEqual(payload);
    expect(open.message).toEqual(pae(payloadType, payload));
  }
});
