import type { IdentityCertificate } from '../assertion/identity';
import type { RegisterPayload, Schedule } from '../assertion/payloads';
import { ZERO } from '../assertion/payloads';
import { skeletonOf } from '../assertion/name';
import { formatCents } from '../assertion/money';
import { priceOf } from '../assertion/price';
import { refuse } from '../refusal';
import { INCLUDED_ROTATIONS, LOCK_PRICE_CENTS } from './limits';
import type { SealContext } from './seal-context';
import { policyInForce } from './lookup';
import type { Lock } from './pending-entries';
import { type IdentityEntry, type PolicyEntry, type RecordEntry, type StateEntry, type StateReader, readIdentity, readRecord, readReserved } from './state';

/**
 * onRegister takes a free name: the identity entry if the identity is new, then the first record of a tenure, which opens
 * all three chains. A name whose last tenure ended unpaid is free again, as the next tenure.
 * @throws Refusal `name-taken`, `wrong-tenure`, `stale-prev`, `name-reserved`, `unknown-schedule`, `wrong-price`.
 */
export function onRegister(payload: RegisterPayload, hash: string, certificate: IdentityCertificate, state: StateReader, at: SealContext): StateEntry[] {
  const policy = policyInForce(state);
  const { name, tenure } = payload;
  checkFree(payload, state);
  if (payload.prev !== ZERO || payload.after !== ZERO) refuse('stale-prev', 'A registration opens its chains: prev and after are zeros.');
  if (readReserved(state, skeletonOf(name))?.entry.status === 'reserved') refuse('name-reserved', `@${name} is reserved.`);
  const schedule = quotable(policy, payload.schedule, at.timeSec);
  const priceCents = priceOf(name, schedule);
  if (payload.priceCents !== priceCents) refuse('wrong-price', `@${name} costs ${formatCents(priceCents)} under schedule ${schedule.version}.`);
  const identity = identityFor(certificate, state, at);
  const record: RecordEntry = {
    after: hash,
    allowance: schedule.changes,
    case: null,
    changes: 0,
    display: payload.display,
    dns: payload.dns,
    ended: null,
    head: hash,
    locks: paymentLocks(priceCents, policy, at),
    name,
    pending: [],
    prev: null,
    proof: at.proofIndex,
    registration: 'initial',
    root: { changes: 0, head: hash },
    schedule: schedule.version,
    service: payload.service,
    source: at.proofIndex,
    tenure,
    type: 'record',
    udf: certificate.udf,
  };
  return identity === null ? [record] : [identity, record];
}

/** paymentLocks: a payment of $100 or more can be taken back for a while; until then, or until it is settled, the name can't be transferred. */
function paymentLocks(priceCents: number, { policy }: PolicyEntry, at: SealContext): Lock[] {
  const delaySec = policy.delays.reversalSec;
  return priceCents < LOCK_PRICE_CENTS || delaySec === 0 ? [] : [{ delaySec, kind: 'payment', loggedSeal: at.number, loggedSec: at.timeSec, proof: at.proofIndex }];
}

/** checkFree: a name is free if nobody ever had it, or if its last tenure ended unpaid. */
function checkFree({ name, tenure }: RegisterPayload, state: StateReader): void {
  const last = readRecord(state, name);
  if (last !== null && last.entry.ended !== 'unpaid') refuse('name-taken', `@${name} is registered already.`);
  const next = last === null ? 0 : last.entry.tenure + 1;
  if (tenure !== next) refuse('wrong-tenure', `The next tenure of @${name} is ${next}.`);
}

/** quotable is the schedule in force, or one that ended less than `quoteSec` ago. @throws Refusal `unknown-schedule`. */
export function quotable(policy: PolicyEntry, version: number, timeSec: number): Schedule {
  if (policy.policy.schedule.version === version) return policy.policy.schedule;
  const ended = policy.schedules.find((one) => one.schedule.version === version && timeSec - one.endedSec < policy.policy.delays.quoteSec);
  return ended?.schedule ?? refuse('unknown-schedule', `Price schedule ${version} is not in force. Ask for a new quote.`);
}

/** identityFor gives the entry that an unseen identity's first certificate makes; a known one's is the logged one (`checkSigners`) and makes none. */
export function identityFor(certificate: IdentityCertificate, state: StateReader, at: SealContext): IdentityEntry | null {
  return readIdentity(state, certificate.udf) === null ? identityEntry(certificate, INCLUDED_ROTATIONS, at.proofIndex, null) : null;
}

/** identityEntry spells out a certificate as a name-log entry. */
export function identityEntry(certificate: IdentityCertificate, allowance: number, proof: number, prev: number | null): IdentityEntry {
  return {
    allowance,
    ca: certificate.ca,
    certificate: certificate.hash,
    encrypt: certificate.encrypt,
    key: certificate.key,
    next: certificate.next,
    number: certificate.number,
    prev,
    proof,
    root: certificate.root,
    type: 'identity',
    udf: certificate.udf,
  };
}
