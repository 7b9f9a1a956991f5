import type { TileRef } from '../core/tlog/tile-path';
import { formatTilePath } from '../core/tlog/tile-path';
import { consistencyPlan } from '../core/tlog/consistency';
import { runPlan, tilesFor } from '../core/tlog/nodes';
import { ApiError } from './api';
import type { LogName } from './wire';

/** fetchTile downloads one hash tile of a log. What it gives is trusted in nothing: verify what is made of it. */
async function fetchTile(log: LogName, tile: TileRef): Promise<Uint8Array> {
  let answer: Response;
  try {
    answer = await fetch(`/tlog/${log}/${formatTilePath(tile)}`);
  } catch {
    throw new ApiError(0, 'offline', 'The log could not be reached. Check your connection; nothing was lost.');
  }
  if (!answer.ok) throw new ApiError(answer.status, 'unexpected', `The registry answered ${answer.status} instead of a part of the log.`);
  return new Uint8Array(await answer.arrayBuffer());
}

/** fetchConsistency makes the proof that a log of `size` entries begins with its first `oldSize`, from the log's own tiles; 0 < oldSize ≤ size. */
export async function fetchConsistency(log: LogName, oldSize: number, size: number): Promise<Uint8Array[]> {
  const plan = consistencyPlan(oldSize, size);
  const tiles = new Map<string, Uint8Array>();
  const keyOf = (tile: TileRef): string => formatTilePath(tile);
  await Promise.all(tilesFor(plan.flat(), size).map(async (tile) => tiles.set(keyOf(tile), await fetchTile(log, tile))));
  return runPlan(plan, size, (tile) => tiles.get(keyOf(tile)) ?? new Uint8Array());
}
