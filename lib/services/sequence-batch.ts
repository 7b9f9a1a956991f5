import { fromBase64 } from '../core/bytes/base64';
import { formatCheckpoint, openCheckpoint, type CheckpointToSign } from '../core/checkpoint/checkpoint';
import type { VerifiedAssertion } from '../core/assertion/verify';
import { parseVkey } from '../core/note/vkey';
import { InvariantError, invariant, Refusal } from '../core/refusal';
import { batchSteps, type Batch, type Both } from '../core/registry/batch';
import { waitsOf } from '../core/registry/due-index';
import type { PolicyEntry } from '../core/registry/state';
import { commitSeal, type SealCommit } from '../storage/commit-seal';
import { openCut, readHead, retimeCut, type StoredHead } from '../storage/heads';
import type { LogName, StoredTile } from '../storage/log-store';
import { listPending, type PendingAssertion } from '../storage/pending-store';
import { DamageError, recheckEdge } from './edge-check';
import { followSeals } from './follow-seals';
import type { LiveRegistry, SealFacts } from './live-registry';
import { noteTurns, tokensToLog } from './log-tokens';
import { HeldState } from './held-state';
import { Pace } from './pace';
import type { RegistryCore } from './registry-core';
import { SealWork } from './seal-work';
import type { Signer } from './keys';
import { BehindError } from './state-cache';
import { loadDue, loadStateFor } from './state-plan';

/** How many pending rows are read, and how many assertions' state is loaded, before other work gets its turn. */
const PENDING_AT_ONCE = 200;
const LOADED_AT_ONCE = 100;
/** A cut this old is sealed with the time of now: half of what validators allow between a seal and their clock. */
const LATE_CUT_SEC = 60;

/** Sequenced says what a call of `sequenceBatch` did. */
export type Sequenced =
  | { done: 'sealed'; seal: number; assertions: number; refused: number; tookMs: number }
  /** the clock has not passed the last seal's time: nothing may be sealed yet */
  | { done: 'clock-behind'; bySec: number }
  /** another process sealed first */
  | { done: 'moved' };

/**
 * sequenceBatch closes a signing period: cut, compute, check again what the new roots rest on, sign, commit, publish. After a
 * crash it first seals the cut that was left: what belongs to it never changes, its time only if it has become late (`makeLater`).
 * Nothing that is signed leaves this function before it is committed.
 * Throws DamageError if the database does not hold what was signed before.
 */
export async function sequenceBatch(core: RegistryCore): Promise<Sequenced> {
  const startMs = performance.now();
  const { db, live, acceptor } = core;
  const before = await readHead(db);
  if (before.seal !== live.head.number) await acceptor.exclusive(() => followSeals(core));
  const cut = await cutNow(core, before);
  if ('done' in cut) return cut;
  if (cut.seal !== live.head.number) return { done: 'moved' };

  const { assertions, bad } = await verifyRows(core, await pendingOf(core, cut.cutSeq));
  const isLate = core.clock() - cut.cutSec > LATE_CUT_SEC;
  const made = (isLate ? await makeLater(core, cut, assertions) : null) ?? (await make(core, cut, assertions));
  if (made === null) return { done: 'moved' };
  const { computed, tokens, work } = made;
  try {
    await recheckEdge(db, 'names', live.edges.names);
    await recheckEdge(db, 'proofs', live.edges.proofs);
    const notes = signBoth(core, computed);
    const committed = await acceptor.exclusive(() => publish(core, made, notes, bad));
    if (!committed) return { done: 'moved' };
  } finally {
    end(core, work);
  }
  if (tokens !== null) noteTurns(core, computed.seal.number, tokens);
  core.remember(live.head);
  return { done: 'sealed', seal: computed.seal.number, assertions: computed.accepted.length, refused: computed.refused.length + bad.length, tookMs: performance.now() - startMs };
}

/** Made is a seal that is computed, and not yet signed or stored. `cut` has the time that it was computed for. */
interface Made {
  cut: StoredHead;
  computed: Batch;
  tokens: VerifiedAssertion | null;
  work: SealWork;
  /** the accepted state was made for this very cut: its time is the one it was cut with */
  asAccepted: boolean;
}

/** make computes the seal of a cut; null if another process was first. Other work may run meanwhile; whoever takes in another process's seal ends this one. */
async function make(core: RegistryCore, cut: StoredHead, accepted: readonly VerifiedAssertion[]): Promise<Made | null> {
  const { live } = core;
  const tokens = await tokensOf(core, cut);
  // Before what was accepted: a validator that leaves in this seal has its last tokens logged.
  const pending = tokens === null ? accepted : [tokens, ...accepted];
  const state = await loadState(core, cut, pending);
  if (state === null || live.head.number !== cut.seal) return null;
  const work = new SealWork(batchSteps({ due: live.due, edges: live.edges, last: live.last, state, map: live.map, pending, timeSec: cut.cutSec }));
  core.sealing = work;
  try {
    const computed = await work.run();
    return computed === null ? null : { asAccepted: tokens === null, computed, cut, tokens, work };
  } catch (error) {
    end(core, work);
    throw error;
  }
}

