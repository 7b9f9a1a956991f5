import { join } from 'node:path';
import { getRequest, measureLoad, RequestFile } from './load';
import { theMillion } from './million';
import { openAndSeal } from './minute';
import { nameOf } from './names';
import { freePort, serve, serveRegistry, stopAfter, tempFolder } from './processes';
import type { Report } from './report';
import type { Bench } from './rounds';

const PART = 'lookups';
const CLIENTS = 64;
/** A peer may ask for so many proofs at once (lib/server/rates): each client stays below it. */
const PER_CLIENT = 150;

/** benchLookups measures names looked up with their whole proof: in the process, and over HTTP as a page asks. */
export async function benchLookups(bench: Bench, report: Report): Promise<void> {
  const million = await theMillion(bench);
  bench.progress('in process');
  const { coldPerSec, hotPerSec } = await openAndSeal({ populated: million, batch: 0, seals: 0, lookups: bench.quick ? 1_000 : 3_000 });
  const names = million.names.toLocaleString('en-US');
  const requests = new RequestFile(join(tempFolder('lookups'), 'names.requests'));
  for (let i = 0; i < 20_000; i++) requests.add([getRequest(`/api/v1/names/${nameOf((i * 7_919) % million.names)}`)]);
  requests.close();
  const server = await serveRegistry(million);
  const rounds = 2;
  const count = (CLIENTS * PER_CLIENT) / (rounds + 1);
  const load = { rounds, count, clients: CLIENTS, file: requests.path, ownAddresses: true, once: true };
  const overHttp = await stopAfter(server, measureLoad({ ...load, port: server.port, onRound: () => bench.progress('over HTTP') }));
  const port = await freePort();
  const bare = await serve({ args: ['--import', 'tsx', 'e2e/bench/bare-server.ts'], env: { PORT: String(port), BYTES: String(overHttp.answerBytes) }, healthPath: '/', port });
  const bareHttp = await stopAfter(bare, measureLoad({ ...load, port, count: 20_000, once: false, onRound: () => bench.progress('bare node:http') }));

  report.add(PART, { what: `names with their whole proof in process, any of ${names}, PostgreSQL`, ours: coldPerSec, unit: '/s' });
  report.add(PART, { what: 'the same, the same 64 names again and again', ours: hotPerSec, unit: '/s' });
  report.add(PART, { what: `GET /api/v1/names/…, any of ${names}, PostgreSQL, ${CLIENTS} clients`, ours: overHttp.perSec, unit: '/s', limit: { name: `bare node:http answering ${overHttp.answerBytes.toLocaleString('en-US')} bytes`, value: bareHttp.perSec } });
  report.add(PART, { what: 'time to the answer, median', ours: overHttp.p50Ms, unit: 'ms', limit: { name: 'bare node:http', value: bareHttp.p50Ms } });
  report.add(PART, { what: 'time to the answer, 99th of 100', ours: overHttp.p99Ms, unit: 'ms', limit: { name: 'bare node:http', value: bareHttp.p99Ms } });
}
