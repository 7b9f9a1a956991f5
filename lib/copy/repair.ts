import { existsSync, readFileSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { toBase64 } from '../core/bytes/base64';
import { equalBytes } from '../core/bytes/bytes';
import { Refusal } from '../core/refusal';
import { parseSeal } from '../core/registry/parse-entry';
import type { SealEntry } from '../core/registry/state';
import { hashAt } from '../core/tlog/edge';
import { HASH_BYTES, perfectRoot } from '../core/tlog/hash';
import { rootFromTiles } from '../core/tlog/nodes';
import { TILE_WIDTH, tileAt } from '../core/tlog/tile-path';
import { isSealBytes } from '../core/validation/replay';
import { type CopyHead, encodeHead, parseHead } from './copy-head';
import { firstOf } from './copy-reader';
import { headAt } from './cut-back';
import { CopyRefusal } from './copy-refusal';
import { lockCopy } from './copy-writer';
import { REAL_DISK } from './disk';
import { FLOOR_FILE } from './floor';
import { LOGS, type LogName, headPath } from './layout';
import { LogFiles } from './log-files';
import { keptItems } from './snapshot-state';

/** Repair says what a repair found and what is left. */
export interface Repair {
  /** What was wrong first in each log that has damage, as `names/entries: …`. */
  readonly found: readonly string[];
  /** The seal that the copy goes back to; null if it must be made again from the beginning. */
  readonly seal: number | null;
  /** How many entries of both logs have to be fetched again. */
  readonly lost: number;
}

/**
 * repairCopy goes through a whole copy, compares every entry and tile, and cuts the copy back to the last seal before the first
 * damage. What the copy had seen stays in floor.json: the log that is fetched again must begin with it.
 */
export async function repairCopy(dir: string): Promise<Repair> {
  const lock = await lockCopy(dir);
  try {
    return await cutBack(dir);
  } finally {
    await lock.release();
  }
}

/** findDamage goes through a whole copy and names what is not as it was written; nothing is changed. */
export function findDamage(dir: string): string[] {
  const head = readHead(dir);
  if (head === null) return existsSync(headPath(dir)) ? ['head.json: it can’t be read'] : [];
  const state = snapshotDamage(dir, head);
  if (state !== null) return [state];
  return LOGS.flatMap((log) => {
    const files = filesOf(dir, head, log);
    try {
      return firstDamage(files, head, log)?.what ?? [];
    } finally {
      files.close();
    }
  });
}

async function cutBack(dir: string): Promise<Repair> {
  const head = readHead(dir);
  if (head === null) {
    if (existsSync(headPath(dir))) await rename(headPath(dir), join(dir, 'head.damaged.json'));
    return { found: ['head.json: it can’t be read'], lost: 0, seal: null };
  }
  const state = snapshotDamage(dir, head);
  if (state !== null) {
    // What came before the copy can't be made again from the copy.
    await REAL_DISK.replace(join(dir, FLOOR_FILE), encodeHead(head));
    await rm(headPath(dir));
    return { found: [state], lost: head.names.size + head.proofs.size, seal: null };
  }
  const files = { names: filesOf(dir, head, 'names'), proofs: filesOf(dir, head, 'proofs') };
  const damage = { names: firstDamage(files.names, head, 'names'), proofs: firstDamage(files.proofs, head, 'proofs') };
  const found = LOGS.flatMap((log) => damage[log]?.what ?? []);
  if (found.length === 0) return { found, lost: 0, seal: head.seal };
  const back = sealBefore(files, head, damage.names?.at ?? head.names.size, damage.proofs?.at ?? head.proofs.size);
  await REAL_DISK.replace(join(dir, FLOOR_FILE), encodeHead(head));
  if (back === null) {
    await rm(headPath(dir));
    return { found, lost: head.names.size + head.proofs.size, seal: null };
  }
  await REAL_DISK.replace(headPath(dir), encodeHead(back));
  return { found, lost: head.names.size - back.names.size + head.proofs.size - back.proofs.size, seal: back.seal };
}

function snapshotDamage(dir: string, head: CopyHead): string | null {
  if (head.from === null) return null;
  return damageIn(() => {
    let items = 0;
    for (const item of keptItems(dir)) items += item.bytes.length > 0 ? 1 : 0;
    if (items === 0) throw new CopyRefusal('damaged-copy', 'snapshot/items is gone.');
  });
}

function readHead(dir: string): CopyHead | null {
  try {
    return parseHead(readFileSync(headPath(dir)));
  } catch {
    return null;
  }
}

function filesOf(dir: string, head: CopyHead, log: LogName): LogFiles {
  return new LogFiles(dir, log, () => ({ first: firstOf(head, log), size: head[log].size }));
}

interface Damage {
  /** Index of the first entry that can't be counted on. */
  readonly at: number;
  readonly what: string;
}

/** firstDamage is the first entry of a log that is not good, or that lies below a tile that is not. */
function firstDamage(files: LogFiles, head: CopyHead, log: LogName): Damage | null {
  const { size } = head[log];
  const found: Damage[] = [];
  const note = (at: number, what: string) => void found.push({ at, what });
  for (let at = firstOf(head, log); at < size; at += TILE_WIDTH) {
    const problem = damageIn(() => void files.bundle(at / TILE_WIDTH, Math.min(TILE_WIDTH, size - at)));
    if (problem === null) continue;
    note(at, problem);
    break;
  }
  for (let level = 0, tiles = size; tiles >= TILE_WIDTH; level++) {
    tiles = Math.floor(tiles / TILE_WIDTH);
    const base = Math.floor(firstOf(head, log) / TILE_WIDTH ** (level + 1));
    for (let index = base; index < tiles; index++) {
      const problem = damageIn(() => checkTile(files, level, index, size, log));
      if (problem !== null) note(index * TILE_WIDTH ** (level + 1), problem);
    }
  }
  // The hashes behind the last full tile of each level have nothing above them but the root.
  const problem = damageIn(() => {
    if (toBase64(rootFromTiles(size, (ref) => files.tile(ref))) !== head[log].root) throw new CopyRefusal('damaged-copy', `${log}: the newest tiles don't give the root.`);
  });
  if (problem !== null && found.length === 0) note(Math.floor((size - 1) / TILE_WIDTH) * TILE_WIDTH, problem);
  return found.sort((a, b) => a.at - b.at)[0] ?? null;
}

function checkTile(files: LogFiles, level: number, index: number, size: number, log: LogName): void {
  const tile = files.tile({ index, level, width: TILE_WIDTH });
  const above = Math.floor(index / TILE_WIDTH);
  const parent = files.tile({ index: above, level: level + 1, width: tileAt(level + 1, above, size).width });
  const hashes = Array.from({ length: TILE_WIDTH }, (_, i) => tile.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES));
  if (!equalBytes(perfectRoot(hashes, 0, TILE_WIDTH), hashAt(parent, index % TILE_WIDTH))) throw new CopyRefusal('damaged-copy', `${log}/${level}: tile ${index} does not have the hash above it.`);
}

function damageIn(read: () => void): string | null {
  try {
    read();
    return null;
  } catch (error) {
    if (error instanceof CopyRefusal) return error.detail;
    throw error;
  }
}

/** sealBefore is the head at the last seal before the damage, or null if there is none that can be read. */
function sealBefore(files: { names: LogFiles; proofs: LogFiles }, head: CopyHead, names: number, proofs: number): CopyHead | null {
  const start = head.from?.size ?? 0;
  try {
    let index = names - 1;
    while (index >= start && !isSealBytes(files.names.entry(index))) index--;
    while (index >= start) {
      const seal: SealEntry = parseSeal(files.names.entry(index));
      if (seal.proofs.size <= proofs) return headAt(files.names, head, index, seal);
      if (seal.prev === null) return null;
      index = seal.prev;
    }
    return null;
  } catch (error) {
    if (error instanceof CopyRefusal || error instanceof Refusal) return null;
    throw error;
  }
}
