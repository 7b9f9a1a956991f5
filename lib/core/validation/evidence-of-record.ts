import { isRootTransfer } from '../assertion/name-payloads';
import { isRootUpdate, type RoleKeys } from '../assertion/payloads';
import type { ParsedAssertion } from '../assertion/parse';
import { checkRole, keyidsOf } from '../assertion/signers';
import { Refusal, refuse } from '../refusal';
import type { IdentityEntry, RecordEntry } from '../registry/state';
import type { Facts } from './check-step';
import { certificateIn, checkRegistration, type Evidence } from './evidence-of-state';
import { everyPolicy, type PolicyChain, registrarKeys } from './policy-chain';

/** Case is what the checks of one record look at. */
interface Case {
  readonly chain: PolicyChain;
  readonly evidence: Evidence;
  readonly facts: Facts;
  readonly identity: IdentityEntry;
  readonly record: RecordEntry;
}

/**
 * checkRecordSigners checks that what the record says of its name was signed by its holder (or by who opened its tenure), and that the
 * assertion it rests on, which may be another and, for what fell due, an older one, is of a kind that makes such a record and is
 * signed by those who may. Who held the tenure before is not shown; validators check that.
 */
export function checkRecordSigners(facts: Facts, record: RecordEntry, identity: IdentityEntry, evidence: Evidence, chain: PolicyChain): void {
  const about: Case = { chain, evidence, facts, identity, record };
  const source = shownAt(about, record.source, 'The assertion that the record’s contents come from is not shown.');
  const last = shownAt(about, record.proof, 'The record’s assertion is not shown.');
  checkEnded(about, last.payload.type);
  checkSource(about, source, record.source);
  if (record.source !== record.proof) checkLast(about, last);
}

function shownAt({ evidence }: Case, index: number, detail: string): ParsedAssertion {
  return evidence.find((one) => one.index === index)?.parsed ?? refuse('bad-proof-file', detail);
}

/** ENDINGS says how a tenure may have ended whose record rests on an assertion of that type; by all others it lives. */
const ENDINGS: Partial<Record<ParsedAssertion['payload']['type'], RecordEntry['ended']>> = {
  'payment-reversed': 'unpaid',
  reassign: 'reassignment',
  topup: 'reassignment',
  transfer: 'transfer',
  update: 'reassignment',
};

/** checkEnded: a tenure ends by an assertion that can end it, and goes on after that for who lost it by reassignment. What opened it does not end it. */
function checkEnded({ facts, record }: Case, type: ParsedAssertion['payload']['type']): void {
  if (record.ended === null) return;
  const isOpening = record.source === record.proof && type !== 'update';
  facts.same((isOpening ? null : ENDINGS[type]) ?? 'not', record.ended, 'bad-proof-file', 'The tenure has not ended by the assertion that the record rests on.');
  facts.same(0, record.locks.length + record.pending.length, 'bad-proof-file', 'Nothing waits in a tenure that has ended.');
}

