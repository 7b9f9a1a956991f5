import { cappedDelays } from '../core/assertion/policy-defaults';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { sandboxAllowed } from '../sandbox/allowed';
import { createSandbox, type Sandbox } from '../sandbox/sandbox';
import { databaseStore } from '../sandbox/database-store';
import { makeContext, type AppContext } from '../services/app-context';
import { EvidenceFolder } from '../services/evidence-folder';
import { FailedRefunds } from '../services/failed-refunds';
import { followSeals } from '../services/follow-seals';
import { checkWitnesses, WitnessAsker, type WitnessState } from '../services/ask-witness';
import { gatherEvidence } from '../services/gather-evidence';
import { hasRegistry, openRegistry } from '../services/open-registry';
import { followSealedOrders, reconcilePayments } from '../services/reconcile-payments';
import { SnapshotFolder } from '../services/snapshot-folder';
import { sealEvent } from '../services/show-registry';
import { realStripe, sandboxStripe } from '../services/stripe-gateway';
import { writeSnapshot } from '../services/write-snapshot';
import { openDatabase } from '../storage/open';
import { campaign } from '../storage/lock';
import { followSeals as watchSeals } from '../storage/follow-seals';
import { startMinuteLoop, type MinuteLoop } from '../worker/minute-loop';
import { EnvError, type ServerEnv } from './env';
import { EventHub, formatEvent } from './events';
import { provideFastCrypto } from '../native/fast-hash';
import { fastVerifier } from '../native/fast-verify';
import { VerifyThreads } from '../native/verify-threads';
import { RequestCounts } from './metrics';
import { openRegistryKeys } from './registry-keys';
import { makeRemember, readSeen } from './seen-file';

/** How often the embedded database is tidied up. */
const MAINTAIN_SEC = 300;
/** How often validators are asked for evidence. */
const EVIDENCE_SEC = 600;

/** App is one running process of the registry: everything but the sockets. */
export interface App {
  env: ServerEnv;
  ctx: AppContext;
  hub: EventHub;
  loop: MinuteLoop;
  sandbox: Sandbox | null;
  counts: RequestCounts;
  snapshots: SnapshotFolder;
  /** how it stands with the witnesses that are asked */
  witnesses: readonly WitnessState[];
  /** what a person should look at although seals go on, in plain sentences */
  attention(): string[];
  /** leads says whether this process seals */
  leads(): boolean;
  /** listening tells the port, once it is known, to those who call this very server: the sandbox and its webhooks. */
  listening(port: number): void;
  close(): Promise<void>;
}

/** openApp opens database, keys and registry, and starts sealing or following. It says what it does through `say`. Throws what stops a start. */
export async function openApp(env: ServerEnv, say: (line: string) => void): Promise<App> {
  const verifier = provideFastCrypto();
  say(`signatures are checked with ${verifier}`);
  const db = await openDatabase({ ...(env.databaseUrl === null ? {} : { databaseUrl: env.databaseUrl }), dataDir: env.dataDir, log: say });
  try {
    return await openOn(db, env, say);
  } catch (error) {
    await db.close();
    throw error;
  }
}

