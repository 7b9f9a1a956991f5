import { parseAssertionEnvelope } from '../assertion/parse';
import { openReceipt } from '../assertion/receipt';
import { checkSignatures } from '../assertion/verify';
import { fromBase64, toBase64 } from '../bytes/base64';
import { equalBytes } from '../bytes/bytes';
import { type OpenedCheckpoint, openCheckpoint } from '../checkpoint/checkpoint';
import { parseVkey, type Vkey } from '../note/vkey';
import { Refusal, refuse } from '../refusal';
import { parseEntry, parseSeal } from '../registry/parse-entry';
import { logOrigin, type LogKind } from '../registry/policy';
import { verifyConsistency } from '../tlog/consistency';
import type { TreeHead } from '../tlog/edge';
import { checkIsMissing } from './broken-promise';
import { CheckRun, type CheckStep, type Facts } from './check-step';
import { type EvidenceKind, parseEvidence, type ReadEvidence } from './evidence-file';
import { checkIncluded } from './evidence-of-state';
import { verifyStateProof } from './light-client';
import { openPolicies, type PolicyChain, registrarKeys } from './policy-chain';
import { checkReplayFails } from './replay-evidence';
import { attempt, type ReadEntry } from './state-proof';

/** VerifiedEvidence is the outcome: `ok` means that the registry signed what an honest one cannot have signed, and `says` what in plain words. */
export interface VerifiedEvidence {
  readonly ok: boolean;
  readonly kind: EvidenceKind | null;
  /** Registry id, base64, of the registry that it convicts. */
  readonly registry: string | null;
  readonly says: string | null;
  readonly steps: CheckStep[];
}

const FORM = { code: 'form', title: 'The file is evidence, complete and well formed' };
const REGISTRY = { code: 'registry', title: 'It is about the registry you trust' };
const POLICIES = { code: 'policies', title: 'The keys come down from the registry’s genesis' };
const SIGNED = { code: 'signed', title: 'The registry signed it' };

const PLANS: Record<EvidenceKind, { code: string; title: string }[]> = {
  'broken-receipt': [
    { code: 'state', title: 'The state shown is sealed and signed' },
    { code: 'promise', title: 'The registrar promised to log this by then' },
    { code: 'missing', title: 'It is not there' },
  ],
  fork: [POLICIES, SIGNED, { code: 'contradiction', title: 'The two can’t both be true' }],
  'no-seal': [POLICIES, SIGNED, { code: 'contradiction', title: 'No seal stands behind it' }],
  replay: [
    POLICIES,
    SIGNED,
    { code: 'entries', title: 'The entries shown are those of the signed log' },
    { code: 'evidence', title: 'The assertions shown are those that the seal covers' },
    { code: 'state', title: 'The state shown is that of the seal before' },
    { code: 'contradiction', title: 'The period does not replay' },
  ],
  time: [POLICIES, SIGNED, { code: 'contradiction', title: 'Time went back' }],
};

/**
 * verifyEvidence checks an evidence file step by step, offline, with nothing but a registry id (null if none is pinned yet). It
 * never throws for what is in the file: evidence that shows nothing is `ok: false`.
 */
export function verifyEvidence(encoded: Uint8Array, trust: { readonly registry: string | null }): VerifiedEvidence {
  const opening = new CheckRun([FORM, REGISTRY]);
  const evidence = opening.all(() => {
    const read = opening.step('form', (facts) => readFile(facts, encoded));
    checkRegistry(opening, read, trust.registry);
    return read;
  });
  if (evidence === null) return { kind: null, ok: false, registry: null, says: null, steps: opening.steps };
  const run = new CheckRun(PLANS[evidence.kind]);
  const says = run.all(() => checkKind(run, evidence));
  return { kind: evidence.kind, ok: says !== null, registry: evidence.registry, says, steps: [...opening.steps, ...run.steps] };
}

function readFile(facts: Facts, encoded: Uint8Array): ReadEvidence {
  facts.number('Size in bytes', encoded.length);
  const read = attempt(() => parseEvidence(encoded));
  if (read instanceof Refusal) throw read;
  facts.text('Kind', read.kind);
  return read;
}

