import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { toBase64 } from '../../core/bytes/base64';
import { utf8 } from '../../core/bytes/bytes';
import { encodeJson, type Json, parseJson } from '../../core/bytes/canonical-json';
import { bytes, integer, object, string } from '../../core/bytes/fields';
import { toHex } from '../../core/bytes/hex';
import { sha256 } from '../../core/bytes/sha256';
import { cosignatureToSign, formatCosignature } from '../../core/note/cosignature';
import { formatNote, MAX_NOTE_BYTES, signatureLine } from '../../core/note/note';
import { Refusal } from '../../core/refusal';
import { refuseCli } from '../cli-refusal';
import { writeFileSafely } from '../keys/write-file';
import { type Cosigned, judge, parseAddCheckpoint, type Verdict, type WitnessedLog } from './add-checkpoint';
import type { WitnessKey } from './witness-key';

/** WitnessAnswer is an HTTP answer. */
export interface WitnessAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** Stored is what is kept of a log: what was cosigned last, and the checkpoint as it is shown. */
interface Stored extends Cosigned {
  readonly note: string;
}

const FORMAT = 'mns-witness/v1';
const PLAIN = 'text/plain; charset=utf-8';
const SIZE = 'text/x.tlog.size';
const MAX_STORED_BYTES = 2 * MAX_NOTE_BYTES;

/**
 * Witness cosigns the checkpoints of the logs that it knows, each only if it continues what it cosigned before (c2sp.org/tlog-witness). Its
 * folder must be locked by the caller: comparing, writing and answering are one synchronous step in one process, so no two answers can
 * rest on the same old size.
 */
export class Witness {
  readonly #folder: string;
  readonly #logs: ReadonlyMap<string, WitnessedLog>;
  readonly #key: WitnessKey;
  readonly #clock: () => number;
  readonly #stored = new Map<string, Stored>();

  constructor(folder: string, logs: readonly WitnessedLog[], key: WitnessKey, clock: () => number) {
    mkdirSync(folder, { mode: 0o700, recursive: true });
    this.#folder = folder;
    this.#logs = new Map(logs.map((log) => [log.origin, log]));
    this.#key = key;
    this.#clock = clock;
    for (const { origin } of logs) this.#load(origin);
  }

  /** addCheckpoint answers `POST /add-checkpoint`. What it signs is on disk before it answers. @throws what writing throws: then nothing was signed. */
  addCheckpoint(body: Uint8Array): WitnessAnswer {
    const request = parsed(body);
    if (request instanceof Refusal) return plain(400, request.detail);
    const { origin } = request;
    const verdict = judge(request, this.#logs.get(origin), this.#stored.get(origin) ?? null);
    if (verdict.status === 409) return { body: `${verdict.size}\n`, contentType: SIZE, status: 409 };
    if (verdict.status !== 200) return plain(verdict.status, verdict.why);
    return { body: this.#cosign(origin, verdict), contentType: PLAIN, status: 200 };
  }

  /** showCheckpoint answers `GET /<hash>/checkpoint`: the newest checkpoint cosigned of the log whose origin hashes to `hash`. */
  showCheckpoint(hash: string): WitnessAnswer {
    for (const [origin, { note }] of this.#stored) if (hashOf(origin) === hash) return { body: note, contentType: PLAIN, status: 200 };
    return plain(404, 'Nothing was cosigned of such a log.');
  }

  #cosign(origin: string, { checkpoint, signed }: Extract<Verdict, { status: 200 }>): string {
    const timeSec = this.#clock();
    const { vkey } = this.#key;
    const signature = this.#key.sign(cosignatureToSign(timeSec, signed.text));
    const line = signatureLine(vkey.name, vkey.keyId, formatCosignature({ signature, timeSec }));
    // Only lines that were verified: a forged one under some trusted name would be served to others.
    const lines = signed.verified.map(({ signature: by }) => signatureLine(by.name, by.keyId, by.bytes));
    const stored = { ...checkpoint, note: formatNote(signed.text, [...lines, line]) };
    const json: Json = { format: FORMAT, note: stored.note, origin, root: toBase64(stored.root), size: stored.size };
    writeFileSafely(this.#fileOf(origin), encodeJson(json));
    this.#stored.set(origin, stored);
    return line;
  }

  #load(origin: string): void {
    const file = this.#fileOf(origin);
    if (!existsSync(file)) return;
    try {
      const fields = object(parseJson(readFileSync(file), MAX_STORED_BYTES), ['format', 'note', 'origin', 'root', 'size'], 'file');
      if (fields.format !== FORMAT || fields.origin !== origin) throw new Refusal('bad-field', 'it is about something else');
      this.#stored.set(origin, { note: string(fields.note, 'file.note', MAX_NOTE_BYTES), root: Uint8Array.from(bytes(fields.root, 'file.root', 32)), size: integer(fields.size, 'file.size') });
    } catch (error) {
      // Going on without it would mean to cosign a second history.
      if (error instanceof Refusal) refuseCli('bad-file', `${file} is damaged (${error.detail}): a witness that has forgotten what it cosigned must not go on.`);
      throw error;
    }
  }

  #fileOf(origin: string): string {
    return join(this.#folder, `${hashOf(origin)}.json`);
  }
}

/** hashOf is how an origin is named in addresses: lower-case hexadecimal SHA-256. */
export function hashOf(origin: string): string {
  return toHex(sha256(utf8(origin)));
}

function parsed(body: Uint8Array): ReturnType<typeof parseAddCheckpoint> | Refusal {
  try {
    return parseAddCheckpoint(body);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

function plain(status: number, why: string): WitnessAnswer {
  return { body: `${why}\n`, contentType: PLAIN, status };
}

