import { concat } from '../core/bytes/bytes';
import { consistencyPlan } from '../core/tlog/consistency';
import type { Edge } from '../core/tlog/edge';
import { inclusionPlan } from '../core/tlog/inclusion';
import { tilesFor, type Plan } from '../core/tlog/nodes';
import { runPlanOn, TileNodes } from '../core/tlog/tile-nodes';
import { TILE_WIDTH, type TileRef } from '../core/tlog/tile-path';
import { readTilesAt, type LogName, type TileKey } from '../storage/log-store';
import type { AppContext } from './app-context';
import { ByteCache } from './byte-cache';
import { Gathered } from './gathered';
import { refuseService } from './service-refusal';

/** EntryAt is entry `index` of a log, seen at a size that is sealed. */
export interface EntryAt {
  log: LogName;
  index: number;
  size: number;
}

/** proveInclusion makes the proof that entry `index` is in the log of `size` entries, a size that is sealed. */
export async function proveInclusion(ctx: AppContext, log: LogName, index: number, size: number): Promise<Uint8Array[]> {
  const [proof] = await proveInclusions(ctx, [{ log, index, size }]);
  return proof ?? [];
}

/** proveInclusions makes several such proofs, from tiles read together. The hashes are views, never to be written to. */
export function proveInclusions(ctx: AppContext, entries: readonly EntryAt[]): Promise<Uint8Array[][]> {
  return run(ctx, entries.map(({ log, index, size }) => ({ log, plan: inclusionPlan(index, size), size })));
}

/** proveConsistency makes the proof that the log of `size` entries begins with that of `oldSize`, both sealed, `oldSize` above 0. */
export async function proveConsistency(ctx: AppContext, log: LogName, oldSize: number, size: number): Promise<Uint8Array[]> {
  const [proof] = await run(ctx, [{ log, plan: consistencyPlan(oldSize, size), size }]);
  return proof ?? [];
}

interface Planned {
  log: LogName;
  plan: Plan;
  size: number;
}

async function run(ctx: AppContext, planned: readonly Planned[]): Promise<Uint8Array[][]> {
  const wanted = planned.flatMap(({ log, plan, size }) => tilesFor(plan.flat(), size).map((ref) => ({ log, level: ref.level, index: ref.index, width: ref.width })));
  const tiles = await tileNodes(ctx, wanted);
  return planned.map(({ log, plan, size }) =>
    runPlanOn(plan, size, ({ level, index }) => tiles.get(keyOf({ log, level, index })) ?? refuseService('not-found', 'There is no such tile.')),
  );
}

/** What proofs are made of, kept: tiles with their inner nodes, of 16 KiB, each good for 256 entries. */
const NODES_CACHE_BYTES = 96 * 1024 * 1024;

interface Kept {
  full: ByteCache<TileNodes>;
  missing: Gathered<TileKey, Map<string, TileNodes>>;
}

const keptBy = new WeakMap<AppContext, Kept>();
/** The partial tiles of an edge: the same for all that is proved at one seal. */
const partials = new WeakMap<Edge, Map<number, TileNodes>>();

async function tileNodes(ctx: AppContext, wanted: readonly (TileRef & { log: LogName })[]): Promise<Map<string, TileNodes>> {
  const { full, missing } = keptOf(ctx);
  const found = new Map<string, TileNodes>();
  const asked = new Map<string, Promise<Map<string, TileNodes>>>();
  for (const { log, level, index } of wanted) {
    const key = keyOf({ log, level, index });
    if (found.has(key) || asked.has(key)) continue;
    const edge = ctx.registry.edges[log];
    // What is not full yet comes from the edge in memory, which stands for the newest seal.
    const kept = index === Math.floor(edge.size / TILE_WIDTH ** (level + 1)) ? partialOf(edge, level) : full.get(key);
    if (kept === undefined) asked.set(key, missing.ask({ log, level, index }));
    else found.set(key, kept);
  }
  await Promise.all(asked.values());
  for (const [key, answer] of asked) {
    const nodes = (await answer).get(key);
    if (nodes !== undefined) found.set(key, nodes);
  }
  return found;
}

function partialOf(edge: Edge, level: number): TileNodes {
  const known = partials.get(edge) ?? new Map<number, TileNodes>();
  partials.set(edge, known);
  let nodes = known.get(level);
  if (nodes === undefined) {
    nodes = new TileNodes(concat(...(edge.levels[level] ?? [])));
    known.set(level, nodes);
  }
  return nodes;
}

function keptOf(ctx: AppContext): Kept {
  let kept = keptBy.get(ctx);
  if (kept === undefined) {
    const full = new ByteCache<TileNodes>(NODES_CACHE_BYTES);
    const read = async (tiles: readonly TileKey[]): Promise<Map<string, TileNodes>> => {
      const found = new Map<string, TileNodes>();
      for (const tile of await readTilesAt(ctx.db, tiles)) {
        const key = keyOf(tile);
        const nodes = new TileNodes(tile.hashes);
        full.set(key, nodes, nodes.sizeBytes);
        found.set(key, nodes);
      }
      return found;
    };
    kept = { full, missing: new Gathered(read) };
    keptBy.set(ctx, kept);
  }
  return kept;
}

function keyOf({ log, level, index }: TileKey): string {
  return `${log}/${level}/${index}`;
}
