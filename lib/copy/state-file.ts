import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { toBase64 } from '../core/bytes/base64';
import { equalBytes } from '../core/bytes/bytes';
import { encodeJson, parseJson } from '../core/bytes/canonical-json';
import { hash, integer, object, string } from '../core/bytes/fields';
import { rootFromTiles } from '../core/tlog/nodes';
import { Refusal } from '../core/refusal';
import type { CopyReader } from './copy-reader';
import { CopyRefusal } from './copy-refusal';

/*
 * Files under state/: what was computed from the logs up to some seal, so that a start need not compute it again. A file
 * says which name log it belongs to and holds a hash of itself; one that is damaged, or of another log, is as good as none.
 */

/** StateFileName is one of the files. */
export type StateFileName = 'index' | 'map';

/** StateFile is a file's content: `count` keys of the name log of `size` entries. */
export interface StateFile {
  readonly size: number;
  readonly count: number;
  readonly bytes: Buffer;
}

/** The first line of a file is padded to this length. */
const LINE_BYTES = 512;

/** stateFilePath is a file's path below the copy's folder. */
export function stateFilePath(name: StateFileName): string {
  return join('state', name);
}

/** encodeStateFile writes a file. `root` is the name log's root at `size`. */
export function encodeStateFile(name: StateFileName, size: number, root: Uint8Array, count: number, bytes: Uint8Array): Uint8Array {
  const line = encodeJson({ count, file: name, format: 'mns-copy-state/v1', root: toBase64(root), sha256: digest(bytes), size });
  const out = Buffer.alloc(LINE_BYTES + bytes.length, ' ');
  out.set(line, 0);
  out[LINE_BYTES - 1] = 0x0a;
  out.set(bytes, LINE_BYTES);
  return out;
}

/** readStateFile gives a file's content if it is whole and belongs to the copy's name log, else null. */
export function readStateFile(reader: CopyReader, name: StateFileName): StateFile | null {
  let file: Buffer;
  try {
    file = readFileSync(join(reader.dir, stateFilePath(name)));
  } catch {
    return null;
  }
  try {
    const line = object(parseJson(Uint8Array.from(Buffer.from(file.subarray(0, LINE_BYTES).toString('latin1').trimEnd(), 'latin1')), LINE_BYTES), ['count', 'file', 'format', 'root', 'sha256', 'size'], 'state');
    const size = integer(line.size, 'state.size', 1, Number.MAX_SAFE_INTEGER);
    const count = integer(line.count, 'state.count', 0, Number.MAX_SAFE_INTEGER);
    const bytes = file.subarray(LINE_BYTES);
    const { first, size: committed } = reader.names;
    if (string(line.file, 'state.file', 16) !== name || size > committed || size < first || digest(bytes) !== hash(line.sha256, 'state.sha256')) return null;
    const root = rootFromTiles(size, (ref) => reader.names.tile(ref));
    return equalBytes(root, Buffer.from(hash(line.root, 'state.root'), 'base64')) ? { bytes, count, size } : null;
  } catch (error) {
    if (error instanceof Refusal || error instanceof CopyRefusal) return null;
    throw error;
  }
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64');
}
