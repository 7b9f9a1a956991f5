import { compareBytes } from '../bytes/bytes';
import { toHex } from '../bytes/hex';
import { type Json, encodeJson, parseJson } from '../bytes/canonical-json';
import { array, hash, integer, object, string } from '../bytes/fields';
import { sha256 } from '../bytes/sha256';
import { invariant, refuse } from '../refusal';
import { MAX_COUNTER } from '../registry/limits';
import type { StateKey } from '../registry/state';
import { MAX_ENTRY_BYTES } from '../tlog/bundle';

/*
 * The state at one seal as files: a list, and parts that each hold a stretch of the map's keys in ascending order. The
 * parts prove nothing by themselves: whoever loads them compares the map they make with the one that the seal, the last
 * entry of the name log, commits to (`Replayer.fromSnapshot`). SPEC.md §14.4.
 */

/** SNAPSHOT_FORMAT is the `format` of a snapshot's list. */
export const SNAPSHOT_FORMAT = 'mns-snapshot/v1';
/** SNAPSHOT_PART_BYTES is where a writer begins the next part. */
export const SNAPSHOT_PART_BYTES = 1_048_576;
/** MAX_SNAPSHOT_PART_BYTES bounds a part. */
export const MAX_SNAPSHOT_PART_BYTES = 16_777_216;
/** MAX_SNAPSHOT_PARTS bounds how many parts a snapshot has. */
export const MAX_SNAPSHOT_PARTS = 65_536;
/** MAX_SNAPSHOT_LIST_BYTES bounds the list. */
export const MAX_SNAPSHOT_LIST_BYTES = 16_777_216;

const KEY_BYTES = 32;
const INDEX_BYTES = 6;
/** ITEM_HEAD_BYTES is what stands before an item's entry: key, name-log index (u48 big-endian), length (u16 big-endian). */
const ITEM_HEAD_BYTES = KEY_BYTES + INDEX_BYTES + 2;
const MAX_INDEX = 2 ** (8 * INDEX_BYTES) - 1;
const MAX_NOTE_BYTES = 65_536;

/** SnapshotItem is the latest entry under one key of the map, and its index in the name log. */
export interface SnapshotItem {
  readonly key: StateKey;
  readonly bytes: Uint8Array;
  readonly index: number;
}

/** SnapshotPart names one part: its path below `/snapshots/`, SHA-256 of its bytes in lower-case hex, its size and how many items it holds. */
export interface SnapshotPart {
  readonly path: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly items: number;
}

/** SnapshotHead is a log as it was at the seal: `root` in base64, `note` the signed checkpoint. */
export interface SnapshotHead {
  readonly size: number;
  readonly root: string;
  readonly note: string;
}

/** SnapshotList says what a snapshot is of and which parts make it. The seal is the name log's entry `names.size - 1`. */
export interface SnapshotList {
  readonly format: typeof SNAPSHOT_FORMAT;
  readonly registry: string;
  readonly seal: number;
  readonly names: SnapshotHead;
  readonly proofs: SnapshotHead;
  readonly map: { readonly size: number; readonly root: string };
  readonly parts: readonly SnapshotPart[];
}

/** snapshotPath is where part `number` (from 0) of the snapshot of `seal` stands, below `/snapshots/`. */
export function snapshotPath(seal: number, number: number): string {
  return `${seal}/${number}`;
}

/** encodeSnapshotList writes a list: canonical JSON, UTF-8. */
export function encodeSnapshotList(list: SnapshotList): Uint8Array {
  const json: object = list;
  return encodeJson(json as Json);
}

/**
 * parseSnapshotList reads a list strictly: its parts are numbered from 0 without a gap and hold as many items as the map
 * has keys. Nothing is proved; the notes are text.
 * @throws Refusal `bad-snapshot`, `too-large`, `not-canonical`, and those of the JSON and field readers.
 */
