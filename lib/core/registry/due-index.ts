import { readSealedEntry } from './parse-entry';
import type { StateEntry, StateWrite } from './state';

/** Candidate is what may have fallen due: a record's change or lock, or the pending policy (`name` null), by the proof-log index that it rests on. */
export interface Candidate {
  readonly name: string | null;
  readonly proof: number;
}

/** DueReader tells what of a state waits, without looking through all of it. */
export interface DueReader {
  /** candidates are what may fall due at a seal of this time, in proof-log order. Whether enough seals have passed is asked of the state. */
  candidates(timeSec: number): Candidate[];
  /** givenBy are the names that an identity is giving away by pending transfers, in proof-log order of these. */
  givenBy(udf: string): string[];
  /** waits is what of a name (or of the policy, under `''`) waits, or null. */
  waits(name: string): Waits | null;
}

/** NOTHING_DUE is what waits before genesis. */
export const NOTHING_DUE: DueReader = { candidates: () => [], givenBy: () => [], waits: () => null };

/** DueBook also takes notes. */
export interface DueBook extends DueReader {
  /** note takes in an entry as it becomes the latest of its key. */
  note(entry: StateEntry): void;
}

/** Waits is what of one name waits. */
export interface Waits {
  readonly name: string;
  readonly tenure: number;
  /** Who gives it away by a pending transfer, and that transfer's proof-log index. */
  readonly given: { readonly by: string; readonly proof: number } | null;
  readonly effects: readonly { readonly dueSec: number; readonly proof: number }[];
}

const POLICY = '';

/** waitsOf says what of an entry waits: a pending policy or change of holder, a reversed payment. Null if nothing does. */
export function waitsOf(entry: StateEntry): Waits | null {
  if (entry.type === 'policy') {
    const [pending] = entry.pending;
    return pending === undefined ? null : { effects: [effectOf(pending)], given: null, name: POLICY, tenure: 0 };
  }
  if (entry.type !== 'record' || (entry.locks.length === 0 && entry.pending.length === 0)) return null;
  const [pending] = entry.pending;
  const reversed = entry.locks.find(({ kind }) => kind === 'reversed');
  const effects = [pending, reversed].flatMap((one) => (one === undefined ? [] : [effectOf(one)]));
  if (effects.length === 0) return null;
  const given = pending?.kind === 'transfer' ? { by: entry.udf, proof: pending.proof } : null;
  return { effects, given, name: entry.name, tenure: entry.tenure };
}

function effectOf({ delaySec, loggedSec, proof }: { delaySec: number; loggedSec: number; proof: number }) {
  return { dueSec: loggedSec + delaySec, proof };
}

/** mayWait tells in one look at an entry's bytes whether something in it may wait: only then has it a list of objects. For millions of entries. */
export function mayWait(bytes: Uint8Array): boolean {
  for (let at = bytes.indexOf(OPEN_LIST); at >= 0; at = bytes.indexOf(OPEN_LIST, at + 1)) if (bytes[at + 1] === OPEN_OBJECT) return true;
  return false;
}

const OPEN_LIST = 0x5b;
const OPEN_OBJECT = 0x7b;

/** changeOf is what an entry changes in a book: undefined if nothing. A record of an earlier tenure says nothing about what waits: nothing does there. */
function changeOf(book: DueReader, entry: StateEntry): { name: string; waits: Waits | null } | undefined {
  if (entry.type !== 'record' && entry.type !== 'policy') return undefined;
  const waits = waitsOf(entry);
  const name = entry.type === 'record' ? entry.name : POLICY;
  if (waits === null) {
    const before = book.waits(name);
    if (before === null || (entry.type === 'record' && before.tenure > entry.tenure)) return undefined;
  }
  return { name, waits };
}

const HOUR_SEC = 3_600;

/**
 * DueIndex is what of a registry's state waits: names with a pending change of holder or a reversed payment, and the policy. It is a
 * function of the state: kept by `commit` from the writes of each seal, or made anew by `of` from all of the state's entries.
 */
export class DueIndex implements DueBook {
  readonly #waits = new Map<string, Waits>();
  /** Names by the hour in which something falls due. */
  readonly #hours = new Map<number, Set<string>>();
  readonly #given = new Map<string, Map<string, number>>();

  /** of makes the index from the state's entries. Their bytes must be confirmed already, by a map root for instance. */
  static of(items: Iterable<{ readonly bytes: Uint8Array }>): DueIndex {
    const index = new DueIndex();
    for (const { bytes } of items) if (mayWait(bytes)) index.note(readSealedEntry(bytes));
    return index;
  }

