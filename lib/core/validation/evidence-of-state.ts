import { type ParsedAssertion, parseAssertion } from '../assertion/parse';
import { keyidsOf } from '../assertion/signers';
import { checkSignatures } from '../assertion/verify';
import { refuse } from '../refusal';
import type { IdentityEntry } from '../registry/state';
import type { TreeHead } from '../tlog/edge';
import { leafHash } from '../tlog/hash';
import { inclusionRoot } from '../tlog/inclusion';
import type { Facts } from './check-step';
import { everyChain, type PolicyChain, registrarKeys } from './policy-chain';
import type { ReadEntry } from './state-proof';

/** Evidence are assertions of one registry, proved to be in the proof log, every signature valid. */
export type Evidence = readonly { readonly index: number; readonly parsed: ParsedAssertion }[];

/** checkIncluded checks that an entry is in a tree, and shows both roots if it is not. @throws Refusal `bad-inclusion`. */
export function checkIncluded(facts: Facts, shown: ReadEntry, head: TreeHead): void {
  const root = inclusionRoot(leafHash(shown.bytes), shown.index, head.size, shown.inclusion);
  facts.sameHash(head.root, root, 'bad-inclusion', `Entry ${shown.index} is not in the log: its proof leads to another root.`);
}

/** openEvidence checks that each assertion shown is in the proof log and every signature of it valid. @throws Refusal. */
export function openEvidence(facts: Facts, shown: readonly ReadEntry[], proofs: TreeHead, chain: PolicyChain): Evidence {
  const registries = everyChain(chain).map(({ registry }) => registry);
  return shown.map((entry) => {
    checkIncluded(facts, entry, proofs);
    const { bytes, index } = entry;
    const parsed = parseAssertion(bytes);
    if (parsed.payload.registry === null || !registries.includes(parsed.payload.registry)) refuse('other-registry', 'An assertion shown was made for another registry.');
    checkSignatures(parsed);
    return { index, parsed };
  });
}

/** certificateIn finds a certificate of an identity among the evidence. */
export function certificateIn(evidence: Evidence, udf: string, isIt: (key: string, hash: string) => boolean) {
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
  switch (found.parsed.payload.type) {
    case 'register':
      return checkRegistration(facts, signers, certificate.key, chain);
    case 'rotate':
      if (signers.join() !== [certificate.root, certificate.key].join()) refuse('wrong-signers', 'The rotation is not signed by the root and the new key.');
      return;
    default:
      // A transfer or a reassignment: the identity signed last.
      facts.same(certificate.key, signers.at(-1) ?? '', 'wrong-signers', 'The assertion that logged the certificate is not signed by its key.');
  }
}

/** checkRegistration checks the signers of a registration: the holder's key, then a registrar key there has been. */
export function checkRegistration(facts: Facts, signers: readonly string[], key: string, chain: PolicyChain): void {
  const [holder, registrar] = signers;
  facts.same(2, signers.length, 'wrong-signers', 'A registration has two signatures.');
  facts.same(key, holder ?? '', 'wrong-signers', 'The registration is not signed by the holder’s key.');
  if (registrar === undefined || !registrarKeys(chain).includes(registrar)) refuse('wrong-signers', 'The registration is not signed by the registrar.');
}
