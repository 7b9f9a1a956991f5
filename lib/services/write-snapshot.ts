import { toBase64 } from '../core/bytes/base64';
import { equalBytes } from '../core/bytes/bytes';
import { stateValue } from '../core/registry/state';
import { SNAPSHOT_FORMAT, SnapshotCutter, type SnapshotHead, type SnapshotPart } from '../core/validation/snapshot-file';
import type { Statements } from '../storage/database';
import { readHead, type StoredHead } from '../storage/heads';
import { readEntriesAt, sealByNumber, type Seal } from '../storage/log-store';
import { stateLeaves, statePage, type StateLeaf, type StateRow } from '../storage/snapshot-store';
import type { AppContext } from './app-context';
import { DamageError } from './edge-check';
import { Pace } from './pace';
import type { SnapshotDraft, SnapshotFolder } from './snapshot-folder';

/** SNAPSHOT_SEALS is how many seals apart snapshots are: a day, at a seal a minute. */
export const SNAPSHOT_SEALS = 1_440;

/** How many keys are read in one query: a page takes a few milliseconds to decode, and other work comes between two pages. */
const PAGE_KEYS = 1_000;

/** SnapshotOptions say where snapshots are kept and how many seals apart they are; `stopped` ends one that is being written. */
export interface SnapshotOptions {
  folder: SnapshotFolder;
  everySeals: number;
  stopped: () => boolean;
}

/**
 * writeSnapshot writes the state at the newest seal to the folder if the newest snapshot there is `everySeals` seals old or there
 * is none; it gives the seal it is of, or null. All of it is of that one seal, and a part of a megabyte is held at a time. Throws
 * DamageError if what is stored is not what it should be.
 */
export async function writeSnapshot(ctx: AppContext, { folder, everySeals, stopped }: SnapshotOptions): Promise<number | null> {
  const newest = await folder.newestSeal();
  if (newest !== null && ctx.registry.head.number < newest + everySeals) return null;
  const write = async (at: AtSeal, pages: AsyncGenerator<StateRow[]>): Promise<number | null> => writeOne(ctx, await folder.begin(at.head.seal), at, pages, stopped);
  if (ctx.db.kind === 'postgres') return ctx.db.snapshot(async (tx) => write(await newestSeal(tx), pagesIn(tx)));
  // One transaction at a time: nobody could write meanwhile. So only the list is read in one, and the log, which never changes, after it.
  const { leaves, ...at } = await ctx.db.snapshot(async (tx) => ({ ...(await newestSeal(tx)), leaves: await stateLeaves(tx) }));
  return write(at, pagesOf(ctx.db, leaves));
}

interface AtSeal {
  head: StoredHead;
  seal: Seal;
}

async function newestSeal(tx: Statements): Promise<AtSeal> {
  const head = await readHead(tx);
  const seal = await sealByNumber(tx, head.seal);
  if (seal === null) throw new DamageError(`seal ${head.seal} is missing`);
  return { head, seal };
}

/** pagesIn reads all of the state in key order within one transaction. */
async function* pagesIn(tx: Statements): AsyncGenerator<StateRow[]> {
  for (let after: Uint8Array | null = null; ; ) {
    const page: StateRow[] = await statePage(tx, after, PAGE_KEYS);
    yield page;
    if (page.length < PAGE_KEYS) return;
    after = page.at(-1)?.key ?? null;
  }
}

/** pagesOf reads the entries of a list of leaves, each page by itself. */
async function* pagesOf(db: Statements, leaves: readonly StateLeaf[]): AsyncGenerator<StateRow[]> {
  const pace = new Pace();
  for (let from = 0; from < leaves.length; from += PAGE_KEYS) {
    const some = leaves.slice(from, from + PAGE_KEYS);
    const entries = new Map((await readEntriesAt(db, 'names', some.map(({ nameIndex }) => nameIndex))).map(({ bytes, index }) => [index, bytes]));
    yield some.map((leaf) => ({ ...leaf, bytes: entries.get(leaf.nameIndex) ?? new Uint8Array(0) }));
    await pace.breathe();
  }
}

async function writeOne(ctx: AppContext, draft: SnapshotDraft, { head, seal }: AtSeal, pages: AsyncGenerator<StateRow[]>, stopped: () => boolean): Promise<number | null> {
  const startMs = performance.now();
  try {
    const parts = await writeParts(pages, head, draft, stopped);
    if (parts === null) return null;
    await draft.finish({
      format: SNAPSHOT_FORMAT,
      map: { root: toBase64(head.map.root), size: head.map.size },
      names: headOf(seal.names),
      parts,
      proofs: headOf(seal.proofs),
      registry: ctx.registry.id,
      seal: head.seal,
    });
    if (head.map.size > 10_000) ctx.log(`snapshot of seal ${head.seal}: ${head.map.size.toLocaleString('en')} state entries in ${parts.length} parts, ${((performance.now() - startMs) / 1000).toFixed(1)} s`);
    return head.seal;
  } finally {
    await draft.discard();
  }
}

function headOf({ size, root, note }: Seal['names']): SnapshotHead {
  return { note, root: toBase64(root), size };
}

async function writeParts(pages: AsyncGenerator<StateRow[]>, head: StoredHead, draft: SnapshotDraft, stopped: () => boolean): Promise<SnapshotPart[] | null> {
  const parts: SnapshotPart[] = [];
  const cutter = new SnapshotCutter(head.seal);
  let items = 0;
  for await (const page of pages) {
    if (stopped()) return null;
    for (const { key, value, nameIndex, bytes } of page) {
      if (!equalBytes(stateValue(bytes), value)) throw new DamageError(`name-log entry ${nameIndex} is not the one that the map names`);
      const cut = cutter.push({ bytes, index: nameIndex, key });
      if (cut !== null) {
        await draft.add(cut);
        parts.push(cut.part);
      }
    }
    items += page.length;
  }
  const last = cutter.finish();
  if (last !== null) {
    await draft.add(last);
    parts.push(last.part);
  }
  if (items !== head.map.size) throw new DamageError(`the state in the database has ${items} entries, and seal ${head.seal} says ${head.map.size}`);
  return parts;
}