function checkRegistry(run: CheckRun, { registry }: ReadEvidence, trusted: string | null): void {
  if (trusted === null) return run.skip('registry', 'You have not pinned a registry yet.');
  run.step('registry', (facts) => {
    facts.same(trusted, registry, 'wrong-registry', 'This is evidence against another registry.');
    facts.hash('Registry', registry);
  });
}

function checkKind(run: CheckRun, evidence: ReadEvidence): string {
  if (evidence.kind === 'broken-receipt') return checkReceipt(run, evidence);
  const chain = run.step('policies', (facts) => {
    const opened = openPolicies(evidence.policies, evidence.registry);
    facts.text('Origin', opened.origin);
    return opened;
  });
  switch (evidence.kind) {
    case 'fork': {
      const [earlier, later] = run.step('signed', (facts) => [openSigned(facts, chain, evidence.log, evidence.earlier), openSigned(facts, chain, evidence.log, evidence.later)] as const);
      return run.step('contradiction', (facts) => checkFork(facts, earlier, later, evidence));
    }
    case 'no-seal': {
      const [checkpoint, names] = run.step('signed', (facts) => [openSigned(facts, chain, evidence.log, evidence.checkpoint), evidence.names === null ? null : openSigned(facts, chain, 'names', evidence.names)] as const);
      return run.step('contradiction', (facts) => (evidence.log === 'names' ? checkNotClosed(facts, checkpoint, evidence.shown) : checkForeignHead(facts, checkpoint, names, evidence.shown)));
    }
    case 'time': {
      const checkpoint = run.step('signed', (facts) => openSigned(facts, chain, 'names', evidence.checkpoint));
      return run.step('contradiction', (facts) => checkTime(facts, checkpoint, evidence.shown));
    }
    default:
      return checkReplayFails(run, run.step('signed', (facts) => openSigned(facts, chain, 'names', evidence.checkpoint)), evidence);
  }
}

/** openSigned opens a checkpoint by any key that the log ever had: a key that is no longer in force binds the registry all the same. */
function openSigned(facts: Facts, chain: PolicyChain, log: LogKind, note: string): OpenedCheckpoint {
  const opened = openCheckpoint(note, everyLogKey(chain, log));
  facts.same(logOrigin(chain.origin, log), opened.origin, 'bad-checkpoint', 'The checkpoint is that of another log.');
  facts.number('Size', opened.size);
  facts.hash('Root', opened.root);
  return opened;
}

function everyLogKey(chain: PolicyChain, log: LogKind): Vkey[] {
  return [...new Set(chain.policies.flatMap(({ policy }) => policy.logs[log]))].map(parseVkey);
}

function checkFork(facts: Facts, earlier: TreeHead, later: TreeHead, { consistency, root }: Extract<ReadEvidence, { kind: 'fork' }>): string {
  if (earlier.size > later.size) refuse('bad-evidence', 'The earlier checkpoint is the larger one.');
  if (earlier.size === later.size) {
    if (root !== null || consistency.length > 0) refuse('bad-evidence', 'Two checkpoints of one size need no proof.');
    if (equalBytes(earlier.root, later.root)) refuse('no-evidence', 'Both checkpoints say the same.');
    return `The registry signed two logs of ${later.size} entries that differ.`;
  }
  if (root === null) return refuse('bad-evidence', 'The root that the later log had at the earlier size is not shown.');
  const had = { root: fromBase64(root, 32), size: earlier.size };
  verifyConsistency(had, later, consistency);
  facts.hash('Root that the later log had then', had.root);
  if (equalBytes(had.root, earlier.root)) refuse('no-evidence', 'The later log goes on from the earlier one.');
  return `The registry signed a log of ${earlier.size} entries, and one of ${later.size} that does not begin with it.`;
}

