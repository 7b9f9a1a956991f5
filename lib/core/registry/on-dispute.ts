import type { IdentityCertificate } from '../assertion/identity';
import type { DisputePayload, ReassignPayload } from '../assertion/name-payloads';
import { refuse } from '../refusal';
import { policyInForce } from './lookup';
import { identityFor } from './on-register';
import type { SealContext } from './seal-context';
import type { RecordEntry, StateEntry, StateReader } from './state';
import { checkCanPass, type Found, highestOf, passOn, pendingFields } from './tenure';

/** openRecord is the highest, living tenure an arbiters' assertion is about. @throws Refusal `unknown-name`, `wrong-tenure`, `stale-prev`. */
function openRecord(payload: DisputePayload | ReassignPayload, state: StateReader): Found {
  const found = highestOf(state, payload.name, payload.tenure);
  if (payload.after !== found.entry.after) refuse('stale-prev', 'Arbiters or registrar have said something else first. Fetch the record and sign again.');
  return found;
}

/** onDispute opens a case: a pending transfer is void, and there is none while the case is open. @throws Refusal `unknown-name`, `wrong-tenure`, `stale-prev`, `already-pending`. */
export function onDispute(payload: DisputePayload, hash: string, state: StateReader, at: SealContext): RecordEntry[] {
  const { entry: record, index } = openRecord(payload, state);
  if (record.case !== null) refuse('already-pending', `Case ${record.case} about @${record.name} is open already.`);
  return [{ ...record, after: hash, case: payload.case, pending: [], prev: index, proof: at.proofIndex }];
}

/** onDisputeClosed ends a case, and with it the reassignment that is pending. @throws Refusal `unknown-name`, `wrong-tenure`, `stale-prev`, `wrong-case`. */
export function onDisputeClosed(payload: DisputePayload, hash: string, state: StateReader, at: SealContext): RecordEntry[] {
  const { entry: record, index } = openRecord(payload, state);
  checkCase(record, payload.case);
  return [{ ...record, after: hash, case: null, pending: [], prev: index, proof: at.proofIndex }];
}

/**
 * onReassign gives a name to another identity by decision in an open case, after `noticeSec`.
 * @throws Refusal `unknown-name`, `wrong-tenure`, `stale-prev`, `wrong-case`, `already-pending`, `nothing-changes`.
 */
export function onReassign(payload: ReassignPayload, hash: string, certificate: IdentityCertificate, state: StateReader, at: SealContext): StateEntry[] {
  const { entry: record, index } = openRecord(payload, state);
  checkCase(record, payload.case);
  if (record.pending.length > 0) refuse('already-pending', `A reassignment of @${record.name} is pending already.`);
  checkCanPass(record, payload.udf);
  const { arbiters, delays } = policyInForce(state).policy;
  const identity = identityFor(certificate, state, at);
  const holder: StateEntry[] = identity === null ? [] : [identity];
  const pending = pendingFields(payload, hash, delays.noticeSec, at);
  const signed: RecordEntry = { ...record, after: hash };
  if (delays.noticeSec === 0) return [...holder, ...passOn({ entry: signed, index }, 'reassign', pending, state)];
  return [...holder, { ...signed, pending: [{ ...pending, arbiters, decision: payload.decision, kind: 'reassign' }], prev: index, proof: at.proofIndex }];
}

function checkCase(record: RecordEntry, number: string): void {
  if (record.case === number) return;
  refuse('wrong-case', record.case === null ? `No case about @${record.name} is open.` : `The open case about @${record.name} is ${record.case}.`);
}
