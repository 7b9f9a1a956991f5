import { type Populated, populate } from './populate';
import type { Bench } from './rounds';

/** Filled is a populated registry and how long it took to make. */
export interface Filled extends Populated {
  seconds: number;
}

let filled: Promise<Filled> | null = null;

/** theMillion is a registry with a million names (a tenth of that for --quick) on PostgreSQL, made once in a run and shared by the parts that want one. */
export function theMillion(bench: Bench): Promise<Filled> {
  filled ??= fill(bench);
  return filled;
}

async function fill(bench: Bench): Promise<Filled> {
  const names = bench.quick ? 100_000 : 1_000_000;
  bench.progress(`${names.toLocaleString('en-US')} names into PostgreSQL, for several parts`);
  const startMs = performance.now();
  const populated = await populate('postgres', names, false, (done) => bench.progress(`${done.toLocaleString('en-US')} of ${names.toLocaleString('en-US')} names in PostgreSQL`));
  return { ...populated, seconds: (performance.now() - startMs) / 1000 };
}
