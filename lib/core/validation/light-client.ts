import type { Policy } from '../assertion/payloads';
import { fromBase64 } from '../bytes/base64';
import { canonicalText, type Json } from '../bytes/canonical-json';
import { openCheckpoint } from '../checkpoint/checkpoint';
import { type MapProof, mapProofRoot } from '../map/proof';
import { formatVkey } from '../note/vkey';
import { Refusal, refuse } from '../refusal';
import { logOrigin } from '../registry/policy';
import { parseEntry, parseSeal } from '../registry/parse-entry';
import { type IdentityEntry, type NameLogEntry, type PolicyEntry, type RecordEntry, type SealEntry, type StateKey, identityKey, nameKey, policyKey, stateValue } from '../registry/state';
import { verifyConsistency } from '../tlog/consistency';
import type { TreeHead } from '../tlog/edge';
import { leafHash } from '../tlog/hash';
import { CheckRun, type CheckStep, type Facts } from './check-step';
import { checkRecordSigners } from './evidence-of-record';
import { checkCertificate, checkIncluded, type Evidence, openEvidence } from './evidence-of-state';
import { everyChain, logKeys, openPolicies, type PolicyChain } from './policy-chain';
import { checkTokens, type TokenPolicy } from './token-policy';
import { attempt, type ReadEntry, type ReadState, readStateProof, type ReadStateProof, type Subject } from './state-proof';

/** Trust is what the reader knows already and takes from nobody. */
export interface Trust {
  /** The registry id this reader has pinned, base64; null on a first visit, which is then said. */
  readonly registry: string | null;
  /** The newest names checkpoint this reader has seen, root in base64. */
  readonly seen?: { readonly size: number; readonly root: string } | null;
  /** Whose tokens this reader counts; null or left out for nobody's, which is then said. */
  readonly tokens?: TokenPolicy | null;
  /** The time now, for how old the tokens may be; null or left out for a file, which may be of any age. */
  readonly nowSec?: number | null;
  /** What was asked for. Without it a proof of anything will do, as with a file that somebody brings: then look at `subject`. */
  readonly subject?: Subject | null;
}

/** VerifiedState is what a verification found out. Without `ok` nothing but the steps means anything, and the rest is null. */
export interface VerifiedState {
  readonly ok: boolean;
  readonly steps: CheckStep[];
  readonly subject: Subject | null;
  /** Whether what was asked for exists: false is proved too. */
  readonly present: boolean;
  /** The record, or null if the name is proved to have none, or the subject is an identity. If `present` is false, this is a lower tenure than the one asked for, and the highest there is. */
  readonly record: RecordEntry | null;
  /** The record's holder or the subject itself; null if proved absent. */
  readonly identity: IdentityEntry | null;
  /** Name-log index of the subject's entry. */
  readonly index: number | null;
  readonly policy: PolicyEntry | null;
  readonly seal: SealEntry | null;
  readonly checkpoint: TreeHead | null;
  /** Payload hashes, base64, of the assertions that are proved to be in the proof log, with their index. */
  readonly assertions: readonly { readonly hash: string; readonly index: number }[];
  readonly chain: PolicyChain | null;
}

const PLAN = [
  { code: 'form', title: 'The proof is complete and well formed' },
  { code: 'registry', title: 'The registry is the one you trust' },
  { code: 'policies', title: 'The registry’s rules come down from its genesis, each signed by those before' },
  { code: 'checkpoint', title: 'The log of names is signed by the registry' },
  { code: 'tokens', title: 'Validators you trust have checked the log up to here' },
  { code: 'consistency', title: 'Nothing you saw before has changed' },
  { code: 'seal', title: 'The log ends in a seal, which says the time' },
  { code: 'policy', title: 'The rules in force are the sealed ones' },
  { code: 'state', title: 'The sealed map holds this entry' },
  { code: 'entry', title: 'The entry is in the log of names' },
  { code: 'identity', title: 'The holder’s certificate is the logged one' },
  { code: 'assertion', title: 'What the entry says was signed, and is in the log of proofs' },
  { code: 'signatures', title: 'Those who had to sign did' },
] as const;

