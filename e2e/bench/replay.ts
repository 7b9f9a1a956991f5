import { signatureChecks } from '@/lib/core/assertion/identity';
import { Replayer, type Period } from '@/lib/core/validation/replay';
import { ReplayWorkers, replayPeriods } from '@/lib/native/replay-workers';
import type { ToVerify } from '@/lib/native/fast-verify';
import { MemoryRegistry, unchecked, uncheckedBytes } from './history';
import { startRawVerify } from './raw-verify';
import type { Report } from './report';
import { type Bench, median, secondsOf } from './rounds';

const PERIOD_NAMES = 5_000;

interface Made {
  /** genesis, and as many registrations as a thread needs to run at full speed */
  start: readonly Period[];
  registrations: Period[];
  updates: Period[];
  someChecks: ToVerify[];
}

/** benchReplay measures how fast a validator replays from genesis on all cores, beside checking the same number of signatures and nothing else. */
export async function benchReplay(bench: Bench, report: Report): Promise<void> {
  const rounds = bench.quick ? 2 : 5;
  const made = makeHistory(bench, bench.quick ? 10_000 : 20_000);
  const raw = await startRawVerify(made.someChecks);
  const found = { registrations: newFigures(), updates: newFigures() };
  let workers: ReplayWorkers | null = null;
  try {
    for (let round = -1; round < rounds; round++) {
      bench.progress(`replaying, round ${Math.max(round, 0)} of ${rounds}`);
      // Workers remember certificates that they have checked, so each round has new ones. A log is long: what counts is how they run once they are warm.
      const fresh = new ReplayWorkers();
      workers = fresh;
      await fresh.check(made.updates[0]?.proofs ?? [], 0);
      const replayer = Replayer.fromGenesis();
      await replayAll(replayer, made.start, fresh);
      for (const kind of ['registrations', 'updates'] as const) {
        const periods = made[kind];
        const entries = periods.reduce((sum, { proofs }) => sum + proofs.length, 0);
        const before = fresh.signatures;
        const { cpuSeconds, seconds } = await costOf(() => replayAll(replayer, periods, fresh));
        const signatures = fresh.signatures - before;
        const { cpuSeconds: rawCpuSeconds, seconds: rawSeconds } = await costOf(() => raw.run(signatures));
        if (round < 0) continue;
        found[kind].cpu.push(entries / cpuSeconds);
        found[kind].rawCpu.push(signatures / rawCpuSeconds);
        found[kind].entries.push(entries / seconds);
        found[kind].signatures.push(signatures / seconds);
        found[kind].raw.push(signatures / rawSeconds);
      }
      await fresh.close();
    }
  } finally {
    await workers?.close();
    await raw.stop();
  }
  for (const kind of ['registrations', 'updates'] as const) {
    const { cpu, entries, raw: limits, rawCpu, signatures } = found[kind];
    const perEntry = median(signatures) / median(entries);
    const signed = `${perEntry.toFixed(0)} signature${perEntry > 1.5 ? 's' : ''}`;
    report.add('replay', {
      what: `${kind} replayed from genesis, all cores`,
      ours: median(entries),
      unit: '/s',
      limit: { name: `bare checks of their ${signed}, all cores`, value: median(limits) / perEntry },
      aim: { least: 0.8 },
    });
    // Whoever else uses the machine meanwhile hits wall time more than this.
    report.add('replay', {
      what: `${kind} replayed in a second of processor time`,
      ours: median(cpu),
      unit: '/s',
      limit: { name: `bare checks of their ${signed} in a second of processor time`, value: median(rawCpu) / perEntry },
    });
  }
}

function newFigures(): Record<'cpu' | 'entries' | 'raw' | 'rawCpu' | 'signatures', number[]> {
  return { cpu: [], entries: [], raw: [], rawCpu: [], signatures: [] };
}

/** costOf is how long `work` takes: in wall time, and in processor time of all this process's threads. */
async function costOf(work: () => Promise<void>): Promise<{ cpuSeconds: number; seconds: number }> {
  const before = process.cpuUsage();
  const seconds = await secondsOf(work);
  const { system, user } = process.cpuUsage(before);
  return { cpuSeconds: (system + user) / 1e6, seconds };
}

async function replayAll(replayer: Replayer, periods: readonly Period[], workers: ReplayWorkers): Promise<void> {
  for await (const sealed of replayPeriods(replayer, periods, workers)) if (sealed.refused.length > 0) throw new Error('refused in replay');
}

function makeHistory(bench: Bench, names: number): Made {
  const registry = new MemoryRegistry(names);
  const someChecks: ToVerify[] = [];
  // The payload hash of the last change of each name, which the next one quotes.
  const heads: string[] = [];
  for (let from = 0; from < names; from += PERIOD_NAMES) {
    bench.progress(`signing registration ${from} of ${names}`);
    const parsed = Array.from({ length: Math.min(PERIOD_NAMES, names - from) }, (_, i) => registry.names.signed(from + i));
    for (const one of parsed.slice(0, 500)) someChecks.push(...signatureChecks(one.envelope).map((check) => ({ ...check })));
    for (const one of parsed) heads.push(one.hash);
    registry.seal(parsed.map(unchecked));
  }
  for (const service of ['one.example', 'two.example']) {
    for (let from = 0; from < names; from += PERIOD_NAMES) {
      bench.progress(`signing update ${from} of ${names}`);
      const updates = Array.from({ length: Math.min(PERIOD_NAMES, names - from) }, (_, i) => uncheckedBytes(registry.names.update(from + i, heads[from + i] ?? '', service)));
      for (const [i, { parsed }] of updates.entries()) heads[from + i] = parsed.hash;
      registry.seal(updates);
    }
  }
  const periods = registry.periods();
  const updatesFrom = 1 + Math.ceil(names / PERIOD_NAMES);
  return { start: periods.slice(0, 2), registrations: periods.slice(2, updatesFrom), updates: periods.slice(updatesFrom), someChecks };
}