/** checkSource: the assertion that display, DNS addresses and service come from. */
function checkSource(about: Case, parsed: ParsedAssertion, index: number): void {
  const { chain, facts, record } = about;
  const { certificate, hash, payload } = parsed;
  const signers = keyidsOf(parsed);
  const isLast = record.proof === index;
  switch (payload.type) {
    case 'register':
      sameRecord(facts, record, payload, payload.tenure);
      facts.same(record.udf, certificate?.udf ?? '', 'wrong-certificate', 'The registration was signed by another identity.');
      if (isLast) facts.same(hash, record.head, 'stale-prev', 'The record is not the one that this registration made.');
      checkRegistration(facts, signers, certificate?.key ?? '', chain);
      return facts.text('Signed by', 'the holder’s signing key and the registrar');
    case 'update': {
      sameRecord(facts, record, payload, payload.tenure);
      const isRoot = isRootUpdate(payload);
      if (isLast) facts.same(hash, isRoot ? record.root.head : record.head, isRoot ? 'stale-of' : 'stale-prev', 'The record is not the one that this update made.');
      return checkHolder(about, signers, index, isRoot ? 'root' : 'key');
    }
    case 'transfer':
    case 'reassign':
      sameRecord(facts, record, payload, payload.tenure + 1);
      facts.same(record.udf, certificate?.udf ?? '', 'wrong-certificate', 'The name was given to another identity.');
      if (isLast) facts.same(hash, record.head, 'stale-prev', 'The record is not the one that this assertion opened.');
      facts.same(certificate?.key ?? '', signers.at(-1) ?? '', 'wrong-signers', 'The holder has not signed for the name.');
      if (payload.type === 'reassign') return checkArbiters(about, signers.slice(0, -1), 'the arbiters and the holder’s signing key');
      facts.same(2, signers.length, 'wrong-signers', 'A transfer has two signatures.');
      return facts.text('Signed by', 'who gave the name away and the holder’s signing key');
    default:
      return refuse('bad-proof-file', 'What a record says comes from a registration, an update, a transfer or a reassignment.');
  }
}

/** checkLast: an assertion that changed the record, but not what it says of the name. */
function checkLast(about: Case, parsed: ParsedAssertion): void {
  const { facts, record } = about;
  const { hash, payload } = parsed;
  const signers = keyidsOf(parsed);
  if (payload.type === 'rotate') {
    facts.same(record.udf, payload.udf, 'bad-proof-file', 'The record rests on the rotation of another identity.');
    facts.same(record.pending.length, 0, 'bad-proof-file', 'A rotation voids the transfer that was pending.');
    facts.same([parsed.certificate?.root, parsed.certificate?.key].join(), signers.join(), 'wrong-signers', 'The rotation is not signed by the root and the new key.');
    return facts.text('Changed by', 'the holder’s root key and new signing key');
  }
  if (!('tenure' in payload)) return refuse('bad-proof-file', 'The record rests on an assertion that changes no record.');
  facts.same(payload.name, record.name, 'bad-proof-file', 'The record rests on an assertion about another name.');
  facts.same(payload.tenure, record.tenure, 'bad-proof-file', 'The record rests on an assertion about another tenure.');
  switch (payload.type) {
    case 'transfer': {
      const isRoot = isRootTransfer(payload);
      if (isRoot) {
        facts.same(record.ended ?? 'not', 'transfer', 'bad-proof-file', 'A transfer by the root key is done at once.');
        facts.same(hash, record.root.head, 'stale-of', 'The record is not the one that this transfer made.');
      } else if (record.ended === null) checkWaiting(about, hash);
      facts.same(2, signers.length, 'wrong-signers', 'A transfer has two signatures.');
      return checkHolder(about, signers.slice(0, 1), record.proof, isRoot ? 'root' : 'key');
    }
    case 'cancel':
      facts.same(record.pending.length, 0, 'bad-proof-file', 'The transfer was cancelled, and is pending.');
      return checkHolder(about, signers, record.proof, signers[0] === about.identity.root ? 'root' : 'key');
    case 'reassign':
      if (record.ended === null) {
        facts.same(record.pending[0]?.hash ?? '', hash, 'bad-proof-file', 'The reassignment is not the one that is pending.');
        checkAfter(about, hash);
      }
      return checkArbiters(about, signers.slice(0, -1), 'the arbiters and the next holder');
    case 'dispute':
    case 'dispute-closed':
      facts.same(record.pending.length, 0, 'bad-proof-file', 'What was pending is void with a case that opens or closes.');
      facts.same(payload.type === 'dispute' ? payload.case : 'none', record.case ?? 'none', 'bad-proof-file', 'The record does not say what the arbiters said of the case.');
      checkAfter(about, hash);
      return checkArbiters(about, signers, 'the arbiters');
    case 'payment-reversed':
      // Before the tenure ends unpaid more may have been signed.
      if (record.ended === null) {
        facts.same(record.locks.at(-1)?.kind ?? '', 'reversed', 'bad-proof-file', 'The record does not say that the payment was taken back.');
        checkAfter(about, hash);
      }
      return checkRegistrar(about, signers);
    case 'payment-settled':
      facts.same(record.locks.length, 0, 'bad-proof-file', 'The payment is settled, and the record is locked.');
      checkAfter(about, hash);
      return checkRegistrar(about, signers);
    case 'topup':
      checkAfter(about, hash);
      return checkRegistrar(about, signers);
    default:
      return refuse('bad-proof-file', 'What the record says does not come from the assertion it rests on.');
  }
}

