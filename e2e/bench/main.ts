/**
 * `npm run bench [-- parts…] [--quick]` measures the registry beside what the machine can do, prints a line a figure, and leaves
 * `.bench/result.json` and `.bench/result.md`. It asserts nothing; only a part that cannot run at all ends it with 1.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { provideFastCrypto } from '@/lib/native/fast-hash';
import { benchAccept } from './accept';
import { benchDns } from './dns';
import { benchFollow } from './follow';
import { benchLookups } from './lookups';
import { benchMap } from './map';
import { benchMinute } from './minute';
import { BENCH_DIR } from './places';
import { cleanUp } from './processes';
import { describeMachine, machineLine, Report } from './report';
import type { Bench } from './rounds';
import { benchReplay } from './replay';
import { benchRestart } from './restart';
import { benchSequence } from './sequence';
import { benchTiles } from './tiles';
import { benchVerify } from './verify';

type Part = (bench: Bench, report: Report) => Promise<void>;

/** PARTS in the order in which they run. */
const PARTS: Record<string, Part> = {
  verify: benchVerify,
  accept: benchAccept,
  replay: benchReplay,
  follow: benchFollow,
  sequence: benchSequence,
  map: benchMap,
  minute: benchMinute,
  lookups: benchLookups,
  tiles: benchTiles,
  restart: benchRestart,
  dns: benchDns,
};

async function main(args: readonly string[]): Promise<void> {
  const quick = args.includes('--quick');
  const named = args.filter((arg) => arg !== '--quick');
  const unknown = named.filter((arg) => !Object.hasOwn(PARTS, arg));
  if (unknown.length > 0) throw new Error(`unknown: ${unknown.join(' ')}. Parts are ${Object.keys(PARTS).join(' ')}, and there is --quick`);
  const machine = describeMachine(quick);
  provideFastCrypto();
  mkdirSync(BENCH_DIR, { recursive: true });
  const startMs = performance.now();
  print(machineLine(machine));
  const report = new Report(print);
  const failed: string[] = [];
  for (const [name, part] of Object.entries(PARTS)) {
    if (named.length > 0 && !named.includes(name)) continue;
    const partMs = performance.now();
    const bench: Bench = { quick, progress: (line) => progress(`${name}: ${line}`, partMs) };
    try {
      await part(bench, report);
    } catch (error) {
      failed.push(name);
      print(`${name} could not be measured: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
    machine.loadAtEnd = loadavg()[0] ?? 0;
    writeFileSync(join(BENCH_DIR, 'result.json'), `${JSON.stringify({ machine, rows: report.rows, failed }, null, 2)}\n`);
    writeFileSync(join(BENCH_DIR, 'result.md'), report.markdown(machine));
  }
  print(`took ${Math.round((performance.now() - startMs) / 1000)} s; ${join(BENCH_DIR, 'result.json')} and result.md`);
  if (failed.length > 0) process.exitCode = 1;
}

function print(line: string): void {
  process.stdout.write(`${process.stderr.isTTY ? '\r\u001b[K' : ''}${line}\n`);
}

/** progress goes to stderr: overwritten on a terminal, a line each elsewhere. */
function progress(line: string, sinceMs: number): void {
  const text = `… ${line} (${Math.round((performance.now() - sinceMs) / 1000)} s)`;
  process.stderr.write(process.stderr.isTTY ? `\r\u001b[K${text.slice(0, process.stderr.columns)}` : `${text}\n`);
}

// Interrupted, it still stops its servers and removes their folders.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void cleanUp().finally(() => process.exit(1));
  });
}
try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  await cleanUp();
}
