import { fromBase64 } from '../core/bytes/base64';
import { type Json, encodeJson, parseJson } from '../core/bytes/canonical-json';
import { array, hash, integer, nullable, object, oneOf, string } from '../core/bytes/fields';
import { Refusal, refuse } from '../core/refusal';
import { refuseCopy } from './copy-refusal';

/** CopiedLog is one log at the copy's seal. `root` is base64. */
export interface CopiedLog {
  readonly size: number;
  readonly root: string;
  /**
   * The newest signed checkpoint that the copy agrees with. The name log's is that of `size`, or null while a long first
   * copy is under way; the proof log's may be of an earlier seal, or null.
   */
  readonly note: string | null;
}

/** CopyStart is the snapshot that a copy began at, and the validators whose tokens were trusted for it. */
export interface CopyStart {
  readonly seal: number;
  readonly size: number;
  readonly proofsSize: number;
  readonly tokens: readonly string[];
}

/** CopyHead is what a copy holds, complete and verified: everything up to one seal. */
export interface CopyHead {
  readonly registry: string;
  readonly origin: string;
  /** Where it is copied from. */
  readonly url: string;
  readonly seal: number;
  /** The seal's own time. */
  readonly timeSec: number;
  readonly names: CopiedLog;
  readonly proofs: CopiedLog;
  readonly map: { readonly size: number; readonly root: string };
  /** Whether the seals were only checked as `mns follow` does, or all replayed. */
  readonly checked: 'followed' | 'replayed';
  readonly from: CopyStart | null;
  /** When this was committed, by this machine's clock. */
  readonly updatedSec: number;
}

const MAX_HEAD_BYTES = 524_288;
/** MAX_KEPT_NOTE_BYTES bounds a checkpoint in a head, with the lines of witnesses and validators: anybody on the way may put more under it. */
export const MAX_KEPT_NOTE_BYTES = 65_536;

/** encodeHead writes head.json. @throws Refusal `too-large`: what could not be read again is not written. */
export function encodeHead(head: CopyHead): Uint8Array {
  for (const { note } of [head.names, head.proofs]) {
    if (note !== null && Buffer.byteLength(note) > MAX_KEPT_NOTE_BYTES) refuse('too-large', `A checkpoint with all that stands under it has at most ${MAX_KEPT_NOTE_BYTES} bytes.`);
  }
  const plain: object = { ...head, format: 'mns-copy/v1' };
  return encodeJson(plain as Json);
}

/** parseHead reads head.json. @throws CopyRefusal `damaged-copy`. */
export function parseHead(bytes: Uint8Array): CopyHead {
  try {
    return readHead(parseJson(bytes, MAX_HEAD_BYTES));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return refuseCopy('damaged-copy', `head.json is not as it was written: ${error.detail}`);
  }
}

function readHead(value: Json): CopyHead {
  const fields = object(value, ['checked', 'format', 'from', 'map', 'names', 'origin', 'proofs', 'registry', 'seal', 'timeSec', 'updatedSec', 'url'], 'head');
  oneOf(fields.format, 'head.format', ['mns-copy/v1']);
  const map = object(fields.map, ['root', 'size'], 'head.map');
  return {
    checked: oneOf(fields.checked, 'head.checked', ['followed', 'replayed']),
    from: nullable(fields.from, readStart),
    map: { root: hash(map.root, 'head.map.root'), size: count(map.size, 'head.map.size') },
    names: readLog(fields.names, 'head.names'),
    origin: string(fields.origin, 'head.origin', 240),
    proofs: readLog(fields.proofs, 'head.proofs'),
    registry: hash(fields.registry, 'head.registry'),
    seal: count(fields.seal, 'head.seal'),
    timeSec: count(fields.timeSec, 'head.timeSec'),
    updatedSec: count(fields.updatedSec, 'head.updatedSec'),
    url: string(fields.url, 'head.url', 2_048),
  };
}

function readLog(value: Json, path: string): CopiedLog {
  const fields = object(value, ['note', 'root', 'size'], path);
  return {
    note: nullable(fields.note, (note) => string(note, `${path}.note`, MAX_KEPT_NOTE_BYTES)),
    root: hash(fields.root, `${path}.root`),
    size: integer(fields.size, `${path}.size`, 1, Number.MAX_SAFE_INTEGER),
  };
}

function readStart(value: Json): CopyStart {
  const fields = object(value, ['proofsSize', 'seal', 'size', 'tokens'], 'head.from');
  return {
    proofsSize: count(fields.proofsSize, 'head.from.proofsSize'),
    seal: count(fields.seal, 'head.from.seal'),
    size: count(fields.size, 'head.from.size'),
    tokens: array(fields.tokens, 'head.from.tokens', 100).map((name, i) => string(name, `head.from.tokens[${i}]`, 300)),
  };
}

function count(value: Json, path: string): number {
  return integer(value, path, 0, Number.MAX_SAFE_INTEGER);
}

/** rootBytes is a log's root as bytes. */
export function rootBytes(log: { readonly root: string }): Uint8Array {
  return fromBase64(log.root, 32);
}
