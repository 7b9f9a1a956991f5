import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { equalBytes } from '../../core/bytes/bytes';
import { parseStateEntry } from '../../core/registry/parse-entry';
import { policyKey } from '../../core/registry/state';
import { hashAt } from '../../core/tlog/edge';
import { HASH_BYTES, perfectRoot } from '../../core/tlog/hash';
import { TILE_WIDTH, parseTilePath, tileAt } from '../../core/tlog/tile-path';
import type { CopyReader } from '../../copy/copy-reader';
import { refuseCopy } from '../../copy/copy-refusal';
import { listEvidence, readEvidence } from '../../copy/evidence-folder';
import type { LogName } from '../../copy/layout';
import { StateIndex } from '../../copy/state-index';
import type { Piece, PieceMaker } from './piece';
import { HttpRefusal, sendJson } from './problem';

/** COSIGNED_FILE is the newest checkpoint that this provider's own validator has signed, as it wrote it beside the copy. */
export const COSIGNED_FILE = 'cosigned';

const FOREVER = 'public, max-age=604800, immutable';
const TILES_AT_HAND = 1_024;
const SIZE = /^(0|[1-9]\d{0,15})$/;

/** mirrorPiece serves what the copy holds as a registry does, so that others can follow from here; and this provider's own last checkpoint and evidence. */
export const mirrorPiece: PieceMaker = {
  make: ({ copy, dir }) => Promise.resolve(makeMirror(dir, copy)),
  name: 'mirror',
  options: {},
  usage: [],
};

/** makeMirror makes the piece over a copy; every answer is held against the copy's root first. */
export function makeMirror(dir: string, copy: CopyReader): Piece {
  const mirror = new Mirror(dir, copy);
  return {
    handle(req, res, url) {
      const answer = mirror.answer(url.pathname);
      if (answer === null) return false;
      if (req.method !== 'GET' && req.method !== 'HEAD') throw new HttpRefusal(405, 'method-not-allowed', 'This is read with GET.');
      answer(res);
      return true;
    },
  };
}

type Send = (res: ServerResponse) => void;

class Mirror {
  readonly #dir: string;
  readonly #copy: CopyReader;
  readonly #tiles = new Map<string, Uint8Array>();
  #index: StateIndex | null = null;

  constructor(dir: string, copy: CopyReader) {
    this.#dir = dir;
    this.#copy = copy;
  }

  answer(path: string): Send | null {
    if (path.startsWith('/tlog/names/')) return this.#log('names', path.slice('/tlog/names/'.length));
    if (path.startsWith('/tlog/proofs/')) return this.#log('proofs', path.slice('/tlog/proofs/'.length));
    if (path === '/.well-known/mns.json') return this.#wellKnown();
    if (path === '/checkpoint') return note(this.#cosigned() ?? this.#noteOf('names'));
    if (path === '/evidence' || path === '/evidence/') return (res) => sendJson(res, 200, 'application/json', { evidence: listEvidence(this.#dir) }, { 'cache-control': 'no-cache' });
    if (path.startsWith('/evidence/')) return this.#evidence(path.slice('/evidence/'.length));
    return null;
  }

  #log(log: LogName, path: string): Send {
    const head = this.#copy.needHead();
    if (path === 'checkpoint') return note(this.#noteOf(log));
    if (log === 'names' && path === 'cosigned') return note(this.#cosigned() ?? missing('No validator has signed here yet.'));
    if (log === 'names' && path.startsWith('checkpoint/')) {
      const size = path.slice('checkpoint/'.length);
      if (!SIZE.test(size) || Number(size) !== head.names.size || head.names.note === null) return missing('A copy has only its newest checkpoint.');
      return note(head.names.note);
    }
    const tile = parseTilePath(path);
    const bytes = tile.level === 'entries' ? this.#bundle(log, tile.index, tile.width) : this.#tile(log, tile.level, tile.index, tile.width);
    return (res) => send(res, 'application/octet-stream', bytes, FOREVER);
  }

  #noteOf(log: LogName): string {
    return this.#copy.needHead()[log].note ?? refuseCopy('no-copy', 'The first copy is still under way.');
  }

  #bundle(log: LogName, index: number, width: number): Uint8Array {
    const files = this.#copy.log(log);
    if (width > tileAt(0, index, files.size).width) return refuseCopy('not-in-copy', `The ${log} log has no such bundle at size ${files.size}.`);
    return files.bundle(index, width);
  }

  /** A tile behind which the copy ends was held against the root with the head; a full one is held against the hash above it. */
  #tile(log: LogName, level: number, index: number, width: number): Uint8Array {
    const files = this.#copy.log(log);
    if (tileAt(level, index, files.size).width < TILE_WIDTH) return files.tile({ index, level, width });
    const name = `${log}/${level}/${index}`;
    let full = this.#tiles.get(name);
    if (full === undefined) {
      full = files.tile({ index, level, width: TILE_WIDTH });
      const above = Math.floor(index / TILE_WIDTH);
      const parent = this.#tile(log, level + 1, above, tileAt(level + 1, above, files.size).width);
      const bytes = full;
      const hashes = Array.from({ length: TILE_WIDTH }, (_, i) => bytes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES));
      if (!equalBytes(perfectRoot(hashes, 0, TILE_WIDTH), hashAt(parent, index % TILE_WIDTH))) refuseCopy('damaged-copy', `${log}/${level}: tile ${index} does not have the hash above it.`);
      if (this.#tiles.size >= TILES_AT_HAND) this.#tiles.clear();
      this.#tiles.set(name, full);
    }
    return full.subarray(0, width * HASH_BYTES);
  }

  #cosigned(): string | null {
    try {
      return readFileSync(join(this.#dir, COSIGNED_FILE), 'utf8');
    } catch {
      return null;
    }
  }

  #evidence(name: string): Send {
    const bytes = readEvidence(this.#dir, name);
    if (bytes === null) return missing('There is no such evidence here.');
    return (res) => send(res, 'application/json', bytes, FOREVER);
  }

  #wellKnown(): Send {
    const head = this.#copy.needHead();
    this.#index ??= StateIndex.open(this.#copy);
    this.#index.catchUp();
    const item = this.#index.bytesOf(policyKey());
    const entry = item === null ? null : parseStateEntry(item.bytes);
    if (entry === null || entry.type !== 'policy') return refuseCopy('damaged-copy', 'The copy has no policy.');
    const { logs, periodSec } = entry.policy;
    const at = (log: LogName) => ({ url: `${head.url}/tlog/${log}`, vkey: logs[log][0] ?? '' });
    return (res) => sendJson(res, 200, 'application/json', { logs: { names: at('names'), proofs: at('proofs') }, origin: head.origin, periodSec, registry: head.registry, validators: [] }, { 'cache-control': 'no-cache' });
  }
}

function missing(detail: string): never {
  throw new HttpRefusal(404, 'not-found', detail);
}

function note(text: string): Send {
  return (res) => send(res, 'text/plain; charset=utf-8', Buffer.from(text), 'no-store');
}

function send(res: ServerResponse, type: string, body: Uint8Array, caching: string): void {
  res.writeHead(200, { 'access-control-allow-origin': '*', 'cache-control': caching, 'content-length': body.length, 'content-type': type, 'x-content-type-options': 'nosniff' });
  res.end(body);
}