/**
 * makeLater gives a cut that was left long ago the time of now, since validators refuse a seal whose time is far from their clock:
 * unless something in the cut would be refused then (it would have expired), or something would fall due that did not then: what was
 * accepted after the cut was judged without it. Both were promised. Null if so.
 */
async function makeLater(core: RegistryCore, cut: StoredHead, accepted: readonly VerifiedAssertion[]): Promise<Made | null> {
  const { live } = core;
  const nowSec = core.clock();
  if (live.due.candidates(nowSec).length > live.due.candidates(cut.cutSec).length) return null;
  const made = await make(core, { ...cut, cutSec: nowSec }, accepted);
  if (made === null) return null;
  const retimed = made.computed.refused.length > 0 ? null : await retimeCut(core.db, cut, made.cut.cutSec);
  if (retimed === null) {
    end(core, made.work);
    return null;
  }
  core.log(`the cut of seal ${cut.cutSeal} was ${made.cut.cutSec - cut.cutSec} s old and is sealed with the time of now`);
  return { ...made, asAccepted: false, cut: retimed };
}

/** end forgets a seal that will not be committed; after its commit it does nothing. */
function end(core: RegistryCore, work: SealWork): void {
  work.abort();
  if (core.sealing === work) core.sealing = null;
}

/** pendingOf reads what the cut holds, in pages. */
async function pendingOf({ db }: RegistryCore, throughSeq: number): Promise<PendingAssertion[]> {
  const rows: PendingAssertion[] = [];
  const pace = new Pace();
  for (;;) {
    await pace.breathe();
    const page = await listPending(db, rows.at(-1)?.seq ?? 0, throughSeq, PENDING_AT_ONCE);
    rows.push(...page);
    if (page.length < PENDING_AT_ONCE) return rows;
  }
}

/** loadState loads what the batch reads; null if another process has sealed. Throws DamageError if the stored state is not what was signed. */
async function loadState({ db, live, cache }: RegistryCore, cut: StoredHead, assertions: readonly VerifiedAssertion[]): Promise<HeldState | null> {
  const state = new HeldState(cache);
  try {
    for (let from = 0; from === 0 || from < assertions.length; from += LOADED_AT_ONCE) {
      await loadStateFor(assertions.slice(from, from + LOADED_AT_ONCE).map(({ parsed }) => parsed), state, state, live.due);
    }
    await loadDue(live.due, cut.cutSec, state);
    return state;
  } catch (error) {
    if (!(error instanceof BehindError)) throw error;
    const { seal } = await readHead(db);
    // This process may have taken in another's seal meanwhile: then head and live view agree, and are both further on.
    if (seal === cut.seal && live.head.number === cut.seal) throw new DamageError('entries in the database are not those that the signed map names');
    return null;
  }
}