/** The title of the step `state` if the proof shows that there is nothing. */
const ABSENT_TITLE = 'The sealed map holds nothing for it';

/**
 * verifyStateProof checks a state proof step by step (DESIGN §3.6): the same code in browser, command line and server. It
 * never throws for what is in the proof: a failed check is `ok: false` and the step says why.
 * @param value the proof as parsed JSON, trusted in nothing.
 */
export function verifyStateProof(value: Json, trust: Trust): VerifiedState {
  const run = new CheckRun(PLAN);
  const found = run.all(() => checkAll(run, value, trust));
  return { ...(found ?? NOTHING), ok: found !== null, steps: run.steps };
}

const NOTHING = { assertions: [], chain: null, checkpoint: null, identity: null, index: null, policy: null, present: false, record: null, seal: null, subject: null };

type Found = Omit<VerifiedState, 'ok' | 'steps'>;

function checkAll(run: CheckRun, value: Json, trust: Trust): Found {
  const proof = run.step('form', (facts) => {
    const read = attempt(() => readStateProof(value));
    if (read instanceof Refusal) throw read;
    if (trust.subject != null) facts.same(subjectText(trust.subject), subjectText(read.subject), 'bad-proof-file', 'The proof is of something else than what was asked for.');
    facts.text('Subject', subjectText(read.subject));
    return read;
  });
  checkRegistry(run, proof, trust);
  const chain = run.step('policies', (facts) => {
    const opened = openPolicies(proof.policies, proof.registry);
    facts.number('Policies', opened.policies.length);
    facts.text('Origin', opened.origin);
    for (const { registry } of everyChain(opened).slice(1)) facts.hash('Goes on from the registry', registry);
    return opened;
  });
  const checkpoint = run.step('checkpoint', (facts) => {
    const opened = openCheckpoint(proof.checkpoint, logKeys(chain, 'names'));
    facts.same(logOrigin(chain.origin, 'names'), opened.origin, 'bad-checkpoint', 'The checkpoint is that of another log.');
    facts.number('Size', opened.size);
    facts.hash('Root', opened.root);
    for (const { vkey } of opened.note.verified) facts.text('Log key', formatVkey(vkey));
    return opened;
  });
  checkTrusted(run, proof.checkpoint, trust);
  const seen = trust.seen ?? null;
  if (seen === null) run.skip('consistency', 'This is the first checkpoint of the registry that you see.');
  else run.step('consistency', (facts) => checkConsistency(facts, proof, seen, checkpoint));
  const seal = run.step('seal', (facts) => checkSeal(facts, proof.seal, checkpoint));
  const mapRoot = fromBase64(seal.map.root, 32);
  const policy = run.step('policy', (facts) => checkPolicyState(facts, proof.policy, chain, mapRoot, checkpoint, opened(checkpoint)));
  const subject = checkSubject(run, proof, mapRoot, checkpoint);
  const base = { chain, checkpoint: { root: checkpoint.root, size: checkpoint.size }, policy, seal, subject: proof.subject };
  if (subject === null) {
    if (proof.identity !== null || proof.assertions.length > 0) return run.step('identity', () => refuse('bad-proof-file', 'There is nothing to show for what does not exist.'));
    for (const code of ['entry', 'identity', 'assertion', 'signatures']) run.skip(code, 'There is no entry.');
    return { ...base, assertions: [], identity: null, index: null, present: false, record: null };
  }
  const { entry } = subject;
  const present = entry.type === 'identity' || proof.subject.kind === 'identity' || proof.subject.tenure === null || proof.subject.tenure === entry.tenure;
  return { ...base, present, ...checkHolder(run, proof, subject, { chain, checkpoint, mapRoot, seal }) };
}

function checkTrusted(run: CheckRun, note: string, { nowSec, tokens }: Trust): void {
  if (tokens == null) {
    run.skip('tokens', 'You trust nobody’s tokens yet: that the log says the same to everybody is taken on the registry’s word.');
    return;
  }
  run.step('tokens', (facts) => {
    facts.text('You ask for', `${tokens.threshold} of ${tokens.validators.length}`);
    const { count, kthTimeSec, names } = checkTokens(note, tokens, nowSec ?? null);
    facts.number('Tokens', count);
    facts.text('By', names.join(', '));
    facts.time('As of', kthTimeSec);
  });
}

