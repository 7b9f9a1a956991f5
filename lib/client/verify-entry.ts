import { parseAssertion } from '../core/assertion/parse';
import { checkSignatures } from '../core/assertion/verify';
import { fromBase64, toBase64 } from '../core/bytes/base64';
import { openCheckpoint } from '../core/checkpoint/checkpoint';
import { Refusal } from '../core/refusal';
import { parseEntry } from '../core/registry/parse-entry';
import { logOrigin } from '../core/registry/policy';
import { verifyConsistency } from '../core/tlog/consistency';
import { leafHash } from '../core/tlog/hash';
import { verifyInclusion } from '../core/tlog/inclusion';
import { CheckRun, type Facts } from '../core/validation/check-step';
import { logKeys, openPolicies } from '../core/validation/policy-chain';
import { getEntry, getRegistry } from './api';
import type { CheckResult } from './check-step';
import { readPin, rememberHead } from './pin';
import { fetchConsistency } from './tiles';
import type { EntryInfo, LogName, RegistryInfo } from './wire';

/** VerifiedLogEntry is one entry of a log with what this browser proved of it. */
export interface VerifiedLogEntry extends CheckResult {
  entry: EntryInfo;
}

const PLAN = [
  { code: 'registry', title: 'The registry is the one you trust' },
  { code: 'policies', title: 'The registry’s rules come down from its genesis, each signed by those before' },
  { code: 'checkpoint', title: 'The log is signed by the registry' },
  { code: 'consistency', title: 'Nothing you saw before has changed' },
  { code: 'leaf', title: 'The bytes shown give the entry’s hash' },
  { code: 'inclusion', title: 'The entry is in the log' },
  { code: 'meaning', title: 'The entry is well formed' },
] as const;

const SIGNED_TITLE = 'The entry is well formed, and those named in it did sign it';

/**
 * fetchAndVerifyEntry asks for one entry and checks it here: signature of the checkpoint, inclusion, consistency with what this browser
 * saw before (names log), form, and in the proof log the signatures. A failed check is `ok: false`; the network throws (ApiError).
 */
export async function fetchAndVerifyEntry(log: LogName, index: number): Promise<VerifiedLogEntry> {
  const seen = log === 'names' ? (readPin()?.seen ?? null) : null;
  const [entry, registry] = await Promise.all([getEntry(log, index, seen?.size ?? null), getRegistry()]);
  const consistency = seen === null ? [] : await consistencyFrom(log, seen.size, entry.size);
  const run = new CheckRun(PLAN);
  const ok = run.all(() => check(run, { log, index, entry, registry, seen, consistency })) !== null;
  return { ok, steps: run.steps, entry };
}

/** consistencyFrom is the proof made of the log's tiles; tiles that are no tiles give an empty one, which then fails as the step it is. */
async function consistencyFrom(log: LogName, oldSize: number, size: number): Promise<Uint8Array[]> {
  if (!Number.isSafeInteger(size) || oldSize >= size) return [];
  try {
    return await fetchConsistency(log, oldSize, size);
  } catch (error) {
    if (error instanceof Refusal) return [];
    throw error;
  }
}

interface Shown {
  log: LogName;
  index: number;
  entry: EntryInfo;
  registry: RegistryInfo;
  seen: { size: number; root: string } | null;
  consistency: readonly Uint8Array[];
}

function check(run: CheckRun, shown: Shown): true {
  const { log, entry, registry, seen } = shown;
  const pinned = readPin()?.registry ?? null;
  if (pinned === null) run.skip('registry', 'You have not pinned a registry yet.');
  else {
    run.step('registry', (facts) => {
      facts.same(pinned, registry.registry, 'wrong-registry', 'This is another registry than the one you trust.');
      facts.hash('Registry', registry.registry);
    });
  }
  const chain = run.step('policies', (facts) => {
    const opened = openPolicies(registry.policies, registry.registry);
    facts.number('Policies', opened.policies.length);
    return opened;
  });
  const head = run.step('checkpoint', (facts) => {
    const opened = openCheckpoint(entry.checkpoint, logKeys(chain, log));
    facts.same(logOrigin(chain.origin, log), opened.origin, 'bad-checkpoint', 'The checkpoint is that of another log.');
    facts.number('Size', opened.size);
    facts.hash('Root', opened.root);
    return opened;
  });
  if (seen === null) run.skip('consistency', log === 'names' ? 'This is the first checkpoint of the registry that you see.' : 'The log of names, which commits to this one, is held against what you saw.');
  else run.step('consistency', (facts) => checkSeen(facts, seen, head, shown.consistency));
  const { bytes, leaf } = run.step('leaf', (facts) => {
    const bytes = fromBase64(entry.bytes);
    const hash = leafHash(bytes);
    facts.sameHash(fromBase64(entry.leafHash), hash, 'bad-inclusion', 'The bytes shown are not those of the entry.');
    facts.hash('Leaf hash', hash);
    return { bytes, leaf: hash };
  });
  run.step('inclusion', (facts) => {
    facts.same(shown.index, entry.index, 'bad-inclusion', 'The server answered with another entry.');
    verifyInclusion(leaf, entry.index, head, entry.proof.map((hash) => fromBase64(hash, 32)));
    facts.number('Index', entry.index);
    facts.number('Hashes in the proof', entry.proof.length);
  });
  run.step('meaning', (facts) => checkMeaning(facts, log, bytes), log === 'proofs' ? SIGNED_TITLE : undefined);
  if (log === 'names') rememberHead(registry.registry, { size: head.size, root: toBase64(head.root) });
  return true;
}

function checkSeen(facts: Facts, seen: { size: number; root: string }, head: { size: number; root: Uint8Array }, proof: readonly Uint8Array[]): void {
  facts.number('Size you saw', seen.size);
  facts.hash('Root you saw', seen.root);
  if (seen.size > head.size) throw new Refusal('rolled-back', 'The log is shorter than the one you saw before.');
  const old = { size: seen.size, root: fromBase64(seen.root, 32) };
  if (seen.size === head.size) facts.sameHash(old.root, head.root, 'bad-consistency', 'The log has another root than the one you saw at this size.');
  else verifyConsistency(old, head, proof);
}

function checkMeaning(facts: Facts, log: LogName, bytes: Uint8Array): void {
  if (log === 'names') {
    facts.text('Type', parseEntry(bytes).type);
    return;
  }
  const assertion = parseAssertion(bytes);
  checkSignatures(assertion);
  facts.text('Type', assertion.payload.type);
  facts.number('Signatures', assertion.envelope.signatures.length);
  facts.hash('Payload hash', assertion.hash);
}
