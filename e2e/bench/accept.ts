import { join } from 'node:path';
import { fastVerifier } from '@/lib/native/fast-verify';
import { type Loaded, measureLoad, postRequest, RequestFile } from './load';
import { installPlc, servePlc, signPlcRequests } from './plc';
import { type DatabaseKind, populate } from './populate';
import { freePort, serve, serveRegistry, settle, tempFolder } from './processes';
import { measureRawInserts } from './raw-inserts';
import type { Report } from './report';
import { type Bench, rateOf } from './rounds';
import { signedItems } from './verify';

const CLIENTS = 64;
const PART = 'accept';
/** How long the envelope of an update is, about. */
const UPDATE_BYTES = 620;

/** benchAccept measures signed updates accepted over HTTP, durable before the answer, beside did:plc's server and the limits of the machine. */
export async function benchAccept(bench: Bench, report: Report): Promise<void> {
  const postgres = await measureOurs(bench, 'postgres', bench.quick ? 8_000 : 25_000);
  const postgresRaw = await (bench.progress('bare inserts, PostgreSQL'), measureRawInserts('postgres', bench.quick));
  const bare = await measureBare(bench, postgres);
  const items = signedItems();
  const { verify } = fastVerifier();
  const verified = await rateOf(items.length, 3, () => {
    for (const { publicKey, message, signature } of items) if (!verify(publicKey, message, signature)) throw new Error('a good signature was refused');
  });
  const what = `signed updates over HTTP, durable, PostgreSQL, ${CLIENTS} clients`;
  const plc = await measurePlc(bench, report);
  if (plc !== null) {
    report.add(PART, { what, ours: postgres.perSec, unit: '/s', limit: { name: 'did:plc’s server, the better of creating and updating,', value: plc.perSec }, aim: { least: 25 }, note: plc.failedShare === 0 ? null : `did:plc’s server failed ${(plc.failedShare * 100).toFixed(1)} % of its requests` });
    report.add(PART, { what: 'time to the answer, median', ours: postgres.p50Ms, unit: 'ms', limit: { name: 'did:plc’s server', value: plc.p50Ms } });
    report.add(PART, { what: 'time to the answer, 99th of 100', ours: postgres.p99Ms, unit: 'ms', limit: { name: 'did:plc’s server', value: plc.p99Ms } });
    report.add(PART, { what: 'processor time of the server’s process an update', ours: postgres.cpuMs, unit: 'ms', limit: { name: 'did:plc’s server', value: plc.cpuMs } });
  } else {
    report.add(PART, { what: 'time to the answer, median', ours: postgres.p50Ms, unit: 'ms' });
    report.add(PART, { what: 'time to the answer, 99th of 100', ours: postgres.p99Ms, unit: 'ms' });
  }
  const beside = (name: string, value: number) => report.add(PART, { what, ours: postgres.perSec, unit: '/s', limit: { name, value } });
  beside('bare checks of their one signature, one core', verified);
  beside('bare inserts, a row a commit, one client', postgresRaw.oneByOne);
  beside('bare inserts, a row a commit, 32 clients', postgresRaw.manyClients);
  beside('bare inserts, 64 rows a commit', postgresRaw.grouped);
  beside('bare node:http POST', bare);

  const embedded = await measureOurs(bench, 'embedded', bench.quick ? 3_000 : 10_000);
  const embeddedRaw = await (bench.progress('bare inserts, embedded'), measureRawInserts('embedded', bench.quick));
  const whatEmbedded = `signed updates over HTTP, durable, embedded database, ${CLIENTS} clients`;
  report.add(PART, { what: whatEmbedded, ours: embedded.perSec, unit: '/s', limit: { name: 'bare inserts, a row a commit, one client', value: embeddedRaw.oneByOne } });
  report.add(PART, { what: whatEmbedded, ours: embedded.perSec, unit: '/s', limit: { name: 'bare inserts, 64 rows a commit', value: embeddedRaw.grouped } });
  report.add(PART, { what: 'time to the answer, embedded, median', ours: embedded.p50Ms, unit: 'ms' });
  report.add(PART, { what: 'time to the answer, embedded, 99th of 100', ours: embedded.p99Ms, unit: 'ms' });
}

async function measureOurs(bench: Bench, kind: DatabaseKind, count: number): Promise<Loaded> {
  const rounds = bench.quick ? 2 : 3;
  const names = count * (rounds + 1);
  bench.progress(`${names} names into ${kind}`);
  const populated = await populate(kind, names, true);
  if (populated.updatesFile === null) throw new Error('no updates were written');
  if (populated.databaseUrl !== null) await settle(populated.databaseUrl);
  const server = await serveRegistry(populated);
  try {
    return await measureLoad({ rounds, count, clients: CLIENTS, port: server.port, pid: server.pid, file: populated.updatesFile, ownAddresses: true, once: true, onRound: (round) => bench.progress(`${kind}, round ${round + 1} of ${rounds}`) });
  } finally {
    await server.stop();
  }
}

async function measurePlc(bench: Bench, report: Report): Promise<Loaded | null> {
  const missing = installPlc((line) => bench.progress(line));
  if (missing !== null) {
    report.add(PART, { what: 'did:plc’s server', ours: Number.NaN, unit: '/s', note: `not measured: ${missing}` });
    return null;
  }
  const rounds = bench.quick ? 2 : 3;
  const count = bench.quick ? 400 : 1_200;
  // On a table that its planner has not seen yet, PostgreSQL reads all of it and fails most of did:plc's serializable transactions.
  const prefilled = bench.quick ? 500 : 1_000;
  const requests = await signPlcRequests(prefilled + count * (rounds + 1), (line) => bench.progress(line));
  const server = await servePlc();
  try {
    const common = { rounds, count, clients: CLIENTS, port: server.port, pid: server.pid, ownAddresses: true, once: true, mayFail: true, prefill: { count: prefilled, after: () => settle(server.databaseUrl) } };
    const creations = await measureLoad({ ...common, file: requests.creations, onRound: (round) => bench.progress(`did:plc creating, round ${round + 1} of ${rounds}`) });
    const updates = await measureLoad({ ...common, file: requests.updates, onRound: (round) => bench.progress(`did:plc updating, round ${round + 1} of ${rounds}`) });
    return creations.perSec > updates.perSec ? creations : updates;
  } finally {
    await server.stop();
  }
}

/** measureBare measures a node:http server that takes bodies of the same size in and answers as many bytes as we do. */
async function measureBare(bench: Bench, ours: Loaded): Promise<number> {
  const port = await freePort();
  const server = await serve({ args: ['--import', 'tsx', 'e2e/bench/bare-server.ts'], env: { PORT: String(port), BYTES: String(Math.max(2, ours.answerBytes - 250)) }, healthPath: '/', port });
  const requests = new RequestFile(join(tempFolder('bare'), 'posts.requests'));
  requests.add([postRequest('/api/v1/assertions', Buffer.alloc(UPDATE_BYTES, 0x20))]);
  requests.close();
  try {
    const { perSec } = await measureLoad({ rounds: bench.quick ? 2 : 3, count: 40_000, clients: CLIENTS, port, file: requests.path, ownAddresses: true, once: false, onRound: () => bench.progress('bare node:http') });
    return perSec;
  } finally {
    await server.stop();
  }
}
