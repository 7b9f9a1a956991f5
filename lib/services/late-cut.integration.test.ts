import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RegistryInfo } from '../client/wire';
import { makeCancel, makeTransfer } from '../core/assertion/fixture-names';
import { type FixtureRegistry, makeIdentity, makeRegister } from '../core/assertion/fixtures';
import { DEFAULT_DELAYS } from '../core/assertion/policy-defaults';
import { verifySignature } from '../core/keys/ed25519';
import { nameKey, readRecord } from '../core/registry/state';
import { newDataDir } from '../server/app-for-tests';
import { worldOf } from '../server/process-for-tests';
import { openRegistryKeys } from '../server/registry-keys';
import type { Database } from '../storage/database';
import { openCut, readHead } from '../storage/heads';
import { openDatabase } from '../storage/open';
import { makeContext } from './app-context';
import { EvidenceFolder } from './evidence-folder';
import { openRegistry } from './open-registry';
import type { RegistryCore } from './registry-core';
import { sequenceBatch } from './sequence-batch';
import { showRegistry } from './show-registry';
import { sandboxStripe } from './stripe-gateway';

const START_SEC = Math.floor(Date.now() / 1000);
const PERIOD_SEC = 60;
const TRANSFER_SEC = 600;

let db: Database;
let core: RegistryCore;
let world: FixtureRegistry;
let nowSec = START_SEC;
const lines: string[] = [];

beforeAll(async () => {
  const dataDir = newDataDir();
  db = await openDatabase({ dataDir });
  const keys = openRegistryKeys(join(dataDir, 'keys.json'), true, () => undefined);
  core = await openRegistry({ clock: () => nowSec, db, delays: { ...DEFAULT_DELAYS, transferSec: TRANSFER_SEC }, keys, log: (line) => lines.push(line), origin: 'localhost:41931', periodSec: PERIOD_SEC, remember: () => undefined, seen: null, verifyMany: (checks) => checks.map(({ message, publicKey, signature }) => verifySignature(publicKey, message, signature)) });
  const stripe = sandboxStripe({ baseUrl: () => 'http://127.0.0.1:9', secretKey: 'sk_test_x', webhookSecret: 'whsec_x' });
  const info: RegistryInfo = await showRegistry(makeContext(core, { evidence: new EvidenceFolder(join(dataDir, 'evidence')), random: (count) => new Uint8Array(count), stripe }));
  world = worldOf(info, dataDir);
  nowSec += PERIOD_SEC;
});
afterAll(async () => {
  await core.acceptor.close();
  await db.close();
});

/** leaveCut cuts as a sealer that then dies; what it had accepted is in the cut. */
async function leaveCut(notAfter: number): Promise<string> {
  const register = makeRegister(world, makeIdentity(world.registry, `late ${nowSec}`), `latecut${notAfter}`, { notAfter });
  await core.acceptor.submit(register.bytes);
  await openCut(db, core.live.head.number, nowSec);
  return register.hash;
}

test('a cut that a dead sealer left long ago is sealed with the time of now, and with all that was in it', async () => {
  await leaveCut(nowSec + 100_000);
  const cutSec = nowSec;
  nowSec += 1_000;
  expect(await sequenceBatch(core)).toMatchObject({ assertions: 1, done: 'sealed', refused: 0, seal: 1 });
  expect(core.live.head.timeSec).toBe(nowSec);
  expect(await readHead(db)).toMatchObject({ cutSec: nowSec, seal: 1, timeSec: nowSec });
  expect(lines.some((line) => line.includes(`was ${nowSec - cutSec} s old`))).toBe(true);
  // What is accepted afterwards is checked against the state as it is now.
  const other = makeRegister(world, makeIdentity(world.registry, 'later'), 'anothername', { notAfter: nowSec + 100_000 });
  await core.acceptor.submit(other.bytes);
  nowSec += PERIOD_SEC;
  expect(await sequenceBatch(core)).toMatchObject({ assertions: 1, done: 'sealed', refused: 0, seal: 2 });
});

test('it keeps its time if something that was promised would have expired by now', async () => {
  nowSec += PERIOD_SEC;
  await leaveCut(nowSec + 400);
  const cutSec = nowSec;
  nowSec += 1_000;
  expect(await sequenceBatch(core)).toMatchObject({ assertions: 1, done: 'sealed', refused: 0, seal: 3 });
  expect(core.live.head.timeSec).toBe(cutSec);
});

test('a young one keeps its time', async () => {
  expect(await sequenceBatch(core)).toMatchObject({ done: 'sealed', seal: 4 });
  nowSec += PERIOD_SEC;
  await leaveCut(nowSec + 100_000);
  const cutSec = nowSec;
  nowSec += 20;
  expect(await sequenceBatch(core)).toMatchObject({ done: 'sealed', seal: 5 });
  expect(core.live.head.timeSec).toBe(cutSec);
});

test('it keeps its time if a transfer would take effect by now that was cancelled after the cut: the cancel was promised', async () => {
  const [alice, bob] = ['alice', 'bob'].map((label) => makeIdentity(world.registry, label)) as [ReturnType<typeof makeIdentity>, ReturnType<typeof makeIdentity>];
  const record = async () => {
    await core.cache.load([nameKey('aliceoflate')]);
    return readRecord(core.cache, 'aliceoflate')?.entry ?? expect.fail('nobody has it');
  };
  const nextSeal = async () => {
    nowSec += PERIOD_SEC;
    expect(await sequenceBatch(core)).toMatchObject({ done: 'sealed', refused: 0 });
  };
  await core.acceptor.submit(makeRegister(world, alice, 'aliceoflate', { notAfter: nowSec + 100_000 }).bytes);
  await nextSeal();
  await core.acceptor.submit(makeTransfer(world, alice, bob, await record(), { notAfter: nowSec + 100_000 }).bytes);
  await nextSeal();
  const dueSec = nowSec + TRANSFER_SEC;
  for (let left = TRANSFER_SEC; left > PERIOD_SEC; left -= PERIOD_SEC) await nextSeal();
  nowSec = dueSec - 10;
  await openCut(db, core.live.head.number, nowSec);
  await core.acceptor.submit(makeCancel({ ...world, notAfter: nowSec + 100_000 }, await record(), alice.root).bytes);
  nowSec += 100;
  expect(await sequenceBatch(core)).toMatchObject({ assertions: 0, done: 'sealed' });
  expect(core.live.head.timeSec).toBe(dueSec - 10);
  nowSec += 1;
  expect(await sequenceBatch(core)).toMatchObject({ assertions: 1, done: 'sealed', refused: 0 });
  expect(await record()).toMatchObject({ ended: null, pending: [], tenure: 0, udf: alice.udf });
});
