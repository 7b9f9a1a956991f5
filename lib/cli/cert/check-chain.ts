import 'reflect-metadata';
import { X509Certificate as NodeCertificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { fromBase64, toBase64 } from '../../core/bytes/base64';
import { equalBytes } from '../../core/bytes/bytes';
import { sha256 } from '../../core/bytes/sha256';
import { verifySignature } from '../../core/keys/ed25519';
import { showUdf, spki, udfOfSigner } from '../../core/keys/udf';
import { refuse } from '../../core/refusal';
import { CheckRun, type CheckStep, type Facts } from '../../core/validation/check-step';
import { nameConstraints, signedPart } from './der';

/** MAX_CHAIN_BYTES bounds a file of certificates. */
export const MAX_CHAIN_BYTES = 65_536;
const MAX_CERTIFICATES = 10;
const NAME_CONSTRAINTS = '2.5.29.30';
const ED25519 = '1.3.101.112';

/** LoggedHolder is what the log says of a name's holder, proved or read from an own copy. */
export interface LoggedHolder {
  readonly udf: string;
  /** Hash of the authority's key (SHA-256 of its SubjectPublicKeyInfo), base64, if the identity's certificate names one. */
  readonly ca: string | null;
  /** `@alice.0` */
  readonly tenure: string;
}

/** ChainQuestion says what a chain must show. */
export interface ChainQuestion {
  /** `coffeepot.alice.mm--`, the host that somebody wants to reach. */
  readonly host: string;
  /** `alice.mm--`, the name in it. */
  readonly name: string;
  readonly nowMs: number;
  readonly holder: LoggedHolder;
}

const PLAN = [
  { code: 'form', title: 'There are three certificates: the host’s, the authority’s, the identity’s' },
  { code: 'logged', title: 'The identity’s key is the one that the log names as the holder' },
  { code: 'root', title: 'The identity’s key signed the authority’s certificate' },
  { code: 'authority', title: 'The authority may vouch for this name and for nothing else' },
  { code: 'leaf', title: 'The authority signed the host’s certificate' },
  { code: 'host', title: 'The host’s certificate is for exactly this host' },
  { code: 'time', title: 'Every certificate is good now' },
] as const;

/** checkChain ties a host's certificate to the logged holder of its name, step by step. It never throws for what is in the chain. */
export function checkChain(pem: string, question: ChainQuestion): { ok: boolean; steps: CheckStep[] } {
  const run = new CheckRun(PLAN);
  const done = run.all(() => {
    const chain = run.step('form', (facts) => readChain(facts, pem));
    run.step('logged', (facts) => checkHolder(facts, chain, question.holder));
    run.step('root', () => checkRoot(chain));
    run.step('authority', (facts) => checkAuthority(facts, chain, question));
    run.step('leaf', () => checkLeaf(chain));
    run.step('host', (facts) => checkHost(facts, chain.leaf, question.host));
    run.step('time', (facts) => [chain.leaf, chain.authority, chain.root].forEach((one) => checkTime(facts, one, question.nowMs)));
    return true;
  });
  return { ok: done === true, steps: run.steps };
}

interface Chain {
  leaf: Shown;
  authority: Shown;
  root: Shown;
}

/** Shown is what a certificate says. */
interface Shown {
  der: Uint8Array;
  issuer: string;
  subject: string;
  fromMs: number;
  untilMs: number;
  spki: Uint8Array;
  isEd25519Signed: boolean;
  signature: Uint8Array;
  isAuthority: boolean;
  constraints: { critical: boolean; value: Uint8Array } | null;
  purposes: string[];
  names: { type: string; value: string }[];
}

function readChain(facts: Facts, pem: string): Chain {
  if (pem.length > MAX_CHAIN_BYTES) refuse('too-large', `More than ${MAX_CHAIN_BYTES} characters of certificates are not read.`);
  const blocks = [...pem.matchAll(/-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]*?)-----END CERTIFICATE-----/g)].slice(0, MAX_CERTIFICATES + 1);
  facts.number('Certificates', blocks.length);
  const [leaf, authority, root, more] = blocks.map((block) => readOne(block[1] ?? ''));
  if (leaf === undefined || authority === undefined || root === undefined || more !== undefined) return refuse('bad-field', 'A chain is the host’s certificate, the authority’s and the identity’s, in this order.');
  return { authority, leaf, root };
}

function readOne(base64: string): Shown {
  const der = fromBase64(base64.replaceAll(/\s/g, ''));
  signedPart(der);
  try {
    return { der, ...read(new x509.X509Certificate(new Uint8Array(der))) };
  } catch {
    // The library reads parts only when asked for them, and throws its own errors.
    return refuse('bad-field', 'One of the certificates can’t be read.');
  }
}

