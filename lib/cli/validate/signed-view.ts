import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromBase64 } from '../../core/bytes/base64';
import { equalBytes } from '../../core/bytes/bytes';
import { encodeJson, parseJson } from '../../core/bytes/canonical-json';
import { hash, integer, nullable, object, string } from '../../core/bytes/fields';
import { Refusal } from '../../core/refusal';
import { rootFromTiles } from '../../core/tlog/nodes';
import type { TileRef } from '../../core/tlog/tile-path';
import { refuseCli } from '../cli-refusal';
import { PRIVATE_MODE, writeFileSafely } from '../keys/write-file';

/** SIGNED_FILE remembers the largest name log that the validator's key has signed. It must live as long as the key. */
export const SIGNED_FILE = 'validator-signed.json';

const FORMAT = 'mns-validator-signed/v1';
const MAX_FILE_BYTES = 1_048_576;

/** SignedView is the largest name log that was signed: the checkpoint as the registry signed it, and the token's line on it. */
export interface SignedView {
  readonly size: number;
  /** base64 */
  readonly root: string;
  readonly note: string;
  readonly line: string;
}

/** ViewConflict is what must not be signed: it cannot be true together with what was signed before. */
export type ViewConflict = 'smaller' | 'other-root' | 'other-history';

/** makeSignedView says that nothing was signed yet. */
export function makeSignedView(dir: string): void {
  write(dir, null);
}

/** readSignedView is what was signed last, or null for nothing yet. @throws CliRefusal `bad-file`: without this memory nothing may be signed. */
export function readSignedView(dir: string): SignedView | null {
  const path = join(dir, SIGNED_FILE);
  try {
    const fields = object(parseJson(readFileSync(path), MAX_FILE_BYTES), ['format', 'view'], 'signed');
    if (fields.format !== FORMAT) return refuseCli('bad-file', `${path} is of another version.`);
    return nullable(fields.view, (value) => {
      const view = object(value, ['line', 'note', 'root', 'size'], 'signed.view');
      return {
        line: string(view.line, 'signed.view.line', MAX_FILE_BYTES),
        note: string(view.note, 'signed.view.note', MAX_FILE_BYTES),
        root: hash(view.root, 'signed.view.root'),
        size: integer(view.size, 'signed.view.size', 1),
      };
    });
  } catch (error) {
    if (!(error instanceof Refusal) && !(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    return refuseCli('bad-file', `${path} is missing or not as it was written. It says what the validator's key has signed; without it that key must not sign again. Put it back, or take ${path} and the key away and enrol a new one.`);
  }
}

/** writeSignedView remembers what is about to be signed and sent: on disk when it returns. */
export function writeSignedView(dir: string, view: SignedView): void {
  write(dir, view);
}

/** conflictOf tells whether a name log can't be signed after `signed`; `tile` reads the tiles of the new one. */
export function conflictOf(signed: SignedView | null, head: { readonly size: number; readonly root: string }, tile: (ref: TileRef) => Uint8Array): ViewConflict | null {
  if (signed === null) return null;
  if (head.size < signed.size) return 'smaller';
  if (head.size === signed.size) return head.root === signed.root ? null : 'other-root';
  return equalBytes(rootFromTiles(signed.size, tile), fromBase64(signed.root, 32)) ? null : 'other-history';
}


function write(dir: string, view: SignedView | null): void {
  writeFileSafely(join(dir, SIGNED_FILE), encodeJson({ format: FORMAT, view: view === null ? null : { ...view } }), PRIVATE_MODE);
}