/** tokensOf is the assertion with the new tokens, or null. What is wrong with tokens never stops a seal: they come again with the next one. */
async function tokensOf(core: RegistryCore, cut: StoredHead): Promise<VerifiedAssertion | null> {
  try {
    return await tokensToLog(core, cut.cutSec);
  } catch (error) {
    if (error instanceof BehindError) return null;
    if (error instanceof DamageError) throw error;
    core.log(`tokens could not be logged: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return null;
  }
}

/** cutNow closes the open seal, or gives the cut that a dead sealer left. */
async function cutNow(core: RegistryCore, before: StoredHead): Promise<StoredHead | Sequenced> {
  const { db, clock, acceptor } = core;
  if (before.cutSeal > before.seal) return before;
  const nowSec = clock();
  if (nowSec <= before.timeSec) return { done: 'clock-behind', bySec: before.timeSec - nowSec + 1 };
  return acceptor.exclusive(async () => {
    const head = await openCut(db, before.seal, nowSec);
    if (head === null) return { done: 'moved' };
    await acceptor.noteCut(head);
    return head;
  });
}

interface BadRow {
  hash: Uint8Array;
  code: string;
  detail: string;
}

/** verifyRows gives the verified form of the pending rows; one that cannot be verified is refused alone. */
async function verifyRows(core: RegistryCore, rows: readonly { hash: Uint8Array; bytes: Uint8Array }[]): Promise<{ assertions: VerifiedAssertion[]; bad: BadRow[] }> {
  const assertions: VerifiedAssertion[] = [];
  const bad: BadRow[] = [];
  const pace = new Pace();
  for (const { hash, bytes } of rows) {
    await pace.breathe();
    try {
      assertions.push(await core.acceptor.takeVerified(Buffer.from(hash).toString('base64'), bytes));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      bad.push({ hash, code: error.code, detail: error.detail });
    }
  }
  return { assertions, bad };
}

/** signBoth signs both checkpoints and opens them again with the keys that readers have. */
export function signBoth(core: { keys: RegistryCore['keys']; live: Pick<LiveRegistry, 'policy'> | null }, computed: Batch): Both<string> {
  const policy = core.live?.policy() ?? policyOf(computed).policy;
  return {
    names: signOne(computed.checkpoints.names, core.keys.names, policy.logs.names),
    proofs: signOne(computed.checkpoints.proofs, core.keys.proofs, policy.logs.proofs),
  };
}

function signOne(toSign: CheckpointToSign, key: Signer<CheckpointToSign>, vkeys: readonly string[]): string {
  const note = formatCheckpoint(toSign, [{ publicKey: key.publicKey, signature: key.sign(toSign) }]);
  openCheckpoint(note, vkeys.map(parseVkey));
  return note;
}

/** publish commits the seal and goes on to it, in memory too. It answers false if another process was first. */
async function publish(core: RegistryCore, { asAccepted, computed, cut, work }: Made, notes: Both<string>, bad: readonly BadRow[]): Promise<boolean> {
  const { db, live, cache, acceptor } = core;
  if (core.sealing !== work) return false;
  const done = await commitSeal(db, sealCommitOf(computed, notes, cut, bad));
  if (done === 'moved') {
    await tellIfStuck(core, computed.seal.number, cut);
    return false;
  }
  core.sealing = null;
  work.commit();
  cache.put(computed.writes);
  live.due.commit(computed.writes);
  live.advance({ seal: sealFactsOf(computed, notes), edges: computed.edges, policy: policyWrite(computed) });
  // Due effects come between what was accepted and the next seal; then the accepted state is made anew.
  const expected = computed.accepted.reduce((sum, { names: [first, end] }) => sum + end - first, 0) + 1;
  acceptor.noteSealed(computed.seal.number, asAccepted && computed.refused.length === 0 && bad.length === 0 && computed.names.entries.length === expected);
  return true;
}

/** tellIfStuck says, once, that a seal cannot be written although nobody else has sealed: without that line the registry would just stand still. */
async function tellIfStuck(core: RegistryCore, seal: number, cut: StoredHead): Promise<void> {
  const head = await readHead(core.db);
  if (head.seal !== cut.seal || core.stuckSeal === seal) return;
  core.stuckSeal = seal;
  core.log(`SEAL ${seal} CANNOT BE WRITTEN: the head in the database is still that of seal ${head.seal}, but there are rows beyond it in log_entry, log_seal or log_tile, or the head's row is not the one of that seal. It is tried again; look at the database`);
}

/** sealCommitOf is a computed seal as storage writes it. */
export function sealCommitOf(computed: Batch, notes: Both<string>, cut: Pick<StoredHead, 'seal' | 'cutSeq'>, bad: readonly BadRow[] = []): SealCommit {
  const { names, proofs, heads, seal, writes, mapWrites } = computed;
  const facts = sealFactsOf(computed, notes);
  const entriesOf = (growth: Batch['names']) => growth.entries.map((bytes, i) => ({ bytes, leaf: growth.leaves[i] ?? bug() }));
  const tilesOf = (log: LogName, growth: Batch['names']): StoredTile[] => growth.tiles.map(({ level, index, hashes }) => ({ log, level, index, hashes }));
  return {
    from: { seal: cut.seal, namesSize: names.first, proofsSize: proofs.first },
    seal: {
      number: seal.number,
      timeSec: seal.timeSec,
      names: { ...heads.names, note: notes.names },
      proofs: { ...heads.proofs, note: notes.proofs },
      map: facts.map,
    },
    proofEntries: entriesOf(proofs),
    nameEntries: entriesOf(names),
    tiles: [...tilesOf('proofs', proofs), ...tilesOf('names', names)],
    mapWrites: mapWrites.map(({ key, value }, i) => ({ key, value, nameIndex: (writes[i] ?? bug()).item.index, waits: waitsOf((writes[i] ?? bug()).item.entry) !== null })),
    sealed: computed.accepted.map(({ hash, proofIndex, names: [first, end] }) => ({ hash: fromBase64(hash, 32), proofIndex, nameIndex: end > first ? end - 1 : null })),
    refused: [...bad, ...computed.refused.map(({ hash, code, detail }) => ({ hash: fromBase64(hash, 32), code, detail }))],
    throughSeq: cut.cutSeq,
  };
}

/** sealFactsOf is a computed seal as the live view has it. */
export function sealFactsOf(computed: Batch, notes: Both<string>): SealFacts {
  const { seal, heads } = computed;
  return { number: seal.number, timeSec: seal.timeSec, names: heads.names, proofs: heads.proofs, map: { size: seal.map.size, root: fromBase64(seal.map.root, 32) }, notes };
}

/** policyWrite is the policy entry a batch wrote, or null. */
export function policyWrite(computed: Batch): PolicyEntry | null {
  for (const { item } of computed.writes) if (item.entry.type === 'policy') return item.entry;
  return null;
}

function policyOf(computed: Batch): PolicyEntry {
  const entry = policyWrite(computed);
  invariant(entry !== null, 'genesis writes a policy');
  return entry;
}

function bug(): never {
  throw new InvariantError('a batch has as many leaves as entries and as many writes as map writes');
}
