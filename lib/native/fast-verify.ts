import { createPublicKey, verify as opensslVerify } from 'node:crypto';
import { createRequire } from 'node:module';
import type Sodium from 'sodium-native';
import { passesEncodingRules, verifySignature, type Verifier } from '../core/keys/ed25519';

/*
 * The server's Ed25519 verifier: the encoding rules of lib/core/keys, then the fastest library here whose last check is the rule's
 * (no cofactor). libsodium 1.0.21, inside sodium-native 5.1.0, compares encode([S]B - [k]A) with R: the rule. Its development branch
 * multiplies by the cofactor and so accepts more; whoever raises the version meets the probes below, which fall back to OpenSSL (always
 * without cofactor, half as fast), and the agreement tests.
 */

/** NamedVerifier is a verifier with the name of the library below it, for the log line at start. */
export interface NamedVerifier {
  name: 'libsodium' | 'openssl' | 'plain';
  verify: Verifier;
}

/** ToVerify is one signature to check. */
export interface ToVerify {
  publicKey: Uint8Array;
  message: Uint8Array;
  signature: Uint8Array;
}

interface Probe {
  publicKey: string;
  signature: string;
  valid: boolean;
}

const ordinaryKey = 'c74a5bf1f17159549754db542c8aae75b41670d58500f3ccf729ef845d4920d0';
const mixedKey = '5443254ebda196f94ad4556ddf27948f3b06b4cd67cd8ff57f86978567cc45f7';
const ordinaryR = 'f29f978f6ac25915b40f83a03587b57d2eaa2a7debb151afd4792c5cb8eecf73';

const PROBE_MESSAGE = Buffer.from('MNS probe');

/** PROBES tell the rule from its neighbours: with a cofactor, the third to fifth are accepted; with torsion refused, the second is not. */
const PROBES: Probe[] = [
  { publicKey: ordinaryKey, signature: `${ordinaryR}822665fbecd9bd20426c22d6b69a7a0dddaf9a8409723cfe8e2d3ccdab84500f`, valid: true },
  // Key and R both have a part of order eight, and the two cancel.
  {
    publicKey: mixedKey,
    signature: 'cbbbbfec314280be600c9f5c723a0528c1798db5b0d088a1d4bea11ad06d07cd5bd85c3a827ed9eb5b2998280b5e672262e8bf37e8c653454203c708fdc8a307',
    valid: true,
  },
  // Only the key has such a part; only R; R one of order two.
  { publicKey: mixedKey, signature: `${ordinaryR}39884ce64bbc0a3c27da1595e3144f60332f0eb8100fe7dce527fa55241d6f01`, valid: false },
  {
    publicKey: ordinaryKey,
    signature: 'b575f2ab36975f6baa85df456081732385a3d483bf2e57db73fc1d3278bec38262dbf829e364cf8872183e52e0257e115b6ca00909da5e3681f96f8823150401',
    valid: false,
  },
  {
    publicKey: ordinaryKey,
    signature: 'fb5f6870953da6ea4bf07c5fca784a82d155d582144eae502b86d3a34711308cc37262b139e7d952b3c36a0bc504fafacb79b394181a9f1193ce52dba273680a',
    valid: false,
  },
  // S + L
  { publicKey: ordinaryKey, signature: `${ordinaryR}6ffa5a58073dd07818091a7995945922ddaf9a8409723cfe8e2d3ccdab84501f`, valid: false },
];

/** libsodiumVerifier is the rule by sodium-native, or null where that cannot be loaded. */
export function libsodiumVerifier(): NamedVerifier | null {
  const sodium = loadSodium();
  if (sodium === null) return null;
  return {
    name: 'libsodium',
    verify: (publicKey, message, signature) => passesEncodingRules(publicKey, signature) && sodium.crypto_sign_verify_detached(signature, message, publicKey),
  };
}

/** opensslVerifier is the rule by node:crypto. A key from a JWK costs 10 µs, a tenth of the check, so none is kept; from DER it would cost 90. */
export function opensslVerifier(): NamedVerifier {
  return {
    name: 'openssl',
    verify: (publicKey, message, signature) => passesEncodingRules(publicKey, signature) && opensslAccepts(publicKey, message, signature),
  };
}

/** fastVerifier picks the fastest library that passes the probes; the plain rule of lib/core is the last resort. */
export function fastVerifier(): NamedVerifier {
  for (const candidate of [libsodiumVerifier(), opensslVerifier()]) {
    if (candidate !== null && passesProbes(candidate.verify)) return candidate;
  }
  return { name: 'plain', verify: verifySignature };
}

/** passesProbes tells whether a verifier follows the rule where libraries are known to part. */
export function passesProbes(verify: Verifier): boolean {
  return PROBES.every((probe) => verify(Buffer.from(probe.publicKey, 'hex'), PROBE_MESSAGE, Buffer.from(probe.signature, 'hex')) === probe.valid);
}

/** verifyMany checks a group of signatures on this thread and answers in their order. */
export function verifyMany(items: readonly ToVerify[], verify: Verifier): boolean[] {
  return items.map(({ publicKey, message, signature }) => verify(publicKey, message, signature));
}

/** loadSodium gives the library or null; its native part may be missing on a platform. */
export function loadSodium(): typeof Sodium | null {
  try {
    return createRequire(import.meta.url)('sodium-native') as typeof Sodium;
  } catch {
    return null;
  }
}

function opensslAccepts(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    const x = Buffer.from(publicKey.buffer, publicKey.byteOffset, publicKey.byteLength).toString('base64url');
    return opensslVerify(null, message, createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' }), signature);
  } catch {
    // OpenSSL reports a key that is no point by throwing.
    return false;
  }
}
