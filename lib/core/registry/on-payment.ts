import type { PaymentPayload, TopupPayload } from '../assertion/name-payloads';
import { formatCents } from '../assertion/money';
import { invariant, refuse } from '../refusal';
import { INCLUDED_ROTATIONS } from './limits';
import { policyInForce, recordOf } from './lookup';
import { quotable } from './on-register';
import type { SealContext } from './seal-context';
import { type RecordEntry, type StateEntry, type StateReader, readIdentity } from './state';
import { highestOf, lockAt } from './tenure';

/**
 * onTopup adds paid changes to a tenure and rotations to its holder's identity. The identity entry goes on resting on the assertion
 * that logged its certificate.
 * @throws Refusal `unknown-name`, `wrong-tenure`, `stale-prev`, `unknown-schedule`, `wrong-price`.
 */
export function onTopup(payload: TopupPayload, hash: string, state: StateReader, at: SealContext): StateEntry[] {
  const { entry: record, index } = recordOf(state, payload.name, payload.tenure);
  if (record.ended !== null && record.ended !== 'reassignment') refuse('wrong-tenure', `Tenure ${record.tenure} of @${record.name} has ended.`);
  checkAfter(record, payload.after);
  const schedule = quotable(policyInForce(state), payload.schedule, at.timeSec);
  if (payload.priceCents !== schedule.topupCents) refuse('wrong-price', `${schedule.changes} more changes cost ${formatCents(schedule.topupCents)} under schedule ${schedule.version}.`);
  const holder = readIdentity(state, record.udf);
  invariant(holder !== null, 'every holder has an identity entry');
  return [
    { ...holder.entry, allowance: holder.entry.allowance + INCLUDED_ROTATIONS, prev: holder.index },
    { ...record, after: hash, allowance: record.allowance + schedule.changes, prev: index, proof: at.proofIndex },
  ];
}

/**
 * onPayment: `payment-reversed` says that the payment of a registration was taken back: uncured for `curingSec`, the tenure ends.
 * `payment-settled` says that it is final, or was made again: all locks of the tenure go. Both only while it is locked.
 * @throws Refusal `unknown-name`, `wrong-tenure`, `stale-prev`, `not-reversible`, `nothing-changes`.
 */
export function onPayment(payload: PaymentPayload, hash: string, state: StateReader, at: SealContext): RecordEntry[] {
  const { entry: record, index } = highestOf(state, payload.name, payload.tenure);
  checkAfter(record, payload.after);
  if (lockAt(record, state, at) === null) refuse('not-reversible', `No payment for @${record.name}.${record.tenure} can be taken back any more.`);
  const common = { ...record, after: hash, prev: index, proof: at.proofIndex };
  if (payload.type === 'payment-settled') return [{ ...common, locks: [] }];
  if (record.locks.some(({ kind }) => kind === 'reversed')) refuse('nothing-changes', 'The payment was taken back already.');
  const { curingSec } = policyInForce(state).policy.delays;
  const reversed = { delaySec: curingSec, kind: 'reversed' as const, loggedSeal: at.number, loggedSec: at.timeSec, proof: at.proofIndex };
  return [{ ...common, locks: [...record.locks, reversed] }];
}

function checkAfter(record: RecordEntry, after: string): void {
  if (after !== record.after) refuse('stale-prev', 'Arbiters or registrar have said something else first. Fetch the record and sign again.');
}
