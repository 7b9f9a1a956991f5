import { rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tablePath } from '@/lib/cli/names/table-file';
import { makeCopy } from './dns-copy';
import { dnsLoadName, dnsRates, answersDns } from './dns-load';
import { startKnot, startNsd, writeZone } from './dns-peers';
import { getRequest, measureLoad, RequestFile } from './load';
import { nameOf } from './names';
import { freePort, memoryOf, serve, spawnServer, startWorker, stopAfter, tempFolder } from './processes';
import type { Report } from './report';
import type { ResolveJob, ResolveResult } from './resolve-worker';
import type { Bench } from './rounds';

const PART = 'dns';
const CLIENTS = 64;
const ASKED = 200_000;

/** benchDns measures a provider with a million names: its start, its memory, names a second in the process, over HTTP and over DNS, the last beside nsd, knot and a bare echo. */
export async function benchDns(bench: Bench, report: Report): Promise<void> {
  const count = bench.quick ? 100_000 : 1_000_000;
  const names = count.toLocaleString('en-US');
  const dir = tempFolder('copy');
  const zones = tempFolder('zones');
  await makeCopy(dir, count, Math.floor(Date.now() / 1000), (done) => bench.progress(`a copy with ${done.toLocaleString('en-US')} names`));
  const questions = join(zones, 'questions');
  writeFileSync(questions, Array.from({ length: ASKED }, (_, i) => `${nameOf((i * 7_919_123) % count)}.mm-- A\n`).join(''));

  bench.progress('in process');
  const first = await inProcess({ dir, names: count, lookups: 0 });
  const again = await inProcess({ dir, names: count, lookups: bench.quick ? 50_000 : 200_000 });
  const built = { name: 'the first time, from the log', value: first.openSec };
  report.add(PART, { what: `${names} names ready in process, from the saved table`, ours: again.openSec, unit: 's', limit: built, aim: { most: 1 } });
  report.add(PART, { what: 'memory of the table, a name (its own bytes included)', ours: again.bytesAName, unit: 'B' });
  report.add(PART, { what: 'names found in process (row of a name)', ours: again.rowsPerSec, unit: '/s' });
  report.add(PART, { what: 'names found in process, all facts of the record', ours: again.tenuresPerSec, unit: '/s', limit: { name: 'only the row', value: again.rowsPerSec } });
  report.add(PART, { what: 'addresses resolved in process (parsed, with chain and warnings)', ours: again.resolvesPerSec, unit: '/s', limit: { name: 'only the row', value: again.rowsPerSec } });

  const [http, dns, echo] = [await freePort(), await freePort(), await freePort()];
  const ours = await serve({ args: ['--import', 'tsx', 'lib/cli/main.ts', 'serve', '--data', dir, '--http', String(http), '--dns', String(dns)], healthPath: '/healthz', port: http });
  report.add(PART, { what: `mns serve: from nothing to answers about ${names} names`, ours: ours.startSec, unit: 's' });
  bench.progress('zone file for nsd and knot');
  await writeZone(join(zones, 'mm.zone'), count);
  bench.progress('nsd and knot load it');
  const peers = [await startNsd(zones), await startKnot(zones)].filter((peer) => peer !== null);
  const bare = spawnServer(process.execPath, ['--import', 'tsx', 'e2e/bench/udp-echo.ts'], { PORT: String(echo) });
  await answersDns(echo, 'mm--', 20_000);
  const ports = { ours: dns, 'bare UDP echo': echo, ...Object.fromEntries(peers.map(({ name, port }) => [name, port])) };
  const rates = await dnsRates(ports, questions, bench.quick ? 2 : 3, bench.quick ? 2 : 5, (what) => bench.progress(what));
  const rate = rates.get('ours') ?? Number.NaN;
  for (const [name, value] of rates) {
    if (name === 'ours') continue;
    report.add(PART, { what: `delegations over UDP, any of ${names}, one server process each`, ours: rate, unit: '/s', limit: { name, value }, aim: name === 'nsd' ? { least: 0.7 } : null, note: `asked by ${dnsLoadName()}` });
  }
  if (peers.length === 0) report.add(PART, { what: `delegations over UDP, any of ${names}`, ours: rate, unit: '/s', note: 'neither nsd nor knot is installed' });
  const memory = memoryOf(ours.pid);
  for (const { name, pid, startSec } of peers) {
    const value = memoryOf(pid);
    report.add(PART, { what: `memory after that, all processes, ${names} names`, ours: memory, unit: 'MB', limit: { name, value }, aim: name === 'nsd' && !bench.quick ? { most: Math.round(value / 4) } : null, note: `a bare echo ${Math.round(memoryOf(bare.pid))} MB` });
    report.add(PART, { what: 'mns serve: start', ours: ours.startSec, unit: 's', limit: { name, value: startSec } });
  }
  for (const peer of peers) await peer.stop();
  await bare.stop();

  const overHttp = await stopAfter(ours, httpRates(bench, http, count));
  for (const { what, perSec, bytes, p99Ms } of overHttp) {
    const port = await freePort();
    const bareHttp = await serve({ args: ['--import', 'tsx', 'e2e/bench/bare-server.ts'], env: { PORT: String(port), BYTES: String(bytes) }, healthPath: '/', port });
    const limit = await stopAfter(bareHttp, askHttp(port, () => '/', bench));
    report.add(PART, { what: `${what}, any of ${names}, ${CLIENTS} clients`, ours: perSec, unit: '/s', limit: { name: `bare node:http answering ${bytes} bytes`, value: limit.perSec } });
    report.add(PART, { what: `${what}: time to the answer, 99th of 100`, ours: p99Ms, unit: 'ms', limit: { name: 'bare node:http', value: limit.p99Ms } });
  }
  rmSync(dirname(tablePath(dir)), { recursive: true, force: true });
}

async function inProcess(job: ResolveJob): Promise<ResolveResult> {
  const worker = startWorker<ResolveJob, ResolveResult>('resolve-worker.ts');
  const result = await worker.ask(job);
  await worker.stop();
  return result;
}

async function httpRates(bench: Bench, port: number, count: number): Promise<{ what: string; perSec: number; bytes: number; p99Ms: number }[]> {
  const kinds: [what: string, path: (i: number) => string][] = [
    ['GET /resolve/@name', (i) => `/resolve/@${nameOf(i)}`],
    ['DNS over HTTP', (i) => `/dns-query?dns=${queryOf(nameOf(i)).toString('base64url')}`],
  ];
  const results: { what: string; perSec: number; bytes: number; p99Ms: number }[] = [];
  for (const [what, path] of kinds) {
    bench.progress(what);
    const { perSec, answerBytes, p99Ms } = await askHttp(port, (i) => path((i * 7_919) % count), bench);
    results.push({ what, perSec, bytes: answerBytes, p99Ms });
  }
  return results;
}

async function askHttp(port: number, path: (i: number) => string, bench: Bench): Promise<{ perSec: number; answerBytes: number; p99Ms: number }> {
  const requests = new RequestFile(join(tempFolder('requests'), 'requests'));
  for (let i = 0; i < 10_000; i++) requests.add([getRequest(path(i))]);
  requests.close();
  return measureLoad({ rounds: bench.quick ? 2 : 3, count: bench.quick ? 20_000 : 50_000, clients: CLIENTS, port, file: requests.path, once: false });
}

function queryOf(name: string): Buffer {
  return Buffer.concat([Buffer.from('000000000001000000000000', 'hex'), Buffer.of(name.length), Buffer.from(name), Buffer.from('\u0004mm--\u0000\u0000\u0001\u0000\u0001')]);
}
