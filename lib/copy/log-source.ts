import type { Json } from '../core/bytes/canonical-json';
import { hash } from '../core/bytes/fields';
import { Refusal } from '../core/refusal';
import type { TilePath } from '../core/tlog/tile-path';
import { refuseCopy } from './copy-refusal';
import type { LogName } from './layout';

/**
 * LogSource is where both logs are read from: a registry, or a provider that mirrors one. Nothing it gives is trusted. Its
 * errors are CopyRefusal `unreachable` and `bad-answer`.
 */
export interface LogSource {
  /** The address, to be shown and remembered. */
  readonly url: string;
  /** checkpoint is the newest signed checkpoint of a log. */
  checkpoint(log: LogName): Promise<Uint8Array>;
  /** checkpointAt is the name log's signed checkpoint of a sealed size, or null if the source has none. */
  checkpointAt(size: number): Promise<Uint8Array | null>;
  /** tile is a hash tile or a bundle, of exactly the width asked for. */
  tile(log: LogName, tile: TilePath): Promise<Uint8Array>;
  /** hint is the registry id that the source says it has, or null. It is only a hint: what is followed is checked. */
  hint(): Promise<string | null>;
  /** file is any other file of the source, or null if there is none. */
  file(path: string, maxBytes: number): Promise<Uint8Array | null>;
}

/** readHint reads the registry id out of `/.well-known/mns.json`, leniently: it is only a hint. */
export function readHint(bytes: Uint8Array): string | null {
  let value: Json;
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8')) as Json;
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const { registry } = value;
  try {
    return registry === undefined ? null : hash(registry, 'registry');
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}

/** hashesOf refuses a tile tile's answer that is not what was asked for, and cuts what is wider. */
export function hashesOf(bytes: Uint8Array, width: number, path: string): Uint8Array {
  const wanted = width * 32;
  if (bytes.length < wanted || bytes.length % 32 !== 0) return refuseCopy('bad-answer', `${path} has ${bytes.length} bytes, and not ${wanted}.`);
  return bytes.subarray(0, wanted);
}

/** bundleOf cuts the first `width` entries out of a bundle. */
export function bundleOf(bytes: Uint8Array, width: number, path: string): Uint8Array {
  let at = 0;
  for (let i = 0; i < width; i++) {
    const end = at + 2 + (((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0));
    if (at + 2 > bytes.length || end > bytes.length) return refuseCopy('bad-answer', `${path} has fewer than ${width} entries.`);
    at = end;
  }
  return bytes.subarray(0, at);
}