function read(parsed: x509.X509Certificate): Omit<Shown, 'der'> {
  const algorithm = parsed.signatureAlgorithm.name;
  const usages = parsed.getExtension(x509.KeyUsagesExtension)?.usages ?? 0;
  const constraints = parsed.getExtension(NAME_CONSTRAINTS);
  return {
    constraints: constraints === null ? null : { critical: constraints.critical, value: new Uint8Array(constraints.value) },
    fromMs: parsed.notBefore.getTime(),
    isAuthority: parsed.getExtension(x509.BasicConstraintsExtension)?.ca === true && (usages & x509.KeyUsageFlags.keyCertSign) !== 0,
    isEd25519Signed: algorithm === 'Ed25519' || algorithm === ED25519,
    issuer: parsed.issuer,
    names: (parsed.getExtension(x509.SubjectAlternativeNameExtension)?.names.items ?? []).map(({ type, value }) => ({ type, value })),
    purposes: (parsed.getExtension(x509.ExtendedKeyUsageExtension)?.usages ?? []).map(String),
    signature: new Uint8Array(parsed.signature),
    spki: new Uint8Array(parsed.publicKey.rawData),
    subject: parsed.subject,
    untilMs: parsed.notAfter.getTime(),
  };
}

/** rootKey is the identity's root key, if that is what the last certificate is about. */
function rootKey({ root }: Chain): Uint8Array {
  const raw = root.spki.subarray(-32);
  if (!equalBytes(root.spki, spki(raw))) return refuse('bad-key', 'The last certificate is not about an Ed25519 key.');
  return raw;
}

function checkHolder(facts: Facts, chain: Chain, holder: LoggedHolder): void {
  const udf = udfOfSigner(rootKey(chain));
  facts.text('Name', holder.tenure);
  facts.text('UDF in the log', showUdf(holder.udf));
  facts.same(holder.udf, udf, 'wrong-certificate', 'The certificates come from another identity than the one that holds the name.');
  if (holder.ca === null) return;
  const hash = toBase64(sha256(chain.authority.spki));
  facts.same(holder.ca, hash, 'wrong-certificate', 'The holder’s identity names another authority than this one.');
}

function checkRoot(chain: Chain): void {
  const key = rootKey(chain);
  for (const [what, { der, isEd25519Signed, signature }] of [['its own', chain.root], ['the authority’s', chain.authority]] as const) {
    if (!isEd25519Signed || !verifySignature(key, signedPart(der), signature)) refuse('bad-signature', `The identity’s key has not signed ${what} certificate.`);
  }
  if (!chain.root.isAuthority) refuse('bad-field', 'The identity’s certificate must not sign others.');
}

function checkAuthority(facts: Facts, { authority, root }: Chain, { name }: ChainQuestion): void {
  facts.text('Name', name);
  if (!authority.isAuthority || authority.issuer !== root.subject) refuse('bad-field', 'The second certificate is none of an authority under the identity.');
  if (authority.constraints === null || !authority.constraints.critical) return refuse('bad-field', 'The authority is not bound to a name.');
  if (!equalBytes(authority.constraints.value, nameConstraints(name))) refuse('bad-field', `The authority is not bound to ${name} alone.`);
}

function checkLeaf({ authority, leaf }: Chain): void {
  if (leaf.issuer !== authority.subject) refuse('bad-field', 'The host’s certificate names another issuer.');
  if (leaf.isAuthority) refuse('bad-field', 'The host’s certificate is one of an authority.');
  if (!leaf.purposes.includes(x509.ExtendedKeyUsage.serverAuth)) refuse('bad-field', 'The host’s certificate is not made for servers.');
  if (!isSignedBy(leaf, authority)) refuse('bad-signature', 'The authority has not signed the host’s certificate.');
}

function isSignedBy(leaf: Shown, authority: Shown): boolean {
  try {
    return new NodeCertificate(leaf.der).verify(new NodeCertificate(authority.der).publicKey);
  } catch {
    return false;
  }
}

function checkHost(facts: Facts, leaf: Shown, host: string): void {
  const { names } = leaf;
  for (const { type, value } of names) facts.text(type, value);
  if (!names.every(({ type }) => type === 'dns')) refuse('bad-field', 'The host’s certificate vouches for more than hosts.');
  if (!names.some(({ value }) => value === host)) refuse('bad-field', `The certificate is not for ${host}.`);
}

function checkTime(facts: Facts, { fromMs, untilMs }: Shown, nowMs: number): void {
  facts.time('Until', Math.floor(untilMs / 1000));
  if (!(nowMs >= fromMs && nowMs <= untilMs)) refuse('expired', `A certificate is good from ${dateOf(fromMs)} to ${dateOf(untilMs)}.`);
}

function dateOf(ms: number): string {
  return Number.isFinite(ms) ? new Date(ms).toISOString() : 'no date';
}
