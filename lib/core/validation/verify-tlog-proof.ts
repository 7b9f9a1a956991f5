import { equalBytes } from '../bytes/bytes';
import { parseAnyCheckpointBody } from '../checkpoint/checkpoint';
import { parseTlogProof, type TlogProof } from '../checkpoint/tlog-proof';
import { parseNote, verifyNote } from '../note/note';
import { COSIGNATURE, ED25519, type Vkey } from '../note/vkey';
import { Refusal, refuse } from '../refusal';
import { leafHash } from '../tlog/hash';
import { verifyInclusion } from '../tlog/inclusion';
import { CheckRun, type CheckStep, type Facts } from './check-step';
import { attempt } from './state-proof';

/** ProofTrust is what a reader of a `.tlog-proof` (c2sp.org/tlog-proof) brings: the log's keys, the cosigners it counts and how many of them it wants. */
export interface ProofTrust {
  readonly logs: readonly Vkey[];
  readonly cosigners: readonly Vkey[];
  /** k of the cosigners; 0 wants none. */
  readonly quorum: number;
  /** The entry that the proof is about, or null if the file itself brings it as `extra`. */
  readonly entry: Uint8Array | null;
}

/** VerifiedProof is the outcome; without `ok` the rest means nothing. */
export interface VerifiedProof {
  readonly ok: boolean;
  readonly steps: CheckStep[];
  readonly index: number | null;
  readonly origin: string | null;
  readonly size: number | null;
}

const PLAN = [
  { code: 'form', title: 'The file is a proof, complete and well formed' },
  { code: 'checkpoint', title: 'The log has signed its checkpoint' },
  { code: 'tokens', title: 'Enough of the cosigners you count have seen it' },
  { code: 'entry', title: 'The entry is in the log' },
] as const;

/** verifyTlogProof checks a proof file step by step, offline. It never throws for what is in the file. */
export function verifyTlogProof(file: Uint8Array, trust: ProofTrust): VerifiedProof {
  const run = new CheckRun(PLAN);
  const found = run.all(() => checkAll(run, file, trust));
  return { index: null, origin: null, size: null, ...found, ok: found !== null, steps: run.steps };
}

function checkAll(run: CheckRun, file: Uint8Array, trust: ProofTrust): { index: number; origin: string; size: number } {
  const proof = run.step('form', (facts) => readProof(facts, file));
  const { checkpoint, verified } = run.step('checkpoint', (facts) => openAny(facts, proof, trust));
  if (trust.quorum === 0) run.skip('tokens', 'You ask for no cosigners.');
  else {
    run.step('tokens', (facts) => {
      const cosigned = verified.filter(({ vkey }) => vkey.type === COSIGNATURE);
      // One key under two names is one cosigner.
      const keys = cosigned.filter(({ vkey }, at) => cosigned.findIndex((other) => equalBytes(other.vkey.publicKey, vkey.publicKey)) === at);
      for (const { timeSec, vkey } of keys) facts.time(vkey.name, timeSec ?? 0);
      facts.number('Wanted', trust.quorum);
      if (keys.length < trust.quorum) refuse('untrusted-note', `${keys.length} of the cosigners you count have signed; you want ${trust.quorum}.`);
    });
  }
  run.step('entry', (facts) => {
    const entry = trust.entry ?? proof.extra;
    if (entry === null) return refuse('bad-proof-file', 'The file does not bring the entry: give it.');
    facts.number('Index', proof.index);
    facts.number('Size', checkpoint.size);
    const leaf = leafHash(entry);
    facts.hash('Leaf', leaf);
    if (checkpoint.root.length !== 32) refuse('bad-checkpoint', 'The root must have 32 bytes.');
    return verifyInclusion(leaf, proof.index, checkpoint, proof.proof);
  });
  return { index: proof.index, origin: checkpoint.origin, size: checkpoint.size };
}

function readProof(facts: Facts, file: Uint8Array): TlogProof {
  facts.number('Size in bytes', file.length);
  const proof = attempt(() => parseTlogProof(file));
  if (proof instanceof Refusal) throw proof;
  facts.number('Index', proof.index);
  return proof;
}

function openAny(facts: Facts, proof: TlogProof, { cosigners, logs }: ProofTrust) {
  const verified = verifyNote(parseNote(proof.note), [...logs, ...cosigners]);
  const checkpoint = parseAnyCheckpointBody(verified.text);
  facts.text('Origin', checkpoint.origin);
  facts.number('Size', checkpoint.size);
  const byLog = verified.verified.filter(({ vkey }) => vkey.type === ED25519 && logs.includes(vkey));
  if (byLog.length === 0) refuse('untrusted-note', 'Cosigners have signed, but no key of the log has.');
  if (byLog.some(({ vkey }) => vkey.name !== checkpoint.origin)) refuse('bad-checkpoint', 'The checkpoint is signed by the key of another log.');
  return { checkpoint, verified: verified.verified };
}
