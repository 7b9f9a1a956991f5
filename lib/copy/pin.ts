import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Json, encodeJson, parseJson } from '../core/bytes/canonical-json';
import { array, hash, integer, object, string } from '../core/bytes/fields';
import { Refusal } from '../core/refusal';
import { refuseCopy } from './copy-refusal';

/** PIN_FILE says which registry a copy is of. Nothing that comes over the network changes it. */
export const PIN_FILE = 'registry.json';

/** Pin is the registry that a copy is pinned to, since when, and the ids of registries before it whose history it continues. */
export interface Pin {
  readonly registry: string;
  readonly url: string;
  readonly sinceSec: number;
  readonly before: readonly string[];
}

/** readPin reads a copy's pin, or gives null if there is none yet. @throws CopyRefusal `damaged-copy`: a pin guards the copy, so an unreadable one is not passed over. */
export function readPin(dir: string): Pin | null {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(join(dir, PIN_FILE));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  try {
    const fields = object(parseJson(bytes, 16_384), ['before', 'registry', 'sinceSec', 'url'], 'pin');
    return {
      before: array(fields.before, 'pin.before', 100).map((id, i) => hash(id, `pin.before[${i}]`)),
      registry: hash(fields.registry, 'pin.registry'),
      sinceSec: integer(fields.sinceSec, 'pin.sinceSec', 0, Number.MAX_SAFE_INTEGER),
      url: string(fields.url, 'pin.url', 2_048),
    };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return refuseCopy('damaged-copy', `registry.json is not as it was written (${error.detail}). Put it right, or give --registry ID in a new folder.`);
  }
}

/** encodePin writes PIN_FILE. */
export function encodePin(pin: Pin): Uint8Array {
  const plain: object = { ...pin };
  return encodeJson(plain as Json);
}
