import { toBase64 } from '../core/bytes/base64';
import { equalBytes } from '../core/bytes/bytes';
import type { Delays } from '../core/assertion/payloads';
import { openCheckpoint } from '../core/checkpoint/checkpoint';
import { mapFromSorted } from '../core/map/build';
import { MapTree } from '../core/map/tree';
import { parseVkey } from '../core/note/vkey';
import { batch, BEFORE_GENESIS } from '../core/registry/batch';
import { DueIndex } from '../core/registry/due-index';
import { parseEntry } from '../core/registry/parse-entry';
import { EMPTY_STATE, policyKey, stateValue, type PolicyEntry } from '../core/registry/state';
import { commitSeal } from '../storage/commit-seal';
import type { Database } from '../storage/database';
import { readHead } from '../storage/heads';
import { newestSeals, readEntries, sealByNumber } from '../storage/log-store';
import { loadMapLeaves, readStates, readWaiting, type StoredState } from '../storage/state-store';
import { Acceptor } from './acceptor';
import { DamageError, loadEdge } from './edge-check';
import { factsOf, followSeals } from './follow-seals';
import { forkRegistry } from './fork-registry';
import type { RegistryKeys } from './keys';
import { LiveRegistry, type SealFacts } from './live-registry';
import { signGenesis } from './make-genesis';
import type { RegistryCore } from './registry-core';
import { sealCommitOf, signBoth } from './sequence-batch';
import type { VerifyMany } from './signatures';
import { StateCache } from './state-cache';

const RECENT_SEALS = 10;

/** OpenOptions are what a registry is opened with. */
export interface OpenOptions {
  db: Database;
  keys: RegistryKeys;
  origin: string;
  periodSec: number;
  /** delays and floors of a new registry, where they are not the usual ones */
  delays?: Delays;
  /** a provider's copy that a new registry goes on from, or null */
  forkFrom?: string | null;
  clock: () => number;
  verifyMany: VerifyMany;
  /** seen is the newest head this machine has published, or null. */
  seen: SeenHead | null;
  remember: (registry: string, seal: SealFacts) => void;
  log: (line: string) => void;
}

/** SeenHead is what is kept outside of the database about the newest head: enough to notice an older or another one. */
export interface SeenHead {
  registry: string;
  seal: number;
  namesSize: number;
  namesRoot: string;
}

/** hasRegistry tells whether the database holds a registry already. */
export async function hasRegistry(db: Database): Promise<boolean> {
  return (await readHead(db)).seal >= 0;
}

/**
 * openRegistry opens the registry in the database, or makes one there, and checks all that is signed next will rest on: edges
 * and newest entries against the signed heads, the map against its root, the keys against the policy, the head against the
 * newest one this machine has seen. Throws DamageError.
 */
export async function openRegistry(options: OpenOptions): Promise<RegistryCore> {
  const { db, keys, clock, log } = options;
  if (!(await hasRegistry(db))) await (options.forkFrom === undefined || options.forkFrom === null ? createRegistry(options) : forkRegistry(options, options.forkFrom));
  const { live, map } = await loadLive(options);
  checkKeys(keys, live);
  await checkSeen(options, live);

  const cache: StateCache = new StateCache({ value: (key) => map.get(key), read: (wanted) => readStates(db, wanted) });
  const acceptor: Acceptor = new Acceptor({ db, live, cache, keys, clock, verifyMany: options.verifyMany, catchUpSeals: () => followSeals(core), log });
  const core: RegistryCore = { db, clock, keys, live, cache, acceptor, sealing: null, stuckSeal: null, remember: (seal) => options.remember(live.id, seal), log };
  core.remember(live.head);
  return core;
}

/** createRegistry writes seal 0 with a fresh genesis. Where another process was first, its genesis stands. */
async function createRegistry(options: OpenOptions): Promise<void> {
  const { db, keys, origin, periodSec, clock, log } = options;
  const nowSec = clock();
  const genesis = await signGenesis(options, nowSec);
  const computed = batch({ ...BEFORE_GENESIS, state: EMPTY_STATE, map: new MapTree(), pending: [genesis], timeSec: nowSec });
  const notes = signBoth({ keys, live: null }, computed);
  const done = await commitSeal(db, sealCommitOf(computed, notes, { seal: -1, cutSeq: 0 }));
  if (done === 'committed') log(`new registry ${genesis.parsed.hash} for ${origin}, a seal every ${periodSec} s`);
}