async function openOn(db: Awaited<ReturnType<typeof openDatabase>>, env: ServerEnv, say: (line: string) => void): Promise<App> {
  const clock = () => Math.floor(Date.now() / 1000);
  const random = (sizeBytes: number) => new Uint8Array(randomBytes(sizeBytes));
  const keys = openRegistryKeys(join(env.dataDir, 'keys.json'), !(await hasRegistry(db)), say);
  const seenPath = join(env.dataDir, 'seen.json');
  const remember = makeRemember(seenPath);
  const threads = new VerifyThreads(fastVerifier().verify);
  const core = await openRegistry({
    db,
    keys,
    origin: env.origin,
    periodSec: env.periodSec,
    forkFrom: env.forkFrom,
    ...(env.testDelaySec === null ? {} : { delays: cappedDelays(env.testDelaySec) }),
    clock,
    verifyMany: (checks) => threads.check(checks),
    seen: readSeen(seenPath),
    remember,
    log: say,
  });
  const { live } = core;
  if (env.stripe === null && !sandboxAllowed(live.origin)) {
    throw new EnvError(`the registry in the database is that of ${live.origin}, which is public, and without STRIPE_SECRET_KEY payments would go to the sandbox, which gives names away`);
  }
  if (live.origin !== env.origin) say(`the registry's origin is ${live.origin}, not ${env.origin}: its logs keep the name they were made with`);
  if (live.periodSec !== env.periodSec) say(`the registry's policy seals every ${live.periodSec} s; MNS_PERIOD_SEC=${env.periodSec} only counts for a new registry`);

  let port = env.port;
  const localUrl = () => `http://127.0.0.1:${port}`;
  const secrets = { secretKey: `sk_test_${randomBytes(16).toString('hex')}`, webhookSecret: `whsec_${randomBytes(16).toString('hex')}` };
  const sandbox = env.stripe === null ? createSandbox({ store: databaseStore(db, clock), clock, random, ...secrets, webhookUrl: () => `${localUrl()}/api/stripe/webhook`, log: say }) : null;
  const stripe = env.stripe === null ? sandboxStripe({ baseUrl: localUrl, ...secrets }) : realStripe(env.stripe);
  const ctx = makeContext(core, { evidence: new EvidenceFolder(join(env.dataDir, 'evidence')), stripe, random });

  const hub = new EventHub();
  live.onSeal((seal) => hub.publish(formatEvent('seal', seal.number, sealEvent(ctx, seal))));
  const snapshots = new SnapshotFolder(join(env.dataDir, 'snapshots'));
  let loop: MinuteLoop | null = null;
  const stopping = new AbortController();
  const failedRefunds = new FailedRefunds();
  const askers = env.witnesses.map((witness) => new WitnessAsker(witness, stopping.signal));
  await checkWitnesses(ctx, askers);
  const lock = await campaign(db, {
    onChange: (held) => {
      if (db.kind === 'postgres') say(held ? 'this process seals now' : 'this process does not seal any more');
      loop?.wake();
    },
  });
  const watcher = watchSeals(db, live.head.number, (seal) => core.acceptor.exclusive(async () => (seal > live.head.number ? followSeals(core) : undefined)), { log: say });
  loop = startMinuteLoop(ctx, lock, [
    { name: 'following sealed orders', everySec: 0, run: followSealedOrders },
    { name: 'reconciling payments', everySec: 0, run: reconcilePayments },
    ...(env.snapshotSeals === 0 ? [] : [{ name: 'snapshot', everySec: 0, run: () => writeSnapshot(ctx, { folder: snapshots, everySeals: env.snapshotSeals, stopped: () => stopping.signal.aborted }) }]),
    { name: 'looking for failed refunds', everySec: 0, run: (job) => failedRefunds.look(job) },
    ...(env.evidenceFrom.length === 0 ? [] : [{ name: 'gathering evidence', everySec: EVIDENCE_SEC, run: () => gatherEvidence(ctx, env.evidenceFrom) }]),
    ...askers.map((asker) => ({ name: `asking witness ${asker.vkeyText}`, everySec: 0, run: () => asker.ask(ctx) })),
    { name: 'database maintenance', everySec: MAINTAIN_SEC, run: () => db.maintain() },
  ]);
  let closing: Promise<void> | null = null;
  const app: App = {
    env,
    ctx,
    hub,
    loop,
    sandbox,
    counts: new RequestCounts(),
    snapshots,
    witnesses: askers.map((asker) => asker.state),
    attention: () => [
      ...(failedRefunds.count > 0 ? [failedRefunds.says] : []),
      ...askers.flatMap(({ state }) => (state.problem === null ? [] : [`witness ${state.name} does not cosign: ${state.problem}`])),
    ],
    leads: () => lock.held(),
    listening(actual) {
      port = actual;
      void sandbox?.start().catch((error: unknown) => say(`the sandbox could not start: ${String(error)}`));
    },
    close() {
      closing ??= (async () => {
        stopping.abort();
        hub.close();
        sandbox?.stop();
        await app.loop.stop();
        await watcher.stop();
        await core.acceptor.close();
        await threads.close();
        await lock.stop();
        await db.close();
      })();
      return closing;
    },
  };
  return app;
}
