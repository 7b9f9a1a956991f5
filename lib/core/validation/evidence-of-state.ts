import { isRootUpdate, type RegisterPayload, type UpdatePayload } from '../assertion/payloads';
import { type ParsedAssertion, parseAssertion } from '../assertion/parse';
import { keyidsOf } from '../assertion/signers';
import { checkSignatures } from '../assertion/verify';
import { refuse } from '../refusal';
import type { IdentityEntry, RecordEntry } from '../registry/state';
import type { TreeHead } from '../tlog/edge';
import { leafHash } from '../tlog/hash';
import { inclusionRoot } from '../tlog/inclusion';
import type { Facts } from './check-step';
import { type PolicyChain, registrarKeys } from './policy-chain';
import type { ReadEntry } from './state-proof';

/** Evidence are assertions of one registry, proved to be in the proof log, every signature valid. */
export type Evidence = readonly { readonly index: number; readonly parsed: ParsedAssertion }[];

/** checkIncluded checks that an entry is in a tree, and shows both roots if it is not. @throws Refusal `bad-inclusion`. */
export function checkIncluded(facts: Facts, shown: ReadEntry, head: TreeHead): void {
  const root = inclusionRoot(leafHash(shown.bytes), shown.index, head.size, shown.inclusion);
  facts.sameHash(head.root, root, 'bad-inclusion', `Entry ${shown.index} is not in the log: its proof leads to another root.`);
}

/** openEvidence checks that each assertion shown is in the proof log and every signature of it valid. @throws Refusal. */
export function openEvidence(facts: Facts, shown: readonly ReadEntry[], proofs: TreeHead, registry: string): Evidence {
  return shown.map((entry) => {
    checkIncluded(facts, entry, proofs);
    const { bytes, index } = entry;
    const parsed = parseAssertion(bytes);
    if (parsed.payload.registry !== registry) refuse('other-registry', 'An assertion shown was made for another registry.');
    checkSignatures(parsed);
    return { index, parsed };
  });
}

/** certificateIn finds a certificate of an identity among the evidence. */
function certificateIn(evidence: Evidence, udf: string, isIt: (key: string, hash: string) => boolean) {
  return evidence.find(({ parsed: { certificate } }) => certificate !== null && certificate.udf === udf && isIt(certificate.key, certificate.hash));
}

/** checkCertificate checks that the assertion the identity rests on carries the certificate, and that the entry says what it says. */
export function checkCertificate(facts: Facts, identity: IdentityEntry, evidence: Evidence, chain: PolicyChain): void {
  facts.text('UDF', identity.udf);
  facts.number('Certificate number', identity.number);
  facts.hash('Certificate', identity.certificate);
  const found = evidence.find((one) => one.index === identity.proof);
  const certificate = found?.parsed.certificate;
  if (found === undefined || certificate === null || certificate === undefined) return refuse('wrong-certificate', `The assertion that logged the certificate, number ${identity.proof}, is not shown.`);
  facts.same(identity.certificate, certificate.hash, 'wrong-certificate', 'The certificate is not the one that the identity’s entry names.');
  for (const field of ['udf', 'root', 'key', 'encrypt', 'ca', 'next', 'number'] as const) {
    facts.same(String(identity[field]), String(certificate[field]), 'wrong-certificate', `The entry and the certificate differ in ${field}.`);
  }
  const signers = keyidsOf(found.parsed);
  if (found.parsed.payload.type === 'register') checkRegistration(facts, signers, certificate.key, chain);
  else if (signers.join() !== [certificate.root, certificate.key].join()) refuse('wrong-signers', 'The rotation is not signed by the root and the new key.');
}

function checkRegistration(facts: Facts, signers: readonly string[], key: string, chain: PolicyChain): void {
  const [holder, registrar] = signers;
  facts.same(2, signers.length, 'wrong-signers', 'A registration has two signatures.');
  facts.same(key, holder ?? '', 'wrong-signers', 'The registration is not signed by the holder’s key.');
  if (registrar === undefined || !registrarKeys(chain).includes(registrar)) refuse('wrong-signers', 'The registration is not signed by the registrar.');
}

/** checkRecordSigners checks that the record says what its assertion says, and that the holder signed it, with the registrar if it is a registration. */
export function checkRecordSigners(facts: Facts, record: RecordEntry, identity: IdentityEntry, evidence: Evidence, chain: PolicyChain): void {
  const found = evidence.find((one) => one.index === record.proof);
  const payload = found?.parsed.payload;
  if (found === undefined || payload === undefined) return refuse('bad-proof-file', 'The record’s assertion is not shown.');
  const { hash } = found.parsed;
  const signers = keyidsOf(found.parsed);
  if (payload.type === 'register') {
    sameRecord(facts, record, payload);
    const { certificate } = found.parsed;
    facts.same(record.udf, certificate?.udf ?? '', 'wrong-certificate', 'The registration was signed by another identity.');
    facts.same(hash, record.head, 'stale-prev', 'The record is not the one that this registration made.');
    checkRegistration(facts, signers, certificate?.key ?? '', chain);
    facts.text('Signed by', 'the holder’s signing key and the registrar');
    return;
  }
  if (payload.type !== 'update') return refuse('bad-proof-file', 'A record rests on a registration or an update.');
  sameRecord(facts, record, payload);
  const [signer] = signers;
  facts.same(1, signers.length, 'wrong-signers', 'An update has one signature.');
  if (isRootUpdate(payload)) {
    facts.same(hash, record.root.head, 'stale-of', 'The record is not the one that this update made.');
    facts.same(identity.root, signer ?? '', 'wrong-signers', 'The update is not signed by the holder’s root key.');
    facts.text('Signed by', 'the holder’s root key');
    return;
  }
  facts.same(hash, record.head, 'stale-prev', 'The record is not the one that this update made.');
  if (signer !== identity.key) {
    // The key was replaced since: the certificate that it had then must be shown.
    const earlier = certificateIn(evidence, record.udf, (key) => key === signer);
    if (earlier === undefined || earlier.index > record.proof) refuse('wrong-signers', 'The update is not signed by a key of the holder.');
  }
  facts.text('Signed by', signer === identity.key ? 'the holder’s signing key' : 'an earlier signing key of the holder');
}

function sameRecord(facts: Facts, record: RecordEntry, payload: RegisterPayload | UpdatePayload): void {
  for (const field of ['name', 'tenure', 'display', 'service'] as const) {
    facts.same(String(payload[field]), String(record[field]), 'bad-proof-file', `The record and what was signed differ in ${field}.`);
  }
  facts.same(payload.dns.join(' '), record.dns.join(' '), 'bad-proof-file', 'The record and what was signed differ in dns.');
}