function opened(checkpoint: ReturnType<typeof openCheckpoint>): string[] {
  return checkpoint.note.verified.map(({ vkey }) => formatVkey(vkey));
}

function subjectText(subject: Subject): string {
  if (subject.kind === 'identity') return subject.udf;
  return subject.tenure === null ? `@${subject.name}` : `@${subject.name}.${subject.tenure}`;
}

function checkRegistry(run: CheckRun, proof: ReadStateProof, trust: Trust): void {
  const { registry } = trust;
  if (registry === null) {
    run.skip('registry', 'You have not pinned a registry yet.');
    return;
  }
  run.step('registry', (facts) => {
    if (registry !== proof.registry) refuseOther(facts, registry, proof);
    facts.hash('Registry', proof.registry);
  });
}

/** refuseOther tells a registry that goes on from the trusted one from any other. Nobody is moved to it but by their own choice. */
function refuseOther(facts: Facts, trusted: string, { policies, registry }: ReadStateProof): never {
  const chain = attempt(() => openPolicies(policies, registry));
  const next = chain instanceof Refusal ? undefined : everyChain(chain).find(({ earlier }) => earlier?.registry === trusted);
  facts.text('Expected', trusted);
  facts.text('Found', registry);
  if (next === undefined) return refuse('wrong-registry', 'This is another registry than the one you trust.');
  facts.text('It goes on under', next.origin);
  facts.number('From entry', next.continues?.size ?? 0);
  return refuse('registry-continued', 'Another registry goes on from the one you trust, by keys of its own. The one you trust has not said so: follow it only if you know from elsewhere that you should.');
}

function checkConsistency(facts: Facts, proof: ReadStateProof, seen: { size: number; root: string }, checkpoint: TreeHead): void {
  facts.number('Size you saw', seen.size);
  facts.hash('Root you saw', seen.root);
  facts.number('Size now', checkpoint.size);
  if (seen.size > checkpoint.size) refuse('rolled-back', 'The log is shorter than the one you saw before.');
  const old = { root: fromBase64(seen.root, 32), size: seen.size };
  if (seen.size === checkpoint.size) {
    facts.sameHash(old.root, checkpoint.root, 'bad-consistency', 'The log has another root than the one you saw at this size.');
    return;
  }
  // Left out it would be the way to show a forked log to somebody who has seen the true one.
  if (proof.consistency === null) refuse('bad-consistency', 'The proof does not reach back to the log you saw before.');
  facts.same(seen.size, proof.consistency.size, 'bad-consistency', 'The consistency proof starts from another size.');
  verifyConsistency(old, checkpoint, proof.consistency.proof);
}

function checkSeal(facts: Facts, shown: ReadEntry, checkpoint: TreeHead): SealEntry {
  facts.same(checkpoint.size - 1, shown.index, 'bad-inclusion', 'The seal shown is not the last entry of the log.');
  checkIncluded(facts, shown, checkpoint);
  const seal = parseSeal(shown.bytes);
  facts.number('Seal', seal.number);
  facts.time('Time', seal.timeSec);
  facts.hash('Map root', seal.map.root);
  facts.hash('Proof-log root', seal.proofs.root);
  return seal;
}

/** checkSealedState checks that the map holds an entry under a key and that the entry is in the log. */
function checkSealedState<Type extends NameLogEntry['type']>(
  facts: Facts,
  shown: ReadState,
  key: StateKey,
  type: Type,
  mapRoot: Uint8Array,
  checkpoint: TreeHead,
): Extract<NameLogEntry, { type: Type }> {
  checkMapped(facts, mapRoot, key, stateValue(shown.bytes), shown.map);
  checkIncluded(facts, shown, checkpoint);
  return parseAs(shown.bytes, type);
}

