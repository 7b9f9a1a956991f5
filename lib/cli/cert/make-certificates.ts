import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { concat } from '../../core/bytes/bytes';
import { fromHex, toHex } from '../../core/bytes/hex';
import { publicKeyOf } from '../../core/keys/sign';
import { showUdf, udfOf } from '../../core/keys/udf';
import { nameConstraints } from './der';

/*
 * The certificates of a name's devices: the identity's Ed25519 root signs a P-256 authority that can vouch for this one name only, and
 * the authority issues leaves for the name's hosts. Browsers take no Ed25519 leaves and some checkers no wildcards under mm--, so
 * everything below the root is P-256 and every name is exact.
 */

const P256 = { hash: 'SHA-256', name: 'ECDSA', namedCurve: 'P-256' };
const DAY_MS = 86_400_000;
/** A clock that is a little behind must not refuse a fresh certificate. */
const BACKDATE_MS = 3_600_000;
/** RFC 5280 §4.1.2.5: no well-defined end. The root's key is the identity, for life. */
const NO_END = new Date('9999-12-31T23:59:59Z');
const AUTHORITY_YEARS = 10;
/** LEAF_DAYS and MAX_LEAF_DAYS: how long a leaf is good for; longer ones are refused by some browsers. */
export const LEAF_DAYS = 90;
export const MAX_LEAF_DAYS = 397;
const SERIAL_BYTES = 16;
const MAX_COMMON_NAME = 64;
const NAME_CONSTRAINTS = '2.5.29.30';
const SERVER_AUTH = x509.ExtendedKeyUsage.serverAuth;
// RFC 8410 §7: PKCS #8 of a 32-byte Ed25519 seed.
const PKCS8_ED25519 = fromHex('302e020100300506032b657004220420');

/** Made is a certificate with the private key that it is about, both DER; the key is PKCS #8. */
export interface Made {
  readonly certificate: Uint8Array;
  readonly privateKey: Uint8Array;
}

/** World is time and randomness, from outside. */
export interface World {
  readonly nowMs: number;
  readonly random: (count: number) => Uint8Array;
}

/**
 * makeAuthority makes both certificates above the leaves: the root's own, and that of a fresh P-256 authority which can vouch for
 * `host` (`alice.mm--`) and what lies below it, and for nothing else.
 */
export async function makeAuthority(rootSeed: Uint8Array, host: string, world: World): Promise<{ root: Uint8Array; authority: Made }> {
  const rootKeys = await keysOfSeed(rootSeed);
  const rootName = `CN=${showUdf(udfOf(publicKeyOf(rootSeed)))}`;
  const from = new Date(world.nowMs - BACKDATE_MS);
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    extensions: [
      new x509.BasicConstraintsExtension(true, 1, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(rootKeys.publicKey),
    ],
    keys: rootKeys,
    name: rootName,
    notAfter: NO_END,
    notBefore: from,
    serialNumber: serial(world),
    signingAlgorithm: { name: 'Ed25519' },
  });
  const keys = await webcrypto.subtle.generateKey(P256, true, ['sign', 'verify']);
  const authority = await x509.X509CertificateGenerator.create({
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      new x509.ExtendedKeyUsageExtension([SERVER_AUTH]),
      new x509.Extension(NAME_CONSTRAINTS, true, own(nameConstraints(host))),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(rootKeys.publicKey),
    ],
    issuer: rootName,
    notAfter: new Date(world.nowMs + AUTHORITY_YEARS * 365 * DAY_MS),
    notBefore: from,
    publicKey: keys.publicKey,
    serialNumber: serial(world),
    signingAlgorithm: { name: 'Ed25519' },
    signingKey: rootKeys.privateKey,
    subject: [{ CN: [commonName(`Authority of ${host}`)] }],
  });
  return { authority: { certificate: bytesOf(authority), privateKey: await exported(keys.privateKey) }, root: bytesOf(root) };
}

/** issueLeaf makes a key and a certificate for exactly `hosts`, signed by the authority. */
export async function issueLeaf(authority: Made, hosts: readonly string[], days: number, world: World): Promise<Made> {
  const issuer = new x509.X509Certificate(own(authority.certificate));
  const signingKey = await webcrypto.subtle.importKey('pkcs8', own(authority.privateKey), P256, false, ['sign']);
  const keys = await webcrypto.subtle.generateKey(P256, true, ['sign', 'verify']);
  const until = Math.min(world.nowMs + days * DAY_MS, issuer.notAfter.getTime());
  const leaf = await x509.X509CertificateGenerator.create({
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([SERVER_AUTH]),
      new x509.SubjectAlternativeNameExtension(hosts.map((host) => ({ type: 'dns' as const, value: host }))),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(issuer),
    ],
    issuer: issuer.subject,
    notAfter: new Date(until),
    notBefore: new Date(Math.max(world.nowMs - BACKDATE_MS, issuer.notBefore.getTime())),
    publicKey: keys.publicKey,
    serialNumber: serial(world),
    signingAlgorithm: P256,
    signingKey,
    subject: [{ CN: [commonName(hosts[0] ?? '')] }],
  });
  return { certificate: bytesOf(leaf), privateKey: await exported(keys.privateKey) };
}

/** pemOf writes certificates or a PKCS #8 key as PEM. */
export function pemOf(kind: 'CERTIFICATE' | 'PRIVATE KEY', ...ders: readonly Uint8Array[]): string {
  const block = (der: Uint8Array) => `-----BEGIN ${kind}-----\n${(Buffer.from(der).toString('base64').match(/.{1,64}/g) ?? []).join('\n')}\n-----END ${kind}-----\n`;
  return ders.map(block).join('');
}

async function keysOfSeed(seed: Uint8Array): Promise<CryptoKeyPair> {
  const pkcs8 = own(concat(PKCS8_ED25519, seed));
  const privateKey = await webcrypto.subtle.importKey('pkcs8', pkcs8, { name: 'Ed25519' }, false, ['sign']);
  pkcs8.fill(0);
  const publicKey = await webcrypto.subtle.importKey('raw', own(publicKeyOf(seed)), { name: 'Ed25519' }, true, ['verify']);
  return { privateKey, publicKey };
}

/** serial is 16 random bytes as a positive number. */
function serial(world: World): string {
  const bytes = world.random(SERIAL_BYTES);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return toHex(bytes);
}

/** commonName fits RFC 5280's bound of 64; names are matched against the alternative names alone. */
function commonName(text: string): string {
  return text.slice(0, MAX_COMMON_NAME);
}

function bytesOf(certificate: x509.X509Certificate): Uint8Array {
  return new Uint8Array(certificate.rawData);
}

async function exported(key: CryptoKey): Promise<Uint8Array> {
  return new Uint8Array(await webcrypto.subtle.exportKey('pkcs8', key));
}

function own(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}
