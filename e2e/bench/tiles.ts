import { join } from 'node:path';
import { formatTilePath } from '@/lib/core/tlog/tile-path';
import { getRequest, type Loaded, measureLoad, RequestFile } from './load';
import { theMillion } from './million';
import { serveByNginx } from './nginx';
import { freePort, type Running, serve, serveRegistry, stopAfter, tempFolder } from './processes';
import type { Report } from './report';
import type { Bench } from './rounds';

const PART = 'tiles';
const CLIENTS = 64;
const DIFFERENT = 500;

/** benchTiles measures full hash tiles of the name log, 8 KiB each, through our server, beside those that do nothing else. */
export async function benchTiles(bench: Bench, report: Report): Promise<void> {
  const million = await theMillion(bench);
  const full = Math.floor((million.names * 2) / 256);
  const paths = Array.from({ length: DIFFERENT }, (_, i) => `/tlog/names/${formatTilePath({ level: 0, index: (i * 31) % full, width: 256 })}`);
  const requests = new RequestFile(join(tempFolder('tiles'), 'tiles.requests'));
  requests.add(paths.map(getRequest));
  requests.close();
  const count = bench.quick ? 15_000 : 60_000;
  const measure = (server: Running, name: string): Promise<Loaded> =>
    stopAfter(server, measureLoad({ rounds: bench.quick ? 2 : 3, count, clients: CLIENTS, port: server.port, file: requests.path, ownAddresses: true, once: false, onRound: () => bench.progress(name) }));

  const server = await serveRegistry(million);
  const files = new Map<string, Uint8Array>();
  for (const path of paths) files.set(path, new Uint8Array(await (await fetch(`http://127.0.0.1:${server.port}${path}`)).arrayBuffer()));
  const ours = await measure(server, 'our server');
  const port = await freePort();
  const env = { PORT: String(port), BYTES: '8192', TYPE: 'application/octet-stream' };
  const bare = await measure(await serve({ args: ['--import', 'tsx', 'e2e/bench/bare-server.ts'], env, healthPath: '/', port }), 'bare node:http');
  const nginx = await serveByNginx(files);
  const what = `hash tiles of 8 KiB over HTTP, ${DIFFERENT} different ones, ${CLIENTS} clients`;
  report.add(PART, { what, ours: ours.perSec, unit: '/s', limit: { name: 'bare node:http', value: bare.perSec } });
  if (nginx === null) report.add(PART, { what, ours: ours.perSec, unit: '/s', note: 'no nginx on this machine to compare with' });
  else report.add(PART, { what, ours: ours.perSec, unit: '/s', limit: { name: 'nginx, as far as one load generator can tell,', value: (await measure(nginx, 'nginx')).perSec } });
  report.add(PART, { what: 'time to the answer, 99th of 100', ours: ours.p99Ms, unit: 'ms', limit: { name: 'bare node:http', value: bare.p99Ms } });
}