export function parseSnapshotList(listBytes: Uint8Array): SnapshotList {
  const value = parseJson(listBytes, MAX_SNAPSHOT_LIST_BYTES);
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value['format'] !== SNAPSHOT_FORMAT) {
    return refuse('bad-snapshot', `This is not a snapshot of the format ${SNAPSHOT_FORMAT}.`);
  }
  const fields = object(value, ['format', 'map', 'names', 'parts', 'proofs', 'registry', 'seal'], 'snapshot');
  const seal = integer(fields.seal, 'snapshot.seal', 0, MAX_COUNTER);
  const map = object(fields.map, ['root', 'size'], 'snapshot.map');
  const parts = array(fields.parts, 'snapshot.parts', MAX_SNAPSHOT_PARTS).map((part, number) => readPart(part, seal, number));
  const list: SnapshotList = {
    format: SNAPSHOT_FORMAT,
    map: { root: hash(map.root, 'snapshot.map.root'), size: integer(map.size, 'snapshot.map.size', 0, MAX_COUNTER) },
    names: readHead(fields.names, 'snapshot.names'),
    parts,
    proofs: readHead(fields.proofs, 'snapshot.proofs'),
    registry: hash(fields.registry, 'snapshot.registry'),
    seal,
  };
  let items = 0;
  for (const part of parts) items += part.items;
  if (items !== list.map.size) refuse('bad-snapshot', `The parts hold ${items} items, and the map ${list.map.size}.`);
  return list;
}

function readHead(value: Json, path: string): SnapshotHead {
  const fields = object(value, ['note', 'root', 'size'], path);
  return {
    note: string(fields.note, `${path}.note`, MAX_NOTE_BYTES),
    root: hash(fields.root, `${path}.root`),
    size: integer(fields.size, `${path}.size`, 1, MAX_INDEX + 1),
  };
}

function readPart(value: Json, seal: number, number: number): SnapshotPart {
  const at = `snapshot.parts[${number}]`;
  const fields = object(value, ['items', 'path', 'sha256', 'sizeBytes'], at);
  const path = string(fields.path, `${at}.path`, 64);
  if (path !== snapshotPath(seal, number)) refuse('bad-snapshot', `Part ${number} must have the path ${snapshotPath(seal, number)}.`);
  const digest = string(fields.sha256, `${at}.sha256`, 64);
  if (!/^[0-9a-f]{64}$/.test(digest)) refuse('bad-snapshot', `${at}.sha256 must be 64 lower-case hexadecimal digits.`);
  const sizeBytes = integer(fields.sizeBytes, `${at}.sizeBytes`, ITEM_HEAD_BYTES, MAX_SNAPSHOT_PART_BYTES);
  return { items: integer(fields.items, `${at}.items`, 1, Math.floor(sizeBytes / ITEM_HEAD_BYTES)), path, sha256: digest, sizeBytes };
}

/** CutPart is a finished part: its line in the list and its bytes. */
export interface CutPart {
  readonly part: SnapshotPart;
  readonly bytes: Uint8Array;
}

/** SnapshotCutter cuts a stream of items, ascending by key, into parts; it holds one part at a time. */
export class SnapshotCutter {
  readonly #seal: number;
  readonly #partBytes: number;
  #buffer: Uint8Array;
  #filled = 0;
  #items = 0;
  #number = 0;

