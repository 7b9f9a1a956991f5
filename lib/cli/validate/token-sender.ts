import { join } from 'node:path';
import { formatNote, MAX_NOTE_SIGNATURES, parseNote, signatureLine } from '../../core/note/note';
import { sameKeyHint } from '../../core/note/vkey';
import { formatCosignature } from '../../core/note/cosignature';
import { Refusal } from '../../core/refusal';
import { readValidator } from '../../core/registry/lookup';
import type { StateReader } from '../../core/registry/state';
import type { TileRef } from '../../core/tlog/tile-path';
import type { CopyHead } from '../../copy/copy-head';
import { CliRefusal } from '../cli-refusal';
import type { Io } from '../command';
import { addressUnder, askServer, jsonOf } from '../http';
import { writeFileSafely } from '../keys/write-file';
import { COSIGNED_FILE } from '../serve/mirror-piece';
import { conflictOf, readSignedView, type SignedView, type ViewConflict, writeSignedView } from './signed-view';
import type { ValidatorKey } from './validator-key';

/** A seal whose time is further than this from the clock is not signed: a token says when its seal was seen. */
export const MAX_AWAY_SEC = 120;

const PUBLIC_MODE = 0o644;
const TRIES = 4;
const RETRY_MS = 500;

/** Signable is a replayed head, with what it takes to see that it goes on from what was signed before. */
export interface ReplayedHead {
  readonly head: CopyHead;
  readonly state: StateReader;
  readonly tile: (ref: TileRef) => Uint8Array;
}

/** SenderOptions: `onConflict` is told of a name log that excludes one that was signed. */
export interface SenderOptions {
  readonly dir: string;
  readonly url: string;
  readonly key: ValidatorKey;
  readonly io: Io;
  readonly onConflict: (conflict: ViewConflict, signed: SignedView) => Promise<void> | void;
}

/**
 * TokenSender signs the newest checkpoint that was replayed and posts it to the registry. It never signs two name logs of one size,
 * none smaller than one it has signed, and none that does not begin with that one: what it signs is on disk before it is sent.
 */
export class TokenSender {
  readonly #options: SenderOptions;
  #next: { readonly view: SignedView; readonly isEnrolled: boolean; readonly seal: number } | null = null;
  #sending: Promise<void> = Promise.resolve();
  #isBusy = false;
  #told = '';

  constructor(options: SenderOptions) {
    this.#options = options;
    readSignedView(options.dir);
  }

  /** offer signs a replayed head, if it may be signed, and has it sent. What it must not sign it tells, and the log goes on. */
  async offer({ head, state, tile }: ReplayedHead): Promise<void> {
    const { dir, io, key, onConflict } = this.#options;
    const { names, seal, timeSec } = head;
    if (head.checked !== 'replayed' || names.note === null) return;
    const nowSec = io.clock();
    if (Math.abs(nowSec - timeSec) > MAX_AWAY_SEC) {
      this.#tell(`seal ${seal} is of ${new Date(timeSec * 1_000).toISOString()}, ${Math.abs(nowSec - timeSec)} s from this clock: it is not signed`);
      return;
    }
    const signed = readSignedView(dir);
    const conflict = conflictOf(signed, names, tile);
    if (conflict !== null && signed !== null) {
      this.#tell(`NOT SIGNED: ${conflictText(conflict, signed, head)}`);
      await onConflict(conflict, signed);
      return;
    }
    const { lines, text } = splitNote(names.note, key);
    const view = signed !== null && signed.size === names.size ? signed : { line: this.#line(nowSec, text), note: names.note, root: names.root, size: names.size };
    writeSignedView(dir, view);
    writeFileSafely(join(dir, COSIGNED_FILE), Buffer.from(formatNote(text, [...lines, view.line])), PUBLIC_MODE);
    const isEnrolled = readValidator(state, key.text)?.entry.status === 'enrolled';
    if (!isEnrolled) this.#tell(`${key.vkey.name} is not enrolled with the registry yet: its tokens are only shown here (mns validate --enrol)`);
    this.#next = { isEnrolled, seal, view };
    if (!this.#isBusy) this.#sending = this.#send();
  }

  /** idle waits until what was signed is sent, or was tried often enough. */
  async idle(): Promise<void> {
    await this.#sending;
  }

  #line(timeSec: number, text: string): string {
    const { key } = this.#options;
    return signatureLine(key.vkey.name, key.vkey.keyId, formatCosignature(key.token(timeSec, text)));
  }

  async #send(): Promise<void> {
    this.#isBusy = true;
    try {
      for (let tries = 0; this.#next !== null && tries < TRIES && !this.#options.io.stop.aborted; tries++) {
        const now = this.#next;
        if (!now.isEnrolled) break;
        const isDone = await this.#post(now);
        // A newer one takes the place of one that could not be sent: the registry takes only the newest two.
        if (this.#next !== now) tries = -1;
        else if (isDone) break;
        else await new Promise((resolve) => setTimeout(resolve, RETRY_MS * 2 ** tries));
      }
    } finally {
      this.#next = null;
      this.#isBusy = false;
    }
  }

  async #post({ seal, view }: { readonly view: SignedView; readonly seal: number }): Promise<boolean> {
    const { io, url } = this.#options;
    const address = addressUnder(url, '/api/v1/tokens');
    try {
      const answer = await askServer(io, address, { body: view.line, headers: { 'content-type': 'text/plain' }, method: 'POST' });
      if (answer.status !== 409 || !Buffer.from(answer.body).toString('utf8').includes('token-repeated')) jsonOf(answer, address);
      this.#told = '';
      if (!io.isTty) io.out(`token on seal ${seal} (${view.size.toLocaleString('en')} entries) is with the registry`);
      return true;
    } catch (error) {
      if (!(error instanceof CliRefusal) && !(error instanceof Refusal)) throw error;
      if (!io.stop.aborted) this.#tell(`the token on seal ${seal} is not with the registry: ${error.message}`);
      return error instanceof CliRefusal && error.code === 'refused-there';
    }
  }

  #tell(line: string): void {
    if (line !== this.#told) this.#options.io.err(line);
    this.#told = line;
  }
}

/** splitNote gives a note's text and its lines by others, as many as a note may have beside ours. */
function splitNote(note: string, { vkey }: ValidatorKey): { lines: string[]; text: string } {
  const { signatures, text } = parseNote(note);
  const others = signatures.filter((line) => !sameKeyHint(vkey, line)).slice(0, MAX_NOTE_SIGNATURES - 1);
  return { lines: others.map(({ bytes, keyId, name }) => signatureLine(name, keyId, bytes)), text };
}

function conflictText(conflict: ViewConflict, signed: SignedView, { names, seal }: CopyHead): string {
  if (conflict === 'smaller') return `seal ${seal} has ${names.size} entries; ${signed.size} were signed before`;
  if (conflict === 'other-root') return `seal ${seal} is another name log of ${names.size} entries than the one that was signed before`;
  return `the name log of ${names.size} entries does not begin with the one of ${signed.size} entries that was signed before`;
}
