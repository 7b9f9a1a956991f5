import type { Moment } from './delays';
import type { Candidate } from './due-index';
import { duePolicy } from './on-policy';
import type { PendingChange } from './pending-entries';
import { type Overlay, type RecordEntry, type StateEntry, type StateReader, readRecord } from './state';
import { close, type Found, isOver, lockAt, passOn } from './tenure';
import { encodeEntries, type Place, type Written, writeEntries } from './transition';

/**
 * takeDue runs everything that has fallen due in the open seal, in the order of the proof-log indexes it rests on, each judged by the
 * state that the one before left, and writes it over the state.
 * @throws Refusal `wire-unsupported`: a policy comes into force that this program can't follow, so nothing may be sealed.
 */
export function takeDue(state: Overlay, place: Place): Written[] {
  return place.due.candidates(place.timeSec).flatMap((candidate) => takeEffect(candidate, state, place));
}

/** takeEffect runs one candidate, if its delay has passed. `candidates` must have been asked once, after the seal's assertions. */
export function takeEffect(candidate: Candidate, state: Overlay, place: Place): Written[] {
  const written = encodeEntries(effectOf(candidate, state, place) ?? [], place);
  writeEntries(written, state, place);
  return written;
}

/**
 * effectOf is what a candidate does at the seal `now`, as the entries it makes; null if it still has to wait, or is gone. What no
 * longer fits is dropped by an entry without it.
 */
export function effectOf({ name, proof }: Candidate, state: StateReader, now: Moment): StateEntry[] | null {
  if (name === null) {
    const policy = duePolicy(state, now);
    return policy === null ? null : [policy];
  }
  const found = readRecord(state, name);
  if (found === null || found.entry.ended !== null) return null;
  const { entry } = found;
  const pending = entry.pending.find((one) => one.proof === proof && isOver(one, state, now));
  if (pending !== undefined) return fits(pending, entry, state, now) ? passOn(found, pending.kind, pending, state) : [drop(found, proof)];
  const reversed = entry.locks.find((lock) => lock.kind === 'reversed' && lock.proof === proof && isOver(lock, state, now));
  return reversed === undefined ? null : [close(found, 'unpaid', proof)];
}

/**
 * fits judges a pending change once more, by the record as it is now. What bars one ends it at once, but for a payment lock that had
 * stopped counting and counts again, because a policy with a shorter period came into force meanwhile (SPEC §8).
 */
function fits(pending: PendingChange, record: RecordEntry, state: StateReader, now: Moment): boolean {
  if (pending.to === record.udf) return false;
  return pending.kind === 'reassign' ? record.case !== null : record.case === null && lockAt(record, state, now) === null;
}

function drop({ entry, index }: Found, proof: number): RecordEntry {
  return { ...entry, pending: [], prev: index, proof };
}
