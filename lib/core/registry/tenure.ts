import { refuse } from '../refusal';
import { hasPassed, type Moment } from './delays';
import { MAX_TENURE } from './limits';
import { policyInForce } from './lookup';
import type { Lock, PendingChange } from './pending-entries';
import { type Ended, type RecordEntry, type Registration, type StateReader, readRecord } from './state';

/** Found is a record with its name-log index. */
export interface Found {
  readonly entry: RecordEntry;
  readonly index: number;
}

/** highestOf is the record of a tenure that lives and is its name's highest: only such a one can change hands. @throws Refusal `unknown-name`, `wrong-tenure`. */
export function highestOf(state: StateReader, name: string, tenure: number): Found {
  const found = readRecord(state, name);
  if (found === null) return refuse('unknown-name', `@${name} is not registered.`);
  if (found.entry.tenure !== tenure) refuse('wrong-tenure', `The highest tenure of @${name} is ${found.entry.tenure}.`);
  if (found.entry.ended !== null) refuse('wrong-tenure', `Tenure ${tenure} of @${name} has ended.`);
  return found;
}

/** isOver tells whether what waits has waited long enough by the seal `now`, counted in the periods of the policy in force. */
export function isOver(waiting: { readonly delaySec: number; readonly loggedSeal: number; readonly loggedSec: number }, state: StateReader, now: Moment): boolean {
  const from = { number: waiting.loggedSeal, timeSec: waiting.loggedSec };
  return hasPassed(from, now, waiting.delaySec, policyInForce(state).policy.periodSec);
}

/** lockAt is the first lock that still bars a transfer at the seal `now`, or null. */
export function lockAt(record: RecordEntry, state: StateReader, now: Moment): Lock | null {
  return record.locks.find((lock) => lock.kind === 'reversed' || !isOver(lock, state, now)) ?? null;
}

/** checkCanPass refuses where there is no next tenure to give, or to whom it belongs already. @throws Refusal `nothing-changes`, `wrong-tenure`. */
export function checkCanPass(record: RecordEntry, to: string): void {
  if (to === record.udf) refuse('nothing-changes', 'That identity holds the name already.');
  if (record.tenure >= MAX_TENURE) refuse('wrong-tenure', `@${record.name} has had all the tenures it can have.`);
}

/** Contents is what a holder may say about a name. */
export type Contents = Pick<RecordEntry, 'display' | 'dns' | 'service'>;

/** pendingFields are what every pending change of holder has. */
export function pendingFields(payload: Contents & { readonly udf: string }, hash: string, delaySec: number, at: { readonly number: number; readonly proofIndex: number; readonly timeSec: number }): Omit<PendingChange, 'kind'> {
  return {
    delaySec,
    display: payload.display,
    dns: payload.dns,
    hash,
    loggedSeal: at.number,
    loggedSec: at.timeSec,
    proof: at.proofIndex,
    service: payload.service,
    to: payload.udf,
  };
}

/** close is a tenure's closing record. Nothing waits in it any more. */
export function close({ entry, index }: Found, ended: Exclude<Ended, null>, proof: number): RecordEntry {
  return { ...entry, ended, locks: [], pending: [], prev: index, proof };
}

/** Opening is how the next tenure begins. */
export interface Opening extends Contents {
  readonly hash: string;
  readonly to: string;
  readonly proof: number;
  readonly registration: Registration;
  readonly allowance: number;
  /** root-signed changes used already */
  readonly rootChanges: number;
  readonly schedule: number;
}

/** openTenure is the first record of the tenure after `last`; its three chains open with the hash of the assertion it rests on. */
export function openTenure(last: RecordEntry, opening: Opening): RecordEntry {
  const { allowance, display, dns, hash, proof, registration, rootChanges, schedule, service, to } = opening;
  return {
    after: hash,
    allowance,
    case: null,
    changes: 0,
    display,
    dns,
    ended: null,
    head: hash,
    locks: [],
    name: last.name,
    pending: [],
    prev: null,
    proof,
    registration,
    root: { changes: rootChanges, head: hash },
    schedule,
    service,
    source: proof,
    tenure: last.tenure + 1,
    type: 'record',
    udf: to,
  };
}

/** passOn closes a tenure by transfer or reassignment and opens the next. A transfer passes on what is left of the changes; a reassigned name starts with those of the schedule in force. */
export function passOn(found: Found, kind: PendingChange['kind'], next: Contents & { readonly hash: string; readonly proof: number; readonly to: string }, state: StateReader): RecordEntry[] {
  const { entry } = found;
  if (kind === 'transfer') {
    const allowance = entry.allowance - entry.changes;
    // With nothing else left, the root-signed ones are passed on as well: or two identities could hand a name to and fro for ever.
    const opening: Opening = { ...next, allowance, registration: 'transfer', rootChanges: allowance === 0 ? entry.root.changes : 0, schedule: entry.schedule };
    return [close(found, 'transfer', next.proof), openTenure(entry, opening)];
  }
  const { schedule } = policyInForce(state).policy;
  const opening: Opening = { ...next, allowance: schedule.changes, registration: 'reassigned', rootChanges: 0, schedule: schedule.version };
  return [close(found, 'reassignment', next.proof), openTenure(entry, opening)];
}