function checkMapped(facts: Facts, mapRoot: Uint8Array, key: StateKey, value: Uint8Array | null, proof: MapProof): void {
  facts.sameHash(mapRoot, mapProofRoot(key, value, proof), 'bad-map-proof', 'The proof leads to another root than the sealed one.');
}

function parseAs<Type extends NameLogEntry['type']>(bytes: Uint8Array, type: Type): Extract<NameLogEntry, { type: Type }> {
  const entry = parseEntry(bytes);
  if (entry.type !== type) return refuse('bad-proof-file', `An entry of type ${type} is expected here.`);
  return entry as Extract<NameLogEntry, { type: Type }>;
}

function checkPolicyState(facts: Facts, shown: ReadState, chain: PolicyChain, mapRoot: Uint8Array, checkpoint: TreeHead, signedBy: readonly string[]): PolicyEntry {
  const entry = checkSealedState(facts, shown, policyKey(), 'policy', mapRoot, checkpoint);
  facts.number('Policy in force', entry.number);
  facts.time('In force since', entry.sinceSec);
  facts.same(chain.registry, entry.registry, 'wrong-registry', 'The sealed rules are those of another registry.');
  const inForce = chain.policies[entry.number];
  if (inForce === undefined) return refuse('unknown-policy', `Policy ${entry.number} is in force, but the proof does not show it.`);
  facts.same(inForce.hash, entry.hash, 'unknown-policy', 'The policy in force is not the one that was signed.');
  facts.same(textOf(inForce.policy), textOf(entry.policy), 'unknown-policy', 'The policy in force does not say what was signed.');
  const last = chain.policies.at(-1);
  facts.same(entry.pending[0]?.number ?? entry.number, last?.number ?? 0, 'unknown-policy', 'The policies shown are not all there are.');
  if (!entry.policy.logs.names.some((key) => signedBy.includes(key))) refuse('untrusted-note', 'The checkpoint is not signed by the log key in force.');
  return entry;
}

function textOf(policy: Policy): string {
  const json: object = policy;
  return canonicalText(json as Json);
}

/** SubjectEntry is the subject's own entry, proved to be the sealed one. */
type SubjectEntry = { readonly entry: RecordEntry | IdentityEntry; readonly shown: ReadEntry };

/** checkSubject checks what the map says under the subject's key; null if it is proved that there is nothing. */
function checkSubject(run: CheckRun, proof: ReadStateProof, mapRoot: Uint8Array, checkpoint: TreeHead): SubjectEntry | null {
  const { state, subject } = proof;
  const { shown } = state;
  const title = shown === null ? ABSENT_TITLE : undefined;
  const entry = run.step(
    'state',
    (facts) => {
      // The highest tenure stands under the name alone, so that nothing under `name.N` would prove nothing.
      if (state.at === 'tenure' && shown === null) refuse('bad-proof-file', 'A missing tenure is shown by the highest one there is.');
      const key = keyOfSubject(subject, state.at);
      facts.hash('Map key', key);
      const value = shown === null ? null : stateValue(shown.bytes);
      if (value !== null) facts.hash('Map value', value);
      facts.hash('Map root', mapRoot);
      facts.number('Steps of the proof', state.map.path.length);
      checkMapped(facts, mapRoot, key, value, state.map);
      return shown === null ? null : checkIsSubject(facts, parseAs(shown.bytes, subject.kind === 'name' ? 'record' : 'identity'), subject, state.at);
    },
    title,
  );
  if (entry === null || shown === null) return null;
  run.step('entry', (facts) => {
    const leaf = leafHash(shown.bytes);
    facts.number('Index', shown.index);
    facts.hash('Leaf', leaf);
    facts.number('Steps of the proof', shown.inclusion.length);
    checkIncluded(facts, shown, checkpoint);
  });
  return { entry, shown };
}

function keyOfSubject(subject: Subject, at: 'identity' | 'name' | 'tenure'): StateKey {
  if (subject.kind === 'identity') {
    if (at !== 'identity') refuse('bad-proof-file', 'The state shown is not that of an identity.');
    return identityKey(subject.udf);
  }
  if (at === 'identity') refuse('bad-proof-file', 'The state shown is not that of a name.');
  if (at === 'tenure' && subject.tenure === null) refuse('bad-proof-file', 'The latest tenure stands under the name itself.');
  return nameKey(subject.name, at === 'tenure' ? subject.tenure : null);
}

