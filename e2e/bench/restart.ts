import { theMillion } from './million';
import { serveRegistry } from './processes';
import type { Report } from './report';
import { type Bench, median } from './rounds';

/** benchRestart measures how long our server takes from its start until it is healthy, with a million names. */
export async function benchRestart(bench: Bench, report: Report): Promise<void> {
  const million = await theMillion(bench);
  const found: number[] = [];
  for (let round = 0; round < (bench.quick ? 2 : 3); round++) {
    bench.progress(`start ${round + 1}`);
    const server = await serveRegistry(million);
    found.push(server.startSec);
    await server.stop();
  }
  report.add('restart', { what: `restart with ${million.names.toLocaleString('en-US')} names until healthy, PostgreSQL, no pages`, ours: median(found), unit: 's', aim: { most: 10 } });
}