  constructor(seal: number, partBytes: number = SNAPSHOT_PART_BYTES) {
    this.#seal = seal;
    this.#partBytes = partBytes;
    this.#buffer = new Uint8Array(partBytes + ITEM_HEAD_BYTES + MAX_ENTRY_BYTES);
    invariant(this.#buffer.length <= MAX_SNAPSHOT_PART_BYTES, 'a part of a snapshot is too large');
  }

  /** push adds an item; its key must be higher than the one before. It gives the part that this completes, or null. */
  push({ key, bytes: entry, index }: SnapshotItem): CutPart | null {
    invariant(key.length === KEY_BYTES && entry.length <= MAX_ENTRY_BYTES && index >= 0 && index <= MAX_INDEX, 'a snapshot’s item does not fit its form');
    const into = this.#buffer;
    const at = this.#filled;
    into.set(key, at);
    writeNumber(into, at + KEY_BYTES, index, INDEX_BYTES);
    writeNumber(into, at + KEY_BYTES + INDEX_BYTES, entry.length, 2);
    into.set(entry, at + ITEM_HEAD_BYTES);
    this.#filled = at + ITEM_HEAD_BYTES + entry.length;
    this.#items++;
    return this.#filled >= this.#partBytes ? this.finish() : null;
  }

  /** finish gives the part that is still open, or null if there is none. */
  finish(): CutPart | null {
    if (this.#items === 0) return null;
    // A copy: the buffer is written again while the part is on its way to a disk.
    const part = Uint8Array.from(this.#buffer.subarray(0, this.#filled));
    const line = { items: this.#items, path: snapshotPath(this.#seal, this.#number), sha256: toHex(sha256(part)), sizeBytes: part.length };
    this.#number++;
    this.#items = 0;
    this.#filled = 0;
    return { bytes: part, part: line };
  }
}

/**
 * openSnapshotPart checks a part's bytes against its line in the list and reads its items; they are views of `partBytes`.
 * Keys ascend within a part; from part to part it is for the reader to check (`Replayer.fromSnapshot` does).
 * @throws Refusal `bad-snapshot`.
 */
export function openSnapshotPart(partBytes: Uint8Array, part: SnapshotPart, namesSize: number): SnapshotItem[] {
  if (partBytes.length !== part.sizeBytes) refuse('bad-snapshot', `Part ${part.path} has ${partBytes.length} bytes; ${part.sizeBytes} are listed.`);
  if (toHex(sha256(partBytes)) !== part.sha256) refuse('bad-snapshot', `Part ${part.path} is not the one listed.`);
  return parseSnapshotItems(partBytes, part.items, namesSize);
}

/** parseSnapshotItems reads exactly `count` items, keys ascending, indexes below `namesSize`; the items are views. @throws Refusal `bad-snapshot`. */
export function parseSnapshotItems(partBytes: Uint8Array, count: number, namesSize: number): SnapshotItem[] {
  const items: SnapshotItem[] = [];
  let at = 0;
  let before: Uint8Array | null = null;
  while (at < partBytes.length) {
    if (at + ITEM_HEAD_BYTES > partBytes.length) refuse('bad-snapshot', `The part ends inside its item ${items.length}.`);
    const key = partBytes.subarray(at, at + KEY_BYTES);
    const index = readNumber(partBytes, at + KEY_BYTES, INDEX_BYTES);
    const end = at + ITEM_HEAD_BYTES + readNumber(partBytes, at + KEY_BYTES + INDEX_BYTES, 2);
    if (end > partBytes.length) refuse('bad-snapshot', `The part ends inside its item ${items.length}.`);
    if (before !== null && compareBytes(before, key) >= 0) refuse('bad-snapshot', 'The keys of the part do not ascend.');
    // The last entry of the log is the seal, which is no part of the state.
    if (index >= namesSize - 1) refuse('bad-snapshot', `The part holds entry ${index}, and the log ends at ${namesSize - 1} with its seal.`);
    before = key;
    items.push({ bytes: partBytes.subarray(at + ITEM_HEAD_BYTES, end), index, key });
    at = end;
  }
  if (items.length !== count) refuse('bad-snapshot', `The part holds ${items.length} items; ${count} are listed.`);
  return items;
}

function writeNumber(into: Uint8Array, at: number, value: number, widthBytes: number): void {
  let rest = value;
  for (let i = widthBytes - 1; i >= 0; i--) {
    into[at + i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
}

function readNumber(from: Uint8Array, at: number, widthBytes: number): number {
  let value = 0;
  for (let i = 0; i < widthBytes; i++) value = value * 256 + (from[at + i] as number);
  return value;
}
