import { fromBase64, toBase64 } from '../bytes/base64';
import { NotShown, PartialMap } from '../map/partial';
import { InvariantError, Refusal, refuse } from '../refusal';
import type { LastSeal } from '../registry/batch';
import { DueIndex } from '../registry/due-index';
import { parseEntry, parseSeal, parseStateEntry } from '../registry/parse-entry';
import { checkSupported } from '../registry/policy';
import { keyText, nameKey, policyKey, type SealEntry, type StateItem, type StateReader, stateValue } from '../registry/state';
import { appendLeaves, type Edge, headOf, type TreeHead } from '../tlog/edge';
import { leafHash } from '../tlog/hash';
import type { CheckRun, Facts } from './check-step';
import type { ReadLog, ReadReplay, ReadShownState } from './evidence-file';
import { checkIncluded } from './evidence-of-state';
import { computePeriod, isSealBytes, openEntry, ReplayMismatch, sealOf } from './replay';
import { attempt } from './state-proof';

/**
 * checkReplayFails replays the one period that a file shows, by the same code that validators replay with, on the part of the state
 * that the file proves, and gives what is wrong with it.
 * @throws what `CheckRun.step` throws: `no-evidence` if the period replays, `bad-evidence` if the file does not show enough.
 */
export function checkReplayFails(run: CheckRun, checkpoint: TreeHead, evidence: ReadReplay): string {
  const { before, edge, period } = run.step('entries', (facts) => checkEntries(facts, evidence.names, checkpoint));
  run.step('evidence', (facts) => checkProofs(facts, evidence.proofs, before.seal, period.at(-1) ?? new Uint8Array(0)));
  const { map, state, due } = run.step('state', (facts) => checkState(facts, evidence.state, before.seal, checkpoint, period));
  return run.step('contradiction', (facts) => {
    const last: LastSeal = { index: before.index, number: before.seal.number, prev: before.seal.prev, timeSec: before.seal.timeSec };
    const from = { due, edges: { names: edge, proofs: evidence.proofs.edge }, last, map, state };
    const fault = faultOf(() => {
      const { timeSec } = sealOf(period, edge.size);
      const first = evidence.proofs.edge.size;
      const assertions = evidence.proofs.entries.map((bytes, i) => openEntry(bytes, first + i, state));
      computePeriod(from, assertions, timeSec, period).staged.abort();
    });
    facts.text('Fault', fault.detail);
    return `Seal ${before.seal.number + 1} was signed and does not replay: ${fault.detail}`;
  });
}

/** faultOf tells a fault of the registry from a file that shows too little, and from nothing. */
function faultOf(replay: () => void): Refusal {
  try {
    replay();
  } catch (error) {
    if (error instanceof ReplayMismatch || (error instanceof Refusal && error.code === 'time-goes-back')) return error;
    if (error instanceof NotShown) return refuse('bad-evidence', 'The file does not show all of the state that the replay needs.');
    // The state shown is proved, so only a file made up of proofs of a broken registry gets here; it convicts nobody by our bug.
    if (error instanceof InvariantError) return refuse('bad-evidence', 'The state shown can’t be replayed on.');
    throw error;
  }
  return refuse('no-evidence', 'The period replays to what was signed.');
}

interface Before {
  readonly index: number;
  readonly seal: SealEntry;
}

/** checkEntries checks that the entries are the last ones of the signed log: the seal before, then one whole period. */
function checkEntries(facts: Facts, { edge, entries }: ReadLog, checkpoint: TreeHead): { before: Before; edge: Edge; period: readonly Uint8Array[] } {
  facts.number('Entries', entries.length);
  const whole = headOf(appendLeaves(edge, entries.map(leafHash)).edge);
  facts.same(checkpoint.size, whole.size, 'bad-evidence', 'The entries shown do not end where the signed log does.');
  facts.sameHash(checkpoint.root, whole.root, 'bad-evidence', 'The entries shown are not those of the signed log.');
  const [first, ...period] = entries;
  if (first === undefined || period.length === 0 || period.slice(0, -1).some(isSealBytes)) return refuse('bad-evidence', 'A seal and the one period after it must be shown.');
  const seal = attempt(() => parseSeal(first));
  if (seal instanceof Refusal) return refuse('bad-evidence', 'The first entry shown is not the seal before.');
  facts.number('Seal before', seal.number);
  return { before: { index: edge.size, seal }, edge: appendLeaves(edge, [leafHash(first)]).edge, period };
}

/** checkProofs checks that the proof log shown is the one that the seal before commits to, and, with its new entries, the one that the failing seal does. */
function checkProofs(facts: Facts, { edge, entries }: ReadLog, before: SealEntry, last: Uint8Array): void {
  facts.number('Assertions', entries.length);
  const head = headOf(edge);
  facts.same(before.proofs.size, head.size, 'bad-evidence', 'The log of proofs shown is not that of the seal before.');
  facts.sameHash(fromBase64(before.proofs.root, 32), head.root, 'bad-evidence', 'The log of proofs shown is not that of the seal before.');
  const seal = attempt(() => parseSeal(last));
  if (seal instanceof Refusal) return refuse('bad-evidence', 'The last entry is no seal, which is shown in a simpler way.');
  const whole = headOf(appendLeaves(edge, entries.map(leafHash)).edge);
  facts.same(seal.proofs.size, whole.size, 'bad-evidence', 'The assertions shown are not those that the seal covers.');
  facts.same(seal.proofs.root, toBase64(whole.root), 'bad-evidence', 'The assertions shown are not those that the seal covers.');
}

/** checkState checks the state shown against the map of the seal before, and that nothing is left out on which an honest effect could rest. */
function checkState(facts: Facts, shown: readonly ReadShownState[], before: SealEntry, checkpoint: TreeHead, period: readonly Uint8Array[]) {
  facts.number('Keys shown', shown.length);
  const items = new Map<string, StateItem | null>();
  for (const one of shown) {
    if (one.shown === null) {
      items.set(keyText(one.key), null);
      continue;
    }
    checkIncluded(facts, one.shown, checkpoint);
    const { bytes, index } = one.shown;
    items.set(keyText(one.key), { bytes, entry: parseStateEntry(bytes), index });
  }
  const map = new PartialMap(fromBase64(before.map.root, 32), before.map.size, shown.map(({ key, map: proof, shown: entry }) => ({ key, proof, value: entry === null ? null : stateValue(entry.bytes) })));
  const state: StateReader = {
    get: (key) => {
      const item = items.get(keyText(key));
      if (item === undefined) throw new NotShown();
      return item;
    },
  };
  for (const key of affected(period)) if (!items.has(keyText(key))) refuse('bad-evidence', 'The state of a name that the period changes is not shown.');
  const policy = items.get(keyText(policyKey()));
  if (policy?.entry.type !== 'policy') return refuse('bad-evidence', 'The policy in force is not shown.');
  // Under rules that this program does not know it would convict what it only does not understand.
  checkSupported(policy.entry.policy);
  const held = [...items.values()].filter((item) => item !== null);
  return { due: DueIndex.of(held), map, state };
}

/**
 * affected are the keys whose state must be shown whatever the assertions are: those of all that the period's entries change. An
 * effect that fell due rests on nothing in the period, so that without this a file could leave out what it rests on.
 */
export function affected(period: readonly Uint8Array[]): Uint8Array[] {
  const keys = [policyKey()];
  for (const bytes of period) {
    const entry = attempt(() => parseEntry(bytes));
    if (!(entry instanceof Refusal) && entry.type === 'record') keys.push(nameKey(entry.name));
  }
  return keys;
}
