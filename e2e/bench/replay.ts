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
  genesis: Period;
  registrations: Period[];
  updates: Period[];
  someChecks: ToVerify[];
}

/** benchReplay measures how fast a validator replays from genesis on all cores, beside checking the same number of signatures and nothing else. */
export async function benchReplay(bench: Bench, report: Report): Promise<void> {
  const rounds = bench.quick ? 2 : 5;
  const made = makeHistory(bench, bench.quick ? 5_000 : 15_000);
  const raw = await startRawVerify(made.someChecks);
  const found = { registrations: newFigures(), updates: newFigures() };
  let workers: ReplayWorkers | null = null;
  try {
    for (let round = -1; round < rounds; round++) {
      bench.progress(`replaying, round ${Math.max(round, 0)} of ${rounds}`);
      // Workers remember certificates that they have checked, so each round has new ones; updates, which have none, warm them up.
      const fresh = new ReplayWorkers();
      workers = fresh;
      await fresh.check(made.updates[0]?.proofs ?? [], 0);
      const replayer = Replayer.fromGenesis();
      await replayAll(replayer, [made.genesis], fresh);
      for (const kind of ['registrations', 'updates'] as const) {
        const periods = made[kind];
        const entries = periods.reduce((sum, { proofs }) => sum + proofs.length, 0);
        const before = fresh.signatures;
        const seconds = await secondsOf(() => replayAll(replayer, periods, fresh));
        const signatures = fresh.signatures - before;
        const rawSeconds = await secondsOf(() => raw.run(signatures));
        if (round < 0) continue;
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
    const { entries, signatures, raw: limits } = found[kind];
    const perEntry = median(signatures) / median(entries);
    report.add('replay', {
      what: `${kind} replayed from genesis, all cores`,
      ours: median(entries),
      unit: '/s',
      limit: { name: `bare checks of their ${perEntry.toFixed(0)} signature${perEntry > 1.5 ? 's' : ''}, all cores`, value: median(limits) / perEntry },
      aim: { least: 0.8 },
    });
  }
}

function newFigures(): Record<'entries' | 'signatures' | 'raw', number[]> {
  return { entries: [], signatures: [], raw: [] };
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
  const [genesis, ...rest] = registry.periods();
  if (genesis === undefined) throw new Error('no genesis');
  const count = Math.ceil(names / PERIOD_NAMES);
  return { genesis, registrations: rest.slice(0, count), updates: rest.slice(count), someChecks };
}
