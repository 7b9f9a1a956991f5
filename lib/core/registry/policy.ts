import type { Delays, Policy } from '../assertion/payloads';
import { defaultCharacters } from '../assertion/policy-defaults';
import { type Json, canonicalText } from '../bytes/canonical-json';
import { toBase64 } from '../bytes/base64';
import { parseVkey } from '../note/vkey';
import { refuse } from '../refusal';
import { MAX_QUOTABLE_SCHEDULES, WIRE } from './limits';
import type { EndedSchedule, PolicyEntry } from './state';

/** LogKind is which of the two logs. */
export type LogKind = 'names' | 'proofs';

/** logOrigin is a log's origin line and the name of its key: `<origin>/tlog/names`. */
export function logOrigin(origin: string, log: LogKind): string {
  return `${origin}/tlog/${log}`;
}

/**
 * checkPolicy holds a policy against itself and against the floors of its genesis: no key in two places, be it a role or a
 * log (a key signs one kind of thing only), log keys named after their log, no delay below its floor.
 * @throws Refusal `bad-policy`, `below-floor`.
 */
export function checkPolicy(policy: Policy, origin: string, floors: Delays): void {
  checkLogKeys(policy, origin);
  const keys = publicKeysOf(policy);
  if (new Set(keys).size !== keys.length) refuse('bad-policy', 'A key stands in two places; each key signs one kind of thing only.');
  for (const field of Object.keys(floors) as (keyof Delays)[]) {
    if (policy.delays[field] < floors[field]) refuse('below-floor', `${field} is ${policy.delays[field]}; the genesis allows no less than ${floors[field]}.`);
  }
}

/** publicKeysOf are all public keys of a policy, roles and logs, in base64. */
export function publicKeysOf({ arbiters, logs, policy, registrar }: Policy): string[] {
  const logKeys = [...logs.names, ...logs.proofs].map((text) => toBase64(parseVkey(text).publicKey));
  return [...policy.keys, ...arbiters.keys, ...registrar, ...logKeys];
}

function checkLogKeys(policy: Policy, origin: string): void {
  for (const log of ['names', 'proofs'] as const) {
    if (policy.logs[log].length === 0) refuse('bad-policy', `The log of ${log} has no key.`);
    for (const text of policy.logs[log]) {
      const vkey = parseVkey(text);
      if (vkey.name !== logOrigin(origin, log)) refuse('bad-policy', `A key of the log of ${log} must have the name ${logOrigin(origin, log)}.`);
    }
  }
}

/** checkSupported refuses a policy in force that this program can't follow: it must stop rather than guess. @throws Refusal `wire-unsupported`. */
export function checkSupported(policy: Policy): void {
  if (policy.wire !== WIRE) refuse('wire-unsupported', `The registry now speaks wire version ${policy.wire}; this program knows ${WIRE}. Update it.`);
  if (policy.characters !== defaultCharacters()) refuse('wire-unsupported', 'The registry uses character pages that this program lacks. Update it.');
}

/**
 * checkSuccessor holds the next policy against the one in force and gives the delay it has to wait: `keysSec` for an
 * at-once policy, otherwise the longest of `policySec`, `logKeySec` if a log key changes, `wireSec` if wire version or
 * character pages change; all by the delays in force.
 * @throws Refusal `bad-policy`, `below-floor`, `nothing-changes`.
 */
export function checkSuccessor(before: PolicyEntry, next: Policy, atOnce: boolean): number {
  const { policy, origin, floors } = before;
  checkPolicy(next, origin, floors);
  // With one pending this is how to withdraw it: the policy that is logged last replaces it.
  if (before.pending.length === 0 && same(next, policy)) refuse('nothing-changes', 'The next policy says the same as the one in force.');
  const { schedule } = policy;
  if (!same(next.schedule, schedule) && next.schedule.version !== schedule.version + 1) {
    refuse('bad-policy', `A new price schedule has version ${schedule.version + 1}.`);
  }
  if (next.wire !== policy.wire && next.wire !== policy.wire + 1) refuse('bad-policy', `The next wire version is ${policy.wire + 1}.`);
  if (next.characters !== policy.characters && next.wire === policy.wire) refuse('bad-policy', 'The character pages change only with the wire version.');
  const { delays } = policy;
  if (atOnce) {
    const onlyKeys = { ...next, arbiters: policy.arbiters, policy: policy.policy, registrar: policy.registrar };
    if (!same(onlyKeys, policy)) refuse('bad-policy', 'At once only the keys of policy, arbiters and registrar may change.');
    return delays.keysSec;
  }
  const logs = same(next.logs, policy.logs) ? 0 : delays.logKeySec;
  const wire = next.wire === policy.wire ? 0 : delays.wireSec;
  return Math.max(delays.policySec, logs, wire);
}

/** InForce is what changes in the policy entry when a policy comes into force. */
export interface InForce {
  readonly number: number;
  readonly hash: string;
  readonly policy: Policy;
  readonly proof: number;
}

/**
 * comeIntoForce is the policy entry after `next` came into force at a seal: nothing is pending any more, and the schedule
 * that ended joins those which may still be quoted; those past `quoteSec` (of the new policy) leave.
 */
export function comeIntoForce(before: PolicyEntry, next: InForce, now: { number: number; timeSec: number }, prev: number): PolicyEntry {
  const ended: EndedSchedule[] = before.schedules.filter((one) => now.timeSec - one.endedSec < next.policy.delays.quoteSec);
  if (before.policy.schedule.version !== next.policy.schedule.version) ended.push({ endedSec: now.timeSec, schedule: before.policy.schedule });
  return {
    floors: before.floors,
    hash: next.hash,
    number: next.number,
    origin: before.origin,
    pending: [],
    policy: next.policy,
    prev,
    proof: next.proof,
    registry: before.registry,
    schedules: ended.slice(-MAX_QUOTABLE_SCHEDULES),
    sinceSeal: now.number,
    sinceSec: now.timeSec,
    type: 'policy',
  };
}

/** same compares two values by their canonical JSON. */
function same(a: object, b: object): boolean {
  return canonicalText(a as Json) === canonicalText(b as Json);
}