function checkNotClosed(facts: Facts, checkpoint: TreeHead, shown: readonly ReadEntry[]): string {
  const last = shown[0];
  if (last === undefined || shown.length !== 1) return refuse('bad-evidence', 'Exactly the last entry of the log must be shown.');
  facts.same(checkpoint.size - 1, last.index, 'bad-evidence', 'The entry shown is not the last one.');
  checkIncluded(facts, last, checkpoint);
  const entry = attempt(() => parseEntry(last.bytes));
  if (!(entry instanceof Refusal) && entry.type === 'seal') refuse('no-evidence', 'The last entry is a seal.');
  return `The registry signed a log of ${checkpoint.size} names entries that does not end in a seal.`;
}

function checkForeignHead(facts: Facts, checkpoint: TreeHead, names: TreeHead | null, shown: readonly ReadEntry[]): string {
  if (names === null) return refuse('bad-evidence', 'The checkpoint of the log of names is not shown.');
  const seals = shown.map((one) => {
    checkIncluded(facts, one, names);
    return { index: one.index, seal: parseSeal(one.bytes) };
  });
  const [first, second] = seals;
  if (first === undefined) return refuse('bad-evidence', 'No seal is shown.');
  if (second === undefined) {
    facts.same(checkpoint.size, first.seal.proofs.size, 'bad-evidence', 'The seal shown is of another size.');
    if (first.seal.proofs.root === toBase64(checkpoint.root)) refuse('no-evidence', 'The seal says the same as the checkpoint.');
    return `The registry signed a log of proofs of ${checkpoint.size} entries that is not the one of seal ${first.seal.number}.`;
  }
  facts.same(first.index, second.seal.prev ?? -1, 'bad-evidence', 'The seals shown are not neighbours.');
  if (!(first.seal.proofs.size < checkpoint.size && checkpoint.size < second.seal.proofs.size)) refuse('no-evidence', 'The checkpoint’s size does not lie between those of the seals.');
  return `The registry signed a log of proofs of ${checkpoint.size} entries, where no seal ends.`;
}

function checkTime(facts: Facts, checkpoint: TreeHead, shown: readonly ReadEntry[]): string {
  const [earlier, later] = shown;
  if (earlier === undefined || later === undefined || earlier.index >= later.index) return refuse('bad-evidence', 'Two seals must be shown, the earlier one first.');
  for (const one of shown) checkIncluded(facts, one, checkpoint);
  const [a, b] = [parseSeal(earlier.bytes), parseSeal(later.bytes)];
  facts.time(`Time of seal ${a.number}`, a.timeSec);
  facts.time(`Time of seal ${b.number}`, b.timeSec);
  if (b.timeSec > a.timeSec && b.number > a.number) refuse('no-evidence', 'The later seal is later, and its number higher.');
  return b.timeSec > a.timeSec ? `The registry numbered seal ${b.number} after seal ${a.number}.` : `The registry signed seal ${b.number} with a time that is not after that of seal ${a.number}.`;
}

function checkReceipt(run: CheckRun, evidence: Extract<ReadEvidence, { kind: 'broken-receipt' }>): string {
  const state = run.step('state', (facts) => {
    const verified = verifyStateProof(evidence.proof, { registry: evidence.registry });
    const failed = verified.steps.find((step) => step.state === 'failed')?.problem;
    if (failed != null) throw new Refusal(failed.code, failed.detail);
    facts.number('Seal', verified.seal?.number ?? 0);
    return verified;
  });
  const { chain, seal } = state;
  if (chain === null || seal === null) return run.step('promise', () => refuse('bad-evidence', 'The state proof is incomplete.'));
  const parsed = run.step('promise', (facts) => {
    const receipt = openReceipt(evidence.receipt, evidence.registry, registrarKeys(chain));
    const promised = parseAssertionEnvelope(evidence.assertion);
    facts.same(receipt.assertion, promised.hash, 'bad-evidence', 'The promise is about another assertion.');
    checkSignatures(promised);
    facts.hash('Promised assertion', promised.hash);
    facts.number('Promised by seal', receipt.bySeal);
    facts.number('State of seal', seal.number);
    if (seal.number < receipt.bySeal) refuse('no-evidence', 'The promise was not due yet.');
    return promised;
  });
  return run.step('missing', (facts) => `The registrar promised to log the ${parsed.payload.type} by then, and did not: ${checkIsMissing(facts, parsed, state)}.`);
}
