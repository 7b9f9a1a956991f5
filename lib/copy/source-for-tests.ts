import { encodeBundle } from '../core/tlog/bundle';
import { emptyEdge, appendLeaves } from '../core/tlog/edge';
import { leafHash } from '../core/tlog/hash';
import { TILE_WIDTH, type TilePath } from '../core/tlog/tile-path';
import type { FixtureLog } from '../core/registry/fixture-log';
import { refuseCopy } from './copy-refusal';
import type { LogName } from './layout';
import type { LogSource } from './log-source';

/** ShownLog is what a source serves of one log: entries, and a note. */
export interface ShownLog {
  entries: Uint8Array[];
  note: string;
}

/** LateNotes signs a checkpoint only when it is asked for. */
class LateNotes extends Map<number, string> {
  readonly #makers = new Map<number, () => string>();

  later(size: number, make: () => string): void {
    this.delete(size);
    this.#makers.set(size, make);
  }

  override get(size: number): string | undefined {
    return super.get(size) ?? this.#makers.get(size)?.();
  }

  override clear(): void {
    super.clear();
    this.#makers.clear();
  }
}

/** TestSource serves logs from memory. Tests change what it serves, or wrap a method. */
export class TestSource implements LogSource {
  readonly url: string = 'http://test.example';
  logs: Record<LogName, ShownLog>;
  /** Signed checkpoints of the name log by size. */
  readonly notesBySize = new LateNotes();
  files = new Map<string, Uint8Array>();
  registry: string;
  requests = 0;
  readonly #tiles = new WeakMap<Uint8Array[], { size: number; levels: Uint8Array[][] }>();

  constructor(log: FixtureLog) {
    this.registry = log.world.registry;
    this.logs = { names: { entries: [], note: '' }, proofs: { entries: [], note: '' } };
    this.show(log);
  }

  /** show serves a log as it is now, or as it was after seal `number`. */
  show(log: FixtureLog, number = log.seals.length - 1): void {
    const sealed = log.seals[number];
    if (sealed === undefined) throw new Error('there is no such seal');
    const notes = log.notes(sealed);
    this.logs.names = { entries: log.names.slice(0, sealed.heads.names.size), note: notes.names };
    this.logs.proofs = { entries: log.proofs.slice(0, sealed.heads.proofs.size), note: notes.proofs };
    for (const one of log.seals.slice(0, number + 1)) this.notesBySize.later(one.heads.names.size, () => log.notes(one).names);
  }

  async checkpoint(log: LogName): Promise<Uint8Array> {
    this.requests += 1;
    return Buffer.from(this.logs[log].note);
  }

  async checkpointAt(size: number): Promise<Uint8Array | null> {
    const note = this.notesBySize.get(size);
    return note === undefined ? null : Buffer.from(note);
  }

  async tile(log: LogName, { index, level, width }: TilePath): Promise<Uint8Array> {
    this.requests += 1;
    const { entries } = this.logs[log];
    if (level === 'entries') return encodeBundle(entries.slice(index * TILE_WIDTH, index * TILE_WIDTH + width));
    const hashes = (this.#levels(entries)[level] ?? []).slice(index * TILE_WIDTH, index * TILE_WIDTH + width);
    return hashes.length === width ? Buffer.concat(hashes) : refuseCopy('bad-answer', 'There is no such tile.');
  }

  hint(): Promise<string | null> {
    return Promise.resolve(this.registry);
  }

  file(path: string): Promise<Uint8Array | null> {
    return Promise.resolve(this.files.get(path) ?? null);
  }

  /** All hashes of each tile level. */
  #levels(entries: Uint8Array[]): Uint8Array[][] {
    const known = this.#tiles.get(entries);
    if (known !== undefined && known.size === entries.length) return known.levels;
    const { edge, tiles } = appendLeaves(emptyEdge(), entries.map(leafHash));
    const levels = edge.levels.map((_, level) => [
      ...tiles.filter((tile) => tile.level === level).flatMap(({ hashes }) => Array.from({ length: TILE_WIDTH }, (_unused, i) => hashes.subarray(i * 32, i * 32 + 32))),
      ...(edge.levels[level] ?? []),
    ]);
    this.#tiles.set(entries, { levels, size: entries.length });
    return levels;
  }
}
