import { text } from '../bytes/bytes';
import { InvariantError } from '../refusal';
import type { NameLogEntry, RecordEntry } from '../registry/state';
import type { NameTable } from './name-table';

/** What most entries begin with that no table needs: identities. Canonical JSON sorts its fields. */
const IDENTITY_START = '{"allowance":';

/**
 * NameFeed carries the name log into a table, entry by entry; what a seal closes is put when the seal arrives, so the table always
 * stands at a seal. The entries come from a copy whose seals have been checked, and are not judged again.
 */
export class NameFeed {
  readonly #table: NameTable;
  #open: { record: RecordEntry; index: number }[] = [];
  #quietSec: number | null = null;
  #next: number;

  constructor(table: NameTable) {
    this.#table = table;
    this.#next = table.asOf().size;
  }

  /** next is the index of the entry that is wanted next. */
  get next(): number {
    return this.#next;
  }

  /** start says that the log before `size` is put as state (`state`), of the seal at `size - 1`. */
  start(size: number): void {
    this.#next = size;
  }

  /** push takes the entry at `next`; it tells whether that was a seal. */
  push(bytes: Uint8Array): boolean {
    const index = this.#next++;
    const entry = readEntryFast(bytes);
    if (entry?.type === 'record') this.#open.push({ record: entry, index });
    else if (entry?.type === 'policy') this.#quietSec = entry.policy.delays.quietSec;
    if (entry?.type !== 'seal') return false;
    const { number, timeSec } = entry;
    for (const { record, index } of this.#open) this.#table.put(record, index, timeSec);
    this.#open = [];
    this.#table.sealed({ seal: number, timeSec, size: index + 1 }, this.#quietSec);
    return true;
  }

  /** state takes one entry of a snapshot: the newest under its key, as of the snapshot's seal. Tenures count as begun then: how long ago a holder changed is not known, so the careful answer is given for longer. */
  state(bytes: Uint8Array, index: number, timeSec: number): void {
    const entry = readEntryFast(bytes);
    if (entry?.type === 'record') this.#table.put(entry, index, timeSec);
    else if (entry?.type === 'policy') this.#quietSec = entry.policy.delays.quietSec;
  }

  /** stateEnds closes what `state` was given. */
  stateEnds(seal: number, timeSec: number, size: number): void {
    this.#table.sealed({ seal, timeSec, size }, this.#quietSec);
    this.#next = size;
  }
}

function readEntryFast(bytes: Uint8Array): NameLogEntry | null {
  if (startsWith(bytes, IDENTITY_START)) return null;
  const json: unknown = JSON.parse(text(bytes));
  if (typeof json !== 'object' || json === null || !('type' in json)) throw new InvariantError('a verified copy holds entries only');
  return json as NameLogEntry;
}

function startsWith(bytes: Uint8Array, start: string): boolean {
  for (let i = 0; i < start.length; i++) if (bytes[i] !== start.charCodeAt(i)) return false;
  return true;
}
