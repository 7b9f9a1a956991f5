import type { GenesisPayload, PolicyPayload } from '../assertion/payloads';
import { refuse } from '../refusal';
import { hasPassed } from './delays';
import type { Moment } from './delays';
import { checkPolicy, checkSuccessor, checkSupported, comeIntoForce } from './policy';
import type { SealContext } from './seal-context';
import { type PendingPolicy, type PolicyEntry, type StateReader, readPolicy } from './state';

/**
 * onGenesis opens a registry: the first entry of both logs, alone in seal 0.
 * @throws Refusal `already-genesis`, `bad-policy`, `below-floor`, `wire-unsupported`.
 */
export function onGenesis(payload: GenesisPayload, hash: string, state: StateReader, at: SealContext): PolicyEntry[] {
  if (readPolicy(state) !== null || at.proofIndex !== 0 || at.number !== 0) refuse('already-genesis', 'The registry has a genesis already.');
  // Going on from another registry's state is not part of this wire version; to ignore the field would be to lie about it.
  if (payload.continues !== null) refuse('wire-unsupported', 'This program can’t continue another registry.');
  checkPolicy(payload.policy, payload.origin, payload.floors);
  checkSupported(payload.policy);
  return [
    {
      floors: payload.floors,
      hash,
      number: 0,
      origin: payload.origin,
      pending: [],
      policy: payload.policy,
      prev: null,
      proof: at.proofIndex,
      registry: hash,
      schedules: [],
      sinceSeal: at.number,
      sinceSec: at.timeSec,
      type: 'policy',
    },
  ];
}

/**
 * onPolicy logs a successor. It replaces one that is still pending, which then never comes into force. With no delay to
 * wait it is in force with this very entry, otherwise by the due effect of the first seal at which its delay has passed.
 * @throws Refusal `wrong-number`, `stale-prev`, `bad-policy`, `below-floor`, `nothing-changes`, `wire-unsupported`.
 */
export function onPolicy(payload: PolicyPayload, hash: string, state: StateReader, at: SealContext): PolicyEntry[] {
  const known = readPolicy(state);
  if (known === null) return refuse('unknown-policy', 'The registry has no genesis yet.');
  const { entry, index } = known;
  const last = entry.pending.at(-1) ?? entry;
  if (payload.number !== last.number + 1) refuse('wrong-number', `The next policy has number ${last.number + 1}.`);
  if (payload.prev !== last.hash) refuse('stale-prev', 'Another policy came first.');
  const delaySec = checkSuccessor(entry, payload.policy, payload.atOnce);
  const next = { hash, number: payload.number, policy: payload.policy, proof: at.proofIndex };
  if (delaySec === 0) {
    checkSupported(payload.policy);
    return [comeIntoForce(entry, next, at, index)];
  }
  const pending: PendingPolicy = {
    delaySec,
    hash,
    loggedSeal: at.number,
    loggedSec: at.timeSec,
    number: payload.number,
    policy: payload.policy,
    proof: at.proofIndex,
  };
  return [{ ...entry, pending: [pending], prev: index, proof: at.proofIndex }];
}

/**
 * duePolicy is the policy entry that the seal `now` makes if the pending policy's delay has passed by then, else null.
 * @throws Refusal `wire-unsupported`: this program can't go on.
 */
export function duePolicy(state: StateReader, now: Moment): PolicyEntry | null {
  const known = readPolicy(state);
  const pending = known?.entry.pending[0];
  if (known === null || pending === undefined) return null;
  const logged = { number: pending.loggedSeal, timeSec: pending.loggedSec };
  if (!hasPassed(logged, now, pending.delaySec, known.entry.policy.periodSec)) return null;
  checkSupported(pending.policy);
  return comeIntoForce(known.entry, pending, now, known.index);
}
