import { consistencyPlan } from '../core/tlog/consistency';
import { inclusionPlan } from '../core/tlog/inclusion';
import { runPlan, tilesFor, type Plan } from '../core/tlog/nodes';
import type { LogName } from '../storage/log-store';
import type { AppContext } from './app-context';
import { readHashes } from './read-tile';

/** proveInclusion makes the proof that entry `index` is in the log of `size` entries, a size that is sealed. */
export function proveInclusion(ctx: AppContext, log: LogName, index: number, size: number): Promise<Uint8Array[]> {
  return run(ctx, log, inclusionPlan(index, size), size);
}

/** proveConsistency makes the proof that the log of `size` entries begins with that of `oldSize`, both sealed, `oldSize` above 0. */
export function proveConsistency(ctx: AppContext, log: LogName, oldSize: number, size: number): Promise<Uint8Array[]> {
  return run(ctx, log, consistencyPlan(oldSize, size), size);
}

async function run(ctx: AppContext, log: LogName, plan: Plan, size: number): Promise<Uint8Array[]> {
  const read = new Map<string, Uint8Array>();
  for (const { level, index, width } of tilesFor(plan.flat(), size)) read.set(`${level}/${index}`, await readHashes(ctx, log, level, index, width));
  return runPlan(plan, size, ({ level, index }) => read.get(`${level}/${index}`) ?? new Uint8Array(0));
}
