import { tmpdir } from 'node:os';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { provideFastCrypto } from '@/lib/native/fast-hash';
import { fastVerifier, verifyMany } from '@/lib/native/fast-verify';
import { openRegistryKeys } from '@/lib/server/registry-keys';
import { makeContext } from '@/lib/services/app-context';
import { EvidenceFolder } from '@/lib/services/evidence-folder';
import { openRegistry } from '@/lib/services/open-registry';
import { sequenceBatch } from '@/lib/services/sequence-batch';
import { showName } from '@/lib/services/show-name';
import { sandboxStripe } from '@/lib/services/stripe-gateway';
import { openDatabase } from '@/lib/storage/open';
import { NameMaker, nameOf, pairFromSeed } from './names';
import type { Populated } from './populate';
import { answerWith } from './processes';
import { median, rateOf, secondsOf } from './rounds';

/** MinuteJob asks to open a populated registry, to accept `batch` registrations and to seal them, `seals` times. */
export interface MinuteJob {
  populated: Populated;
  batch: number;
  seals: number;
  /** how many names are looked up and proved in each round; 0 for no look-ups */
  lookups: number;
}

/** MinuteResult is what that took; memory is the whole process's, resident. */
export interface MinuteResult {
  openSec: number;
  openMb: number;
  acceptedPerSec: number;
  sealSec: number;
  /** the longest time for which nothing else could run in the process, while it sealed */
  stallMs: number;
  sealedMb: number;
  coldPerSec: number;
  hotPerSec: number;
}

/** How many registrations are on their way at a time. */
const AT_ONCE = 1_000;

async function run({ populated, batch, seals, lookups }: MinuteJob): Promise<MinuteResult> {
  provideFastCrypto();
  const { databaseUrl, dataDir, origin, periodSec, names } = populated;
  const { verify } = fastVerifier();
  let aheadSec = 0;
  const clock = () => Math.floor(Date.now() / 1000) + aheadSec;
  const openMs = performance.now();
  const db = await openDatabase({ ...(databaseUrl === null ? {} : { databaseUrl }), dataDir });
  const keys = openRegistryKeys(join(dataDir, 'keys.json'), false, () => undefined);
  const core = await openRegistry({ db, keys, origin, periodSec, clock, verifyMany: (checks) => verifyMany(checks, verify), seen: null, remember: () => undefined, log: () => undefined });
  const openSec = (performance.now() - openMs) / 1000;
  const openMb = residentMb();

  const { registrar } = JSON.parse(readFileSync(join(dataDir, 'keys.json'), 'utf8')) as { registrar: string };
  const { schedule } = core.live.policy();
  const maker = new NameMaker({ registry: core.live.id, schedule, notAfterSec: clock() + 86_400 * 365, registrar: pairFromSeed(Buffer.from(registrar, 'base64')) });
  const accepted: number[] = [];
  const sealed: number[] = [];
  let stallMs = 0;
  for (let seal = 0; seal < seals; seal++) {
    const first = names + seal * batch;
    const bodies = Array.from({ length: batch }, (_, i) => maker.signed(first + i).bytes);
    const acceptSec = await secondsOf(async () => {
      for (let from = 0; from < batch; from += AT_ONCE) await Promise.all(bodies.slice(from, from + AT_ONCE).map((bytes) => core.acceptor.submit(bytes)));
    });
    accepted.push(batch / acceptSec);
    aheadSec += periodSec;
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    let done: Awaited<ReturnType<typeof sequenceBatch>> | null = null;
    sealed.push(await secondsOf(async () => (done = await sequenceBatch(core))));
    delay.disable();
    stallMs = Math.max(stallMs, delay.max / 1e6);
    checkSealed(done, batch);
  }
  const result = { openSec, openMb, acceptedPerSec: median(accepted), sealSec: median(sealed), stallMs, sealedMb: residentMb(), coldPerSec: 0, hotPerSec: 0 };
  if (lookups > 0) {
    const stripe = sandboxStripe({ baseUrl: () => 'http://127.0.0.1:9', secretKey: 'sk_test_bench', webhookSecret: 'whsec_bench' });
    const ctx = makeContext(core, { evidence: new EvidenceFolder(tmpdir()), stripe, random: (sizeBytes) => new Uint8Array(randomBytes(sizeBytes)) });
    let at = 0;
    const other = () => nameOf((at = (at + 7_919) % names));
    const look = async (name: string) => (await showName(ctx, { name, tenure: null })).state.shown ?? bug(name);
    const inGroups = async (count: number, next: () => string) => {
      for (let from = 0; from < count; from += 16) await Promise.all(Array.from({ length: 16 }, () => look(next())));
    };
    result.coldPerSec = await rateOf(lookups, 3, () => inGroups(lookups, other));
    const few = Array.from({ length: 64 }, other);
    let turn = 0;
    result.hotPerSec = await rateOf(lookups, 3, () => inGroups(lookups, () => few[turn++ % few.length] ?? ''));
  }
  await core.acceptor.close();
  await db.close();
  return result;
}

function checkSealed(done: unknown, batch: number): void {
  const { done: what, assertions, refused } = done as { done: string; assertions?: number; refused?: number };
  if (what !== 'sealed' || assertions !== batch || refused !== 0) throw new Error(`the seal went wrong: ${JSON.stringify(done)}`);
}

function residentMb(): number {
  return process.memoryUsage().rss / 2 ** 20;
}

function bug(name: string): never {
  throw new Error(`${name} was not found`);
}

answerWith(run);
