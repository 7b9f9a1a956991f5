import { bareHashes, hashesOf } from './hash-count';
import { MemoryRegistry } from './history';
import type { Report } from './report';
import { type Bench, median, secondsOf } from './rounds';

/** benchSequence measures what a seal costs besides the database: `batch` over registrations, and over updates of the names registered. */
export async function benchSequence(bench: Bench, report: Report): Promise<void> {
  const rounds = bench.quick ? 2 : 4;
  const each = 10_000;
  const registry = new MemoryRegistry(each * (rounds + 1));
  const found = { registrations: [] as number[], updates: [] as number[] };
  for (let round = -1; round < rounds; round++) {
    bench.progress(`sealing ${each} registrations and ${each} updates, round ${round + 1} of ${rounds}`);
    const first = (round + 1) * each;
    const registrations = Array.from({ length: each }, (_, i) => registry.names.filledWithKeys(first + i));
    const registering = await secondsOf(() => registry.seal(registrations));
    const updates = registrations.map(({ parsed }, i) => registry.names.filledUpdate(first + i, parsed.hash, 'changed.example'));
    const updating = await secondsOf(() => registry.seal(updates));
    if (round < 0) continue;
    found.registrations.push(each / registering);
    found.updates.push(each / updating);
  }
  const hashes = await bareHashes();
  const registrations = Array.from({ length: each }, (_, i) => registry.names.filledWithKeys(each * (rounds + 1) + i));
  const perRegistration = hashesOf(() => registry.seal(registrations)) / each;
  const updates = registrations.map(({ parsed }, i) => registry.names.filledUpdate(each * (rounds + 1) + i, parsed.hash, 'changed.example'));
  const perUpdate = hashesOf(() => registry.seal(updates)) / each;
  const limit = (perEntry: number) => ({ name: `bare SHA-256 of 65 bytes, ${perEntry.toFixed(0)} each,`, value: hashes / perEntry });
  report.add('sequence', { what: 'registrations sequenced in memory (3 entries each, both logs, map), one core', ours: median(found.registrations), unit: '/s', limit: limit(perRegistration) });
  report.add('sequence', { what: 'updates sequenced in memory (2 entries each), one core', ours: median(found.updates), unit: '/s', limit: limit(perUpdate) });
}
