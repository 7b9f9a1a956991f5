import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fromBase64, toBase64 } from '../../core/bytes/base64';
import { fromHex, toHex } from '../../core/bytes/hex';
import { writeFileSafely } from '../keys/write-file';

/** MAX_STORED_MESSAGES and MAX_STORED_BYTES bound what waits for one identity. */
export const MAX_STORED_MESSAGES = 1_000;
export const MAX_STORED_BYTES = 16_777_216;
/** READ_BYTES bounds what one answer of the inbox holds. */
const READ_BYTES = 1_048_576;
const MESSAGE = /^(\d{12})-([0-9a-f]{64})\.(json|gone)$/;

/** Waiting is a message in the store. */
export interface Waiting {
  /** Payload hash, base64. */
  readonly id: string;
  readonly bytes: Uint8Array;
}

interface Item {
  file: string;
  timeSec: number;
  id: string;
  isGone: boolean;
}

/**
 * MailStore keeps messages for identities, one file each: DIR/<udf>/<time>-<payload hash>.json. A message that was fetched leaves an empty
 * file behind for as long as it could be sent again, so that it comes once.
 */
export class MailStore {
  readonly #folder: string;
  readonly #most: { readonly messages: number; readonly bytes: number };

  constructor(folder: string, most: { readonly messages: number; readonly bytes: number } = { bytes: MAX_STORED_BYTES, messages: MAX_STORED_MESSAGES }) {
    this.#folder = folder;
    this.#most = most;
  }

  /** put keeps a message, on disk before it returns. `known`: it is here or was; `full`: it must wait until the inbox was read. */
  put(udf: string, id: string, timeSec: number, bytes: Uint8Array): 'kept' | 'known' | 'full' {
    const items = this.#items(udf);
    if (items.some((item) => item.id === id)) return 'known';
    const waiting = items.filter(({ isGone }) => !isGone);
    const sizeBytes = waiting.reduce((sum, { file }) => sum + statSync(join(this.#folder, udf, file)).size, 0);
    if (waiting.length >= this.#most.messages || sizeBytes + bytes.length > this.#most.bytes) return 'full';
    mkdirSync(join(this.#folder, udf), { mode: 0o700, recursive: true });
    writeFileSafely(join(this.#folder, udf, nameOf(id, timeSec, 'json')), bytes);
    return 'kept';
  }

  /** list gives what waits for an identity, oldest first, as much as one answer holds; `more` tells that there is more. */
  list(udf: string): { messages: Waiting[]; more: boolean } {
    const messages: Waiting[] = [];
    let sizeBytes = 0;
    for (const { file, id, isGone } of this.#items(udf)) {
      if (isGone) continue;
      const bytes = readFileSync(join(this.#folder, udf, file));
      if (messages.length > 0 && sizeBytes + bytes.length > READ_BYTES) return { messages, more: true };
      sizeBytes += bytes.length;
      messages.push({ bytes, id });
    }
    return { messages, more: false };
  }

  /** remove ends messages that were read. What can't be sent again any more, from before `forgetSec`, leaves no trace. */
  remove(udf: string, ids: ReadonlySet<string>, forgetSec: number): void {
    const folder = join(this.#folder, udf);
    for (const { file, id, isGone, timeSec } of this.#items(udf)) {
      if (!isGone && ids.has(id)) {
        const gone = join(folder, nameOf(id, timeSec, 'gone'));
        writeFileSafely(gone, new Uint8Array());
        rmSync(join(folder, file));
      } else if (isGone && timeSec < forgetSec) rmSync(join(folder, file));
    }
  }

  #items(udf: string): Item[] {
    const folder = join(this.#folder, udf);
    if (!existsSync(folder)) return [];
    const items: Item[] = [];
    for (const file of readdirSync(folder).sort()) {
      const [, time, id, kind] = MESSAGE.exec(file) ?? [];
      if (time !== undefined && id !== undefined) items.push({ file, id: toBase64(fromHex(id)), isGone: kind === 'gone', timeSec: Number(time) });
    }
    return items;
  }
}

function nameOf(id: string, timeSec: number, kind: 'json' | 'gone'): string {
  return `${String(timeSec).padStart(12, '0')}-${toHex(fromBase64(id, 32))}.${kind}`;
}