  /** The number of names that wait, the policy counted in. */
  get size(): number {
    return this.#waits.size;
  }

  waits(name: string): Waits | null {
    return this.#waits.get(name) ?? null;
  }

  /** all is everything that waits, in no order. */
  all(): Waits[] {
    return [...this.#waits.values()];
  }

  candidates(timeSec: number): Candidate[] {
    const found: Candidate[] = [];
    for (const [hour, names] of this.#hours) {
      if (hour * HOUR_SEC > timeSec) continue;
      for (const name of names) {
        const waits = this.#waits.get(name);
        if (waits !== undefined) pushDue(found, waits, timeSec, hour);
      }
    }
    return found.sort(byProof);
  }

  givenBy(udf: string): string[] {
    const given = this.#given.get(udf);
    return given === undefined ? [] : [...given].sort(([, a], [, b]) => a - b).map(([name]) => name);
  }

  note(entry: StateEntry): void {
    const change = changeOf(this, entry);
    if (change !== undefined) this.#set(change.name, change.waits);
  }

  /** commit takes in the writes of a seal. */
  commit(writes: readonly StateWrite[]): void {
    for (const { item } of writes) this.note(item.entry);
  }

  #set(name: string, waits: Waits | null): void {
    const before = this.#waits.get(name);
    if (before !== undefined) this.#remove(name, before);
    if (waits === null) return;
    this.#waits.set(name, waits);
    for (const { dueSec } of waits.effects) {
      const hour = hourOf(dueSec);
      const names = this.#hours.get(hour);
      if (names === undefined) this.#hours.set(hour, new Set([name]));
      else names.add(name);
    }
    if (waits.given === null) return;
    const given = this.#given.get(waits.given.by) ?? new Map<string, number>();
    this.#given.set(waits.given.by, given.set(name, waits.given.proof));
  }

  #remove(name: string, waits: Waits): void {
    this.#waits.delete(name);
    for (const { dueSec } of waits.effects) {
      const hour = hourOf(dueSec);
      const names = this.#hours.get(hour);
      names?.delete(name);
      if (names?.size === 0) this.#hours.delete(hour);
    }
    if (waits.given === null) return;
    const given = this.#given.get(waits.given.by);
    given?.delete(name);
    if (given?.size === 0) this.#given.delete(waits.given.by);
  }
}

/** DueDraft is a book over another one, which stays as it is: for a seal in the making, or a group of assertions on trial. */
export class DueDraft implements DueBook {
  readonly #base: DueReader;
  readonly #changed = new Map<string, Waits | null>();

  constructor(base: DueReader) {
    this.#base = base;
  }

  waits(name: string): Waits | null {
    const changed = this.#changed.get(name);
    return changed === undefined ? this.#base.waits(name) : changed;
  }

  candidates(timeSec: number): Candidate[] {
    const found = this.#base.candidates(timeSec);
    if (this.#changed.size === 0) return found;
    const kept = found.filter(({ name }) => !this.#changed.has(name ?? POLICY));
    for (const waits of this.#changed.values()) if (waits !== null) pushDue(kept, waits, timeSec, null);
    return kept.sort(byProof);
  }

  givenBy(udf: string): string[] {
    const before = this.#base.givenBy(udf);
    if (this.#changed.size === 0) return before;
    const given = new Map<string, number>();
    for (const name of before) {
      const waits = this.#changed.has(name) ? null : this.#base.waits(name);
      if (waits?.given != null) given.set(name, waits.given.proof);
    }
    for (const [name, waits] of this.#changed) if (waits?.given?.by === udf) given.set(name, waits.given.proof);
    return [...given].sort(([, a], [, b]) => a - b).map(([name]) => name);
  }

  note(entry: StateEntry): void {
    const change = changeOf(this, entry);
    if (change !== undefined) this.#changed.set(change.name, change.waits);
  }

  /** keepIn puts this draft's changes into the draft below it. */
  keepIn(below: DueDraft): void {
    for (const [name, waits] of this.#changed) below.#changed.set(name, waits);
  }
}

function hourOf(timeSec: number): number {
  return Math.floor(timeSec / HOUR_SEC);
}

/** pushDue adds those effects that are due by then; of one hour only, where names are gone through hour by hour. */
function pushDue(found: Candidate[], waits: Waits, timeSec: number, hour: number | null): void {
  for (const { dueSec, proof } of waits.effects) {
    if (dueSec > timeSec || (hour !== null && hourOf(dueSec) !== hour)) continue;
    found.push({ name: waits.name === POLICY ? null : waits.name, proof });
  }
}

function byProof(a: Candidate, b: Candidate): number {
  return a.proof - b.proof;
}