/** checkIsSubject asks whether the entry is what was asked for. A highest tenure below the one asked for proves that there is no such tenure yet. */
function checkIsSubject(facts: Facts, entry: RecordEntry | IdentityEntry, subject: Subject, at: 'identity' | 'name' | 'tenure'): RecordEntry | IdentityEntry {
  if (entry.type === 'identity' || subject.kind === 'identity') {
    facts.same(subject.kind === 'identity' ? subject.udf : '', entry.udf, 'bad-proof-file', 'The entry is that of another identity.');
    return entry;
  }
  facts.same(subject.name, entry.name, 'bad-proof-file', 'The entry is that of another name.');
  if (subject.tenure !== null && (at === 'tenure' || entry.tenure > subject.tenure)) {
    facts.same(subject.tenure, entry.tenure, 'wrong-tenure', 'The entry is that of another tenure.');
  }
  // A tenure that passes its name on opens the next one in the same breath, and one that ended unpaid stays the highest until somebody registers the name.
  const fits = at === 'tenure' ? entry.ended !== null : entry.ended === null || entry.ended === 'unpaid';
  if (!fits) refuse('bad-proof-file', at === 'tenure' ? 'An earlier tenure has ended.' : 'The highest tenure has not passed the name on.');
  return entry;
}

interface Sealed {
  readonly chain: PolicyChain;
  readonly checkpoint: TreeHead;
  readonly mapRoot: Uint8Array;
  readonly seal: SealEntry;
}

function checkHolder(run: CheckRun, proof: ReadStateProof, { entry, shown }: SubjectEntry, { chain, checkpoint, mapRoot, seal }: Sealed): Pick<VerifiedState, 'assertions' | 'identity' | 'index' | 'record'> {
  const proofs: TreeHead = { root: fromBase64(seal.proofs.root, 32), size: seal.proofs.size };
  const { evidence, identity } = run.step('identity', (facts) => {
    // What the state itself shows already must not be shown again: it would be checked by nobody.
    if (entry.type === 'identity' && proof.identity !== null) return refuse('bad-proof-file', 'An identity’s own state is shown once, as the state.');
    const holder = entry.type === 'identity' ? entry : readHolder(facts, proof, entry, mapRoot, checkpoint);
    const opened: Evidence = openEvidence(facts, proof.assertions, proofs, chain);
    checkCertificate(facts, holder, opened, chain);
    return { evidence: opened, identity: holder };
  });
  const assertions = evidence.map(({ index, parsed }) => ({ hash: parsed.hash, index }));
  const { proof: restsOn } = entry;
  run.step('assertion', (facts) => {
    facts.number('Proof-log index', restsOn);
    const found = evidence.find((one) => one.index === restsOn);
    if (found === undefined) return refuse('bad-proof-file', `The assertion that the entry rests on, number ${restsOn}, is not shown.`);
    facts.text('Type', found.parsed.payload.type);
    facts.hash('Hash of what was signed', found.parsed.hash);
    return found;
  });
  run.step('signatures', (facts) => (entry.type === 'record' ? checkRecordSigners(facts, entry, identity, evidence, chain) : facts.text('Signed by', 'root and signing key, as checked with the certificate')));
  return { assertions, identity, index: shown.index, record: entry.type === 'record' ? entry : null };
}

function readHolder(facts: Facts, proof: ReadStateProof, record: RecordEntry, mapRoot: Uint8Array, checkpoint: TreeHead): IdentityEntry {
  if (proof.identity === null) return refuse('bad-proof-file', 'The holder’s identity is not shown.');
  const holder = checkSealedState(facts, proof.identity, identityKey(record.udf), 'identity', mapRoot, checkpoint);
  facts.same(record.udf, holder.udf, 'bad-proof-file', 'The identity shown is not the holder’s.');
  return holder;
}
