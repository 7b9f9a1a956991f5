import { hash as nodeHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { IdentityCertificate } from '@/lib/core/assertion/identity';
import { parseAssertion, type ParsedAssertion } from '@/lib/core/assertion/parse';
import { type RegisterPayload, type Schedule, ZERO } from '@/lib/core/assertion/payloads';
import { priceOf } from '@/lib/core/assertion/price';
import { acceptSignatures, checkSignatures, type VerifiedAssertion } from '@/lib/core/assertion/verify';
import { type Envelope, PAYLOAD_TYPES, pae } from '@/lib/core/keys/dsse';
import { udfOfSigner } from '@/lib/core/keys/udf';
import { loadSodium } from '@/lib/native/fast-verify';

/*
 * A million names for the benchmark, each with an identity of its own, as fast as possible: the canonical bytes are written from
 * templates. The first of each kind is parsed by the ordinary parser and compared, so that a wrong template cannot pass.
 */

/** Maker is what all the names are made for. */
export interface MakerOptions {
  registry: string;
  schedule: Schedule;
  notAfterSec: number;
  /** The registrar's public key, base64, and what signs with it; null where the signatures may be filler. */
  registrar: { key: string; sign: ((message: Uint8Array) => Uint8Array) | null };
}

const FILLER = Buffer.alloc(64, 7).toString('base64');
const CERTIFICATE_TYPE = PAYLOAD_TYPES.identity;
const ASSERTION_TYPE = PAYLOAD_TYPES.assertion;

/** nameOf is the name of number `i`: eight letters and digits or more, so that it costs least. */
export function nameOf(i: number): string {
  return `benchname${i}`;
}

/** NameMaker makes registrations and updates of names by number; the same number always gives the same keys. */
export class NameMaker {
  private isChecked = false;

  constructor(private readonly options: MakerOptions) {}

  /** filled is a registration whose signatures are filler, passed off as checked: for state to be sealed directly, never to be accepted. */
  filled(i: number): VerifiedAssertion {
    return acceptSignatures({ parsed: this.build(i, false), checks: [] }, []);
  }

  /** filledWithKeys is `filled`, but the identity's signing key is real, so that updates can be signed with it. */
  filledWithKeys(i: number): VerifiedAssertion {
    return acceptSignatures({ parsed: this.build(i, false, pairOf(`key ${i}`).key), checks: [] }, []);
  }

  /** signed is a registration with its four real signatures. */
  signed(i: number): ParsedAssertion {
    return this.build(i, true);
  }

  /** update is the bytes of the holder's signed update of name `i` that follows the payload `prev`. */
  update(i: number, prev: string, service: string): Uint8Array {
    const pair = pairOf(`key ${i}`);
    return Buffer.from(envelopeText(this.updateText(i, prev, service), ASSERTION_TYPE, [[pair.key, pair.sign]]));
  }

  /** filledUpdate is an update by the same key whose signature is filler, passed off as checked. */
  filledUpdate(i: number, prev: string, service: string): VerifiedAssertion {
    const pair = pairOf(`key ${i}`);
    const parsed = parseAssertion(Buffer.from(envelopeText(this.updateText(i, prev, service), ASSERTION_TYPE, [[pair.key, null]])));
    return acceptSignatures({ parsed, checks: [] }, []);
  }

  private updateText(i: number, prev: string, service: string): string {
    const { registry, notAfterSec } = this.options;
    const name = nameOf(i);
    return `{"display":"${name}","dns":[],"name":"${name}","notAfter":${notAfterSec},"prev":"${prev}","registry":"${registry}","service":"${service}","tenure":0,"type":"update"}`;
  }

  private build(i: number, isSigned: boolean, realKey: string | null = null): ParsedAssertion {
    const { registry, schedule, notAfterSec, registrar } = this.options;
    const root = isSigned ? pairOf(`root ${i}`) : { key: digest(`root ${i}`), sign: null };
    const own = isSigned ? pairOf(`key ${i}`) : { key: realKey ?? digest(`key ${i}`), sign: null };
    const encrypt = digest(`encrypt ${i}`);
    const certificatePayload = `{"ca":null,"encrypt":"${encrypt}","key":"${own.key}","next":null,"number":0,"registry":"${registry}","root":"${root.key}"}`;
    const certificateText = envelopeText(certificatePayload, CERTIFICATE_TYPE, [[root.key, root.sign], [own.key, own.sign]]);
    const name = nameOf(i);
    const priceCents = priceOf(name, schedule);
    const { version } = schedule;
    const payloadText = `{"after":"${ZERO}","certificate":${certificateText},"display":"${name}","dns":[],"name":"${name}","notAfter":${notAfterSec},"prev":"${ZERO}","priceCents":${priceCents},"registry":"${registry}","schedule":${version},"service":"provider.example","tenure":0,"type":"register"}`;
    const bytes = Buffer.from(envelopeText(payloadText, ASSERTION_TYPE, [[own.key, own.sign], [registrar.key, isSigned ? registrar.sign : null]]));
    const certificateEnvelope = JSON.parse(certificateText) as Envelope;
    const certificate: IdentityCertificate = {
      ca: null,
      encrypt,
      envelope: certificateEnvelope,
      hash: digest(certificateText),
      key: own.key,
      next: null,
      number: 0,
      registry,
      root: root.key,
      udf: udfOfSigner(Buffer.from(root.key, 'base64')),
    };
    const payload: RegisterPayload = {
      type: 'register', after: ZERO, certificate: certificateEnvelope, display: name, dns: [], name, notAfter: notAfterSec, prev: ZERO, priceCents, registry,
      schedule: version, service: 'provider.example', tenure: 0,
    };
    const envelope: Envelope = { payload: Buffer.from(payloadText).toString('base64'), payloadType: ASSERTION_TYPE, signatures: [own.key, registrar.key].map((keyid) => ({ keyid, sig: FILLER })) };
    if (isSigned) envelope.signatures = (JSON.parse(bytes.toString()) as Envelope).signatures;
    const parsed: ParsedAssertion = { bytes, certificate, envelope, hash: digest(payloadText), payload };
    this.checkOnce(parsed, isSigned);
    return parsed;
  }

  private checkOnce(parsed: ParsedAssertion, isSigned: boolean): void {
    if (this.isChecked) return;
    this.isChecked = true;
    const again = parseAssertion(parsed.bytes);
    if (!isDeepStrictEqual({ ...again, bytes: null }, { ...parsed, bytes: null })) throw new Error('the benchmark writes other registrations than the parser reads');
    if (isSigned) checkSignatures(again);
  }
}

type Sign = ((message: Uint8Array) => Uint8Array) | null;

function envelopeText(payload: string, type: string, signers: readonly (readonly [key: string, sign: Sign])[]): string {
  const encoded = Buffer.from(payload);
  const message = signers.some(([, sign]) => sign !== null) ? pae(type, encoded) : encoded;
  const signatures = signers.map(([key, sign]) => `{"keyid":"${key}","sig":"${sign === null ? FILLER : Buffer.from(sign(message)).toString('base64')}"}`);
  return `{"payload":"${encoded.toString('base64')}","payloadType":"${type}","signatures":[${signatures.join(',')}]}`;
}

function digest(text: string): string {
  return nodeHash('sha256', text, 'base64');
}

/** Pair is a real key pair made from a label. */
export interface Pair {
  key: string;
  sign: (message: Uint8Array) => Uint8Array;
}

/** pairOf derives a key pair from a label. The benchmark's keys are known to everybody. */
export function pairOf(label: string): Pair {
  return pairFromSeed(nodeHash('sha256', `mns bench ${label}`, 'buffer'));
}

/** pairFromSeed is the key pair of an RFC 8032 seed. */
export function pairFromSeed(seed: Uint8Array): Pair {
  const sodium = loadSodium();
  if (sodium === null) throw new Error('the benchmark needs sodium-native to make its keys in reasonable time');
  const publicKey = Buffer.alloc(32);
  const secretKey = Buffer.alloc(64);
  sodium.crypto_sign_seed_keypair(publicKey, secretKey, seed);
  return {
    key: publicKey.toString('base64'),
    sign(message) {
      const signature = Buffer.alloc(64);
      sodium.crypto_sign_detached(signature, message, secretKey);
      return signature;
    },
  };
}