/** loadLive reads heads, edges, map and policy of one seal, whatever others seal meanwhile. */
async function loadLive({ db, clock, log }: OpenOptions): Promise<{ live: LiveRegistry; map: MapTree }> {
  const startMs = performance.now();
  const loaded = await db.snapshot(async (tx) => {
    const head = await readHead(tx);
    const recent = (await newestSeals(tx, RECENT_SEALS)).map(factsOf);
    const seal = recent[0];
    if (seal === undefined || seal.number !== head.seal || seal.names.size !== head.names.size || !equalBytes(seal.names.root, head.names.root) || seal.proofs.size !== head.proofs.size || !equalBytes(seal.proofs.root, head.proofs.root)) {
      throw new DamageError('the head in the database is not its newest seal');
    }
    const edges = { names: await loadEdge(tx, 'names', seal.names), proofs: await loadEdge(tx, 'proofs', seal.proofs) };
    const { count, keys, values } = await loadMapLeaves(tx);
    const [policy] = await readStates(tx, [policyKey()]);
    const waiting = await readWaiting(tx);
    const [last] = await readEntries(tx, 'names', seal.names.size - 1, seal.names.size);
    return { seal, recent, edges, count, keys, values, policy, waiting, last };
  });
  const { seal, recent, edges, count, keys, values, policy, waiting, last } = loaded;
  const map = mapFromSorted(keys, values);
  if (count !== seal.map.size || !equalBytes(map.root(), seal.map.root)) throw new DamageError('the map in the database does not have the root that was signed');
  checkLastSeal(last, seal);
  if (policy === undefined || !equalBytes(stateValue(policy.bytes), map.get(policyKey()) ?? new Uint8Array(0))) throw new DamageError('the policy in the database is not the one that was signed');
  const entry = parseEntry(policy.bytes);
  if (entry.type !== 'policy') throw new DamageError('the policy in the database is no policy');
  openCheckpoint(seal.notes.names, entry.policy.logs.names.map(parseVkey));
  openCheckpoint(seal.notes.proofs, entry.policy.logs.proofs.map(parseVkey));
  if (count > 10_000) log(`${count.toLocaleString('en')} state entries loaded and checked in ${((performance.now() - startMs) / 1000).toFixed(1)} s`);
  return { live: new LiveRegistry(map, dueOf(map, [policy, ...waiting]), { seal, edges, policy: entry, recent }, clock), map };
}

/** dueOf is what waits, by the entries that the database says have something waiting; each must be what the signed map names. */
function dueOf(map: MapTree, waiting: readonly StoredState[]): DueIndex {
  for (const { key, bytes } of waiting) {
    if (!equalBytes(stateValue(bytes), map.get(key) ?? new Uint8Array(0))) throw new DamageError('an entry in the database that waits is not the one that was signed');
  }
  return DueIndex.of(waiting);
}

/** checkLastSeal compares the last entry of the name log, which the signed root covers, with the seal's row, which nothing covers. */
function checkLastSeal(bytes: Uint8Array | undefined, seal: SealFacts): void {
  const entry = bytes === undefined ? null : parseEntry(bytes);
  const agrees =
    entry !== null && entry.type === 'seal' && entry.number === seal.number && entry.timeSec === seal.timeSec &&
    entry.proofs.size === seal.proofs.size && entry.proofs.root === toBase64(seal.proofs.root) && entry.map.size === seal.map.size && entry.map.root === toBase64(seal.map.root);
  if (!agrees) throw new DamageError(`the last entry of the name log is not seal ${seal.number} as the database tells it`);
}

function checkKeys(keys: RegistryKeys, live: LiveRegistry): void {
  const policy: PolicyEntry['policy'] = live.policy();
  const has = (log: 'names' | 'proofs') => policy.logs[log].some((vkey) => equalBytes(parseVkey(vkey).publicKey, keys[log].publicKey));
  if (!policy.registrar.includes(toBase64(keys.registrar.publicKey)) || !has('names') || !has('proofs')) {
    throw new DamageError('the keys of this process are not the keys of the registry in the database: is this the right MNS_DATA_DIR?');
  }
}

/** checkSeen refuses a database that is older than what this machine has published, or that tells another history. */
async function checkSeen({ db, seen }: OpenOptions, live: LiveRegistry): Promise<void> {
  if (seen === null) return;
  if (seen.registry !== live.id) throw new DamageError(`this machine has served registry ${seen.registry}, and the database holds ${live.id}`);
  if (seen.seal > live.head.number) {
    throw new DamageError(`the database ends at seal ${live.head.number}, but this machine has published seal ${seen.seal}: going on from an old copy would fork the log. Restore the newest one`);
  }
  const stored = await sealByNumber(db, seen.seal);
  if (stored === null || stored.names.size !== seen.namesSize || toBase64(stored.names.root) !== seen.namesRoot) {
    throw new DamageError(`seal ${seen.seal} in the database is not the one that this machine has published`);
  }
}
