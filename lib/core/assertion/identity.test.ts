import { expect, test } from 'vitest';
import { toBase64 } from '../bytes/base64';
import { attach, type Envelope } from '../keys/dsse';
import { signWith } from '../keys/sign';
import { makeIdentity, makeRegistry, nextIdentity, pairOf } from './fixtures';
import { type CertificatePayload, identityToSign, openIdentity, parseIdentity } from './identity';
import { ZERO } from './payloads';
import { openReceipt, parseReceipt, receiptToSign } from './receipt';

const world = makeRegistry();
const alice = makeIdentity(world.registry, 'alice');
const { ca, encrypt, key, next, number, registry, root } = alice.certificate;
const payload: CertificatePayload = { ca, encrypt, key, next, number, registry, root };

function signedAs(fields: CertificatePayload, ...labels: string[]): Envelope {
  const prepared = identityToSign(fields);
  return attach(prepared, labels.map((label) => signWith(prepared, pairOf(label).seed)));
}

test('a certificate opens to its keys and the UDF of its root', () => {
  const opened = openIdentity(alice.certificate.envelope, world.registry);
  expect(opened).toEqual(alice.certificate);
  expect(opened.udf).toHaveLength(52);
  expect(opened.udf).toBe(openIdentity(nextIdentity(alice).certificate.envelope, world.registry).udf);
});

test('a certificate needs root and signing key, in that order, and both signatures valid', () => {
  const wrong = [[], ['alice root'], ['alice key 0', 'alice root'], ['alice root', 'bob key 0'], ['alice root', 'alice key 0', 'bob key 0']];
  for (const labels of wrong) expect(() => parseIdentity(signedAs(payload, ...labels), world.registry), labels.join()).toThrow(/^wrong-signers/);
  const other = signedAs({ ...payload, ca: ZERO }, 'alice root', 'alice key 0');
  expect(() => openIdentity({ ...other, signatures: alice.certificate.envelope.signatures }, world.registry)).toThrow(/^bad-signature/);
});

test('a certificate is for one registry, and its two keys differ', () => {
  expect(() => parseIdentity(alice.certificate.envelope, ZERO)).toThrow(/^other-registry/);
  expect(() => identityToSign({ ...payload, key: payload.root })).toThrow(/^bad-field/);
  expect(() => identityToSign({ ...payload, number: -1 })).toThrow(/^bad-field/);
  expect(() => identityToSign({ ...payload, encrypt: toBase64(new Uint8Array(31)) })).toThrow(/^bad-field/);
});

test('a receipt is the registrar’s promise, and nobody else’s', () => {
  const prepared = receiptToSign({ assertion: world.genesis.hash, bySeal: 7, registry: world.registry });
  const receipt = attach(prepared, [signWith(prepared, world.registrar.seed)]);
  expect(openReceipt(receipt, world.registry, [world.registrar.text])).toEqual({ assertion: world.genesis.hash, bySeal: 7, registry: world.registry });
  expect(() => openReceipt(receipt, ZERO, [world.registrar.text])).toThrow(/^other-registry/);
  expect(() => openReceipt(receipt, world.registry, [alice.key.text])).toThrow(/^wrong-signers/);
  const later = receiptToSign({ assertion: world.genesis.hash, bySeal: 8, registry: world.registry });
  expect(() => openReceipt({ ...receipt, payload: toBase64(later.payload) }, world.registry, [world.registrar.text])).toThrow(/^bad-signature/);
  expect(() => parseReceipt(alice.certificate.envelope)).toThrow(/^bad-payload-type/);
  expect(() => parseReceipt({ ...receipt, signatures: [] })).toThrow(/^wrong-signers/);
});
