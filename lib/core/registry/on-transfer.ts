import type { IdentityCertificate } from '../assertion/identity';
import { type CancelPayload, isRootTransfer, type TransferPayload } from '../assertion/name-payloads';
import { refuse } from '../refusal';
import { MAX_GIVEN, ROOT_CHANGES } from './limits';
import { policyInForce } from './lookup';
import { identityFor } from './on-register';
import type { SealContext } from './seal-context';
import type { RecordEntry, StateEntry, StateReader } from './state';
import { checkCanPass, highestOf, lockAt, passOn, pendingFields } from './tenure';

/**
 * onTransfer gives a name to another identity: at once if the root key signed, else pending for `transferSec`. It uses one of the
 * tenure's changes either way, and what is left of them goes on to the next tenure: so nobody can pass a name to and fro for ever.
 * Where none is left the root key has its own, as for updates: a thief of the signing key can't use those up.
 * @throws Refusal `unknown-name`, `wrong-tenure`, `stale-prev`, `stale-of`, `transfer-barred`, `already-pending`, `nothing-changes`, `no-changes-left`, `too-many-pending`.
 */
export function onTransfer(payload: TransferPayload, hash: string, certificate: IdentityCertificate, state: StateReader, at: SealContext): StateEntry[] {
  const found = highestOf(state, payload.name, payload.tenure);
  const { entry: record, index } = found;
  const isRoot = isRootTransfer(payload);
  if (isRoot && payload.of !== record.root.head) refuse('stale-of', 'Another root-signed assertion came first. Fetch the record and sign again.');
  if (!isRoot && payload.prev !== record.head) refuse('stale-prev', 'Another change came first. Fetch the record and sign again.');
  checkNotBarred(record, state, at);
  if (!isRoot && record.pending.length > 0) refuse('already-pending', `A transfer of @${record.name} is pending already. Cancel it first.`);
  checkCanPass(record, payload.udf);
  const used = useChange(record, isRoot);
  const delaySec = isRoot ? 0 : policyInForce(state).policy.delays.transferSec;
  const identity = identityFor(certificate, state, at);
  const recipient: StateEntry[] = identity === null ? [] : [identity];
  const signed: RecordEntry = isRoot ? { ...used, root: { ...used.root, head: hash } } : { ...used, head: hash };
  const pending = pendingFields(payload, hash, delaySec, at);
  if (delaySec === 0) return [...recipient, ...passOn({ entry: signed, index }, 'transfer', pending, state)];
  if (at.due.givenBy(record.udf).length >= MAX_GIVEN) refuse('too-many-pending', `An identity gives away at most ${MAX_GIVEN} names at a time.`);
  return [...recipient, { ...signed, pending: [{ ...pending, kind: 'transfer' }], prev: index, proof: at.proofIndex }];
}

/** useChange counts the transfer: as one of the tenure's changes or, for the root key once they are used, as one of the root-signed ones. */
function useChange(record: RecordEntry, isRoot: boolean): RecordEntry {
  if (record.changes < record.allowance) return { ...record, changes: record.changes + 1 };
  if (!isRoot) refuse('no-changes-left', `A transfer is a change, and all ${record.allowance} changes of this tenure are used.`);
  if (record.root.changes >= ROOT_CHANGES) refuse('no-changes-left', `All ${record.allowance} changes and all ${ROOT_CHANGES} root-signed ones of this tenure are used.`);
  return { ...record, root: { ...record.root, changes: record.root.changes + 1 } };
}

function checkNotBarred(record: RecordEntry, state: StateReader, at: SealContext): void {
  if (record.case !== null) refuse('transfer-barred', `Case ${record.case} about @${record.name} is open.`);
  const lock = lockAt(record, state, at);
  if (lock === null) return;
  refuse('transfer-barred', lock.kind === 'payment' ? `The payment for @${record.name} can still be taken back.` : `The payment for @${record.name} was taken back.`);
}

/** onCancel ends a pending transfer. @throws Refusal `unknown-name`, `wrong-tenure`, `stale-of`. */
export function onCancel(payload: CancelPayload, state: StateReader, at: SealContext): RecordEntry[] {
  const { entry: record, index } = highestOf(state, payload.name, payload.tenure);
  const [pending] = record.pending;
  if (pending?.kind !== 'transfer' || pending.hash !== payload.of) refuse('stale-of', 'That transfer is not pending.');
  return [{ ...record, pending: [], prev: index, proof: at.proofIndex }];
}