/**
 * checkWaiting: a transfer by the holder is the one that is pending. Or it was dropped when it fell due, because a payment could be taken
 * back (again: a policy with a shorter period asks for more seals, SPEC §8); by then the holder may have signed more.
 */
function checkWaiting({ facts, record }: Case, hash: string): void {
  const [pending] = record.pending;
  if (pending === undefined) {
    if (record.locks.length === 0) refuse('bad-proof-file', 'The transfer is not pending, and nothing can have barred it.');
    return;
  }
  facts.same(pending.hash, hash, 'bad-proof-file', 'The transfer is not the one that is pending.');
  facts.same(hash, record.head, 'stale-prev', 'The record is not the one that this transfer made.');
}

/** checkAfter: what arbiters and registrar sign is the head of their chain, until they sign again. */
function checkAfter({ facts, record }: Case, hash: string): void {
  facts.same(hash, record.after, 'stale-prev', 'The record is not the one that this assertion made.');
}

/** checkHolder: one signature, by the holder's root key, by the signing key, or by one that it had before this and that is shown. */
function checkHolder({ evidence, facts, identity, record }: Case, signers: readonly string[], index: number, by: 'root' | 'key'): void {
  const [signer] = signers;
  facts.same(1, signers.length, 'wrong-signers', 'This has one signature.');
  if (by === 'root') {
    facts.same(identity.root, signer ?? '', 'wrong-signers', 'This is not signed by the holder’s root key.');
    return facts.text('Signed by', 'the holder’s root key');
  }
  if (signer !== identity.key) {
    // The key was replaced since: the certificate that it had then must be shown.
    const earlier = certificateIn(evidence, record.udf, (key) => key === signer);
    if (earlier === undefined || earlier.index > index) refuse('wrong-signers', 'This is not signed by a key of the holder.');
  }
  facts.text('Signed by', signer === identity.key ? 'the holder’s signing key' : 'an earlier signing key of the holder');
}

function checkRegistrar({ chain, facts }: Case, signers: readonly string[]): void {
  const [signer] = signers;
  if (signers.length !== 1 || signer === undefined || !registrarKeys(chain).includes(signer)) refuse('wrong-signers', 'This is not signed by the registrar.');
  facts.text('Changed by', 'the registrar');
}

/** checkArbiters: m of n arbiters of one of the registry's policies. Which one was in force then, validators check. */
function checkArbiters({ chain, facts }: Case, signers: readonly string[], who: string): void {
  if (!everyPolicy(chain).some(({ policy }) => isRole(policy.arbiters, signers))) refuse('wrong-signers', 'This is not signed by the arbiters.');
  facts.text('Changed by', who);
}

function isRole(role: RoleKeys, signers: readonly string[]): boolean {
  try {
    checkRole(role, signers, 'arbiters');
    return true;
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
}

type Contents = Pick<RecordEntry, 'display' | 'dns' | 'name' | 'service'>;

function sameRecord(facts: Facts, record: RecordEntry, payload: Contents, tenure: number): void {
  facts.same(tenure, record.tenure, 'bad-proof-file', 'The record and what was signed differ in tenure.');
  for (const field of ['name', 'display', 'service'] as const) {
    facts.same(String(payload[field]), String(record[field]), 'bad-proof-file', `The record and what was signed differ in ${field}.`);
  }
  facts.same(payload.dns.join(' '), record.dns.join(' '), 'bad-proof-file', 'The record and what was signed differ in dns.');
}
