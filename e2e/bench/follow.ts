import { rmSync } from 'node:fs';
import { signatureChecks } from '@/lib/core/assertion/identity';
import { toBase64 } from '@/lib/core/bytes/base64';
import { checkpointToSign, formatCheckpoint } from '@/lib/core/checkpoint/checkpoint';
import { sign } from '@/lib/core/keys/sign';
import { logOrigin } from '@/lib/core/registry/policy';
import { type TreeHead, headOf } from '@/lib/core/tlog/edge';
import { leafHash } from '@/lib/core/tlog/hash';
import { parseSeal } from '@/lib/core/registry/parse-entry';
import type { Period } from '@/lib/core/validation/replay';
import { CopyWriter } from '@/lib/copy/copy-writer';
import { Follower } from '@/lib/copy/follow';
import { httpSource } from '@/lib/copy/http-source';
import { replayCheck } from '@/lib/cli/validate/replay-check';
import { ReplayWorkers } from '@/lib/native/replay-workers';
import type { ToVerify } from '@/lib/native/fast-verify';
import { MemoryRegistry, unchecked } from './history';
import { freePort, memoryOf, serve, tempFolder } from './processes';
import { startRawVerify } from './raw-verify';
import type { Report } from './report';
import { type Bench, median, secondsOf } from './rounds';

const PERIOD_NAMES = 500;
/** A register is checked by four signatures: holder, registrar, and the certificate's two. */
const SIGNATURES = 4;

/** benchFollow measures how fast a provider copies and verifies a registry over HTTP, without and with replay, beside bare checks of the same number of signatures. */
export async function benchFollow(bench: Bench, report: Report): Promise<void> {
  const rounds = bench.quick ? 2 : 3;
  const names = bench.quick ? 6_000 : 30_000;
  const registry = new MemoryRegistry(names);
  const someChecks: ToVerify[] = [];
  for (let from = 0; from < names; from += PERIOD_NAMES) {
    bench.progress(`signing registration ${from} of ${names}`);
    const parsed = Array.from({ length: PERIOD_NAMES }, (_, i) => registry.names.signed(from + i));
    if (someChecks.length < 2_000) for (const one of parsed) someChecks.push(...signatureChecks(one.envelope).map((check) => ({ ...check })));
    registry.seal(parsed.map(unchecked));
  }
  const source = tempFolder('follow-source');
  await writeCopy(source, registry);
  const port = await freePort();
  const mirror = await serve({ args: ['--import', 'tsx', 'lib/cli/main.ts', 'serve', '--data', source, '--http', String(port)], healthPath: '/healthz', port });
  const raw = await startRawVerify(someChecks);
  const workers = new ReplayWorkers();
  const periods = registry.periods();
  const entries = periods.reduce((sum, { names, proofs }) => sum + names.length + proofs.length, 0);
  const found = { bytes: 0, followed: [] as number[], limit: [] as number[], replayed: [] as number[] };
  try {
    for (let round = -1; round < rounds; round++) {
      bench.progress(`following, round ${Math.max(round, 0)} of ${rounds}`);
      const followed = await secondsOf(() => follow(`http://127.0.0.1:${port}`, registry, null, (bytes) => (found.bytes = bytes)));
      const replayed = await secondsOf(() => follow(`http://127.0.0.1:${port}`, registry, workers, () => undefined));
      const limit = await secondsOf(() => raw.run(names * SIGNATURES));
      if (round < 0) continue;
      found.followed.push(entries / followed);
      found.replayed.push(names / replayed);
      found.limit.push(names / limit);
    }
    const perEntry = found.bytes / entries;
    report.add('follow', { note: `${names.toLocaleString('en')} registrations, ${perEntry.toFixed(0)} B an entry, from another process on this machine`, ours: median(found.followed), unit: '/s', what: 'entries of both logs copied over HTTP and verified, without replay' });
    report.add('follow', {
      aim: { least: 0.8 },
      limit: { name: `bare checks of their ${SIGNATURES} signatures, all cores`, value: median(found.limit) },
      ours: median(found.replayed),
      unit: '/s',
      what: 'registrations copied over HTTP, verified and replayed, all cores',
    });
    report.add('follow', { ours: memoryOf(process.pid), unit: 'MB', what: 'memory of this process, which made, followed and replayed them' });
  } finally {
    await workers.close();
    await raw.stop();
    await mirror.stop();
    rmSync(source, { force: true, recursive: true });
  }
}

async function follow(url: string, registry: MemoryRegistry, workers: ReplayWorkers | null, onBytes: (bytes: number) => void): Promise<void> {
  const dir = tempFolder('follow-copy');
  const stop = new AbortController().signal;
  const source = httpSource(url, { fetch, stop });
  const writer = await CopyWriter.open(dir);
  const follower: Follower = new Follower({
    clock: () => 2_000_000_000,
    onProgress: ({ bytes }) => onBytes(bytes),
    registry: registry.world.registry,
    source,
    stop,
    writer,
    ...(workers === null ? {} : { check: (state) => replayCheck(state, { accused: () => follower.accused, noteAt: () => Promise.resolve(null), workers, writer }) }),
  });
  await follower.step();
  if (follower.head?.names.size === undefined) throw new Error('nothing was followed');
  await follower.close();
  await writer.close();
  rmSync(dir, { force: true, recursive: true });
}

/** writeCopy writes the registry's logs as a copy that a provider can serve. */
async function writeCopy(dir: string, registry: MemoryRegistry): Promise<void> {
  const { logs, origin, registry: id } = registry.world;
  const writer = await CopyWriter.open(dir);
  let last: Period | undefined;
  for (const period of registry.periods()) {
    for (const log of ['names', 'proofs'] as const) writer.append(log, period[log], period[log].map(leafHash));
    last = period;
  }
  const seal = parseSeal(last?.names.at(-1) ?? new Uint8Array(0));
  const note = (log: 'names' | 'proofs', head: TreeHead) => {
    const toSign = checkpointToSign({ origin: logOrigin(origin, log), ...head });
    return formatCheckpoint(toSign, [{ publicKey: logs[log].publicKey, signature: sign(toSign, logs[log].seed) }]);
  };
  const of = (log: 'names' | 'proofs') => {
    const head = headOf(writer.edges[log]);
    return { note: note(log, head), root: toBase64(head.root), size: head.size };
  };
  await writer.commit({
    checked: 'followed', from: null, map: seal.map, names: of('names'), origin, proofs: of('proofs'), registry: id, seal: seal.number, timeSec: seal.timeSec, updatedSec: seal.timeSec, url: `http://${origin}`,
  });
  await writer.close();
}
