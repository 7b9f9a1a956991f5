import { join } from 'node:path';
import { toBase64 } from '@/lib/core/bytes/base64';
import { equalBytes } from '@/lib/core/bytes/bytes';
import { batch } from '@/lib/core/registry/batch';
import { policyKey, type StateReader } from '@/lib/core/registry/state';
import { provideFastCrypto } from '@/lib/native/fast-hash';
import { fastVerifier, verifyMany } from '@/lib/native/fast-verify';
import { openRegistryKeys } from '@/lib/server/registry-keys';
import { openRegistry } from '@/lib/services/open-registry';
import { sealCommitOf, sealFactsOf, signBoth } from '@/lib/services/sequence-batch';
import { commitSeal } from '@/lib/storage/commit-seal';
import { openDatabase } from '@/lib/storage/open';
import { postRequest, RequestFile } from './load';
import { NameMaker } from './names';
import { answerWith } from './processes';

/** PopulateJob asks for a registry with `names` names in an empty database, sealed directly, with signatures that nobody checks. */
export interface PopulateJob {
  databaseUrl: string | null;
  dataDir: string;
  origin: string;
  periodSec: number;
  names: number;
  /** where to put an update of each name, really signed, as an HTTP request; null for none */
  updatesFile: string | null;
}

/** PopulateResult says how it went. */
export interface PopulateResult {
  registry: string;
  seconds: number;
}

const SEAL_NAMES = 20_000;
const DAY_SEC = 86_400;
/** Holders sign what is good for ten years from now. */
const VALID_SEC = 3_650 * DAY_SEC;

async function populate(job: PopulateJob, progress: (done: number) => void): Promise<PopulateResult> {
  provideFastCrypto();
  const startMs = performance.now();
  const nowSec = Math.floor(Date.now() / 1000);
  const db = await openDatabase({ ...(job.databaseUrl === null ? {} : { databaseUrl: job.databaseUrl }), dataDir: job.dataDir });
  const { verify } = fastVerifier();
  const core = await openRegistry({
    db,
    keys: openRegistryKeys(join(job.dataDir, 'keys.json'), true, () => undefined),
    origin: job.origin,
    periodSec: job.periodSec,
    clock: () => nowSec - 30 * DAY_SEC,
    verifyMany: (checks) => verifyMany(checks, verify),
    seen: null,
    remember: () => undefined,
    log: () => undefined,
  });
  const { live, cache } = core;
  const { schedule, registrar } = live.policy();
  const maker = new NameMaker({ registry: live.id, schedule, notAfterSec: nowSec + VALID_SEC, registrar: { key: registrar[0] ?? toBase64(core.keys.registrar.publicKey), sign: null } });
  await cache.load([policyKey()]);
  const policy = cache.get(policyKey());
  // All names are new, so besides the policy there is nothing in the state that they could touch.
  const state: StateReader = { get: (key) => (equalBytes(key, policyKey()) ? policy : null) };
  const updates = job.updatesFile === null ? null : new RequestFile(job.updatesFile);
  let committing: Promise<unknown> = Promise.resolve();
  for (let from = 0; from < job.names; from += SEAL_NAMES) {
    const count = Math.min(SEAL_NAMES, job.names - from);
    const pending = Array.from({ length: count }, (_, i) => (updates === null ? maker.filled(from + i) : maker.filledWithKeys(from + i)));
    const computed = batch({ due: live.due, edges: live.edges, last: live.last, state, map: live.map, pending, timeSec: live.last.timeSec + 60 });
    const [refused] = computed.refused;
    if (refused !== undefined) throw new Error(`a made name was refused: ${refused.code} ${refused.detail}`);
    const notes = signBoth(core, computed);
    await committing;
    committing = commitSeal(db, sealCommitOf(computed, notes, { seal: live.head.number, cutSeq: 0 })).then((done) => {
      if (done !== 'committed') throw new Error('somebody else sealed');
    });
    computed.staged.commit();
    live.advance({ seal: sealFactsOf(computed, notes), edges: computed.edges, policy: null });
    updates?.add(pending.map(({ parsed }, i) => postRequest('/api/v1/assertions', maker.update(from + i, parsed.hash, 'changed.example'))));
    progress(from + count);
  }
  await committing;
  updates?.close();
  await db.maintain();
  await db.close();
  return { registry: live.id, seconds: (performance.now() - startMs) / 1000 };
}

answerWith(populate);
