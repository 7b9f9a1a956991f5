import { equalBytes } from '../core/bytes/bytes';
import { toBase64 } from '../core/bytes/base64';
import { parseSeal } from '../core/registry/parse-entry';
import type { SealEntry } from '../core/registry/state';
import { rootFromTiles } from '../core/tlog/nodes';
import { type CopyHead, encodeHead } from './copy-head';
import { CopyReader } from './copy-reader';
import { lockCopy } from './copy-writer';
import { REAL_DISK } from './disk';
import { checkpointIn } from './follow-faults';
import { headPath } from './layout';
import type { LogReader } from './log-files';
import type { LogSource } from './log-source';
import { VerifiedTiles } from './verified-tiles';

/** How many seals back the common history of two logs is looked for. */
const MAX_SEALS = 10_000;

/** headAt is the head of a copy at one of its earlier seals. */
export function headAt(names: LogReader, head: CopyHead, index: number, seal: SealEntry): CopyHead {
  const size = index + 1;
  return {
    ...head,
    map: seal.map,
    names: { note: null, root: toBase64(rootFromTiles(size, (ref) => names.tile(ref))), size },
    proofs: { note: null, root: seal.proofs.root, size: seal.proofs.size },
    seal: seal.number,
    timeSec: seal.timeSec,
  };
}

/**
 * cutToCommon takes a copy back to the last seal that it shares with the log a source shows: for a registry that goes on from an
 * older copy than ours. It gives the number of seals given up, or null if they share none.
 */
export async function cutToCommon(dir: string, source: LogSource): Promise<number | null> {
  const lock = await lockCopy(dir);
  const reader = CopyReader.open(dir);
  try {
    const head = reader.needHead();
    const tiles = await VerifiedTiles.open(source, 'names', checkpointIn(await source.checkpoint('names')));
    let index: number | null = head.names.size - 1;
    for (let given = 0; given < MAX_SEALS && index !== null && index >= (head.from?.size ?? 0); given++) {
      const seal: SealEntry = parseSeal(reader.names.entry(index));
      const size = index + 1;
      const own = rootFromTiles(size, (ref) => reader.names.tile(ref));
      if (size <= tiles.head.size && equalBytes(await tiles.rootAt(size), own)) {
        if (given > 0) await REAL_DISK.replace(headPath(dir), encodeHead(headAt(reader.names, head, index, seal)));
        return given;
      }
      index = seal.prev;
    }
    return null;
  } finally {
    reader.close();
    await lock.release();
  }
}
