import type { Continues, Delays, GenesisPayload, PolicyPayload } from '../assertion/payloads';
import { toBase64 } from '../bytes/base64';
import { refuse } from '../refusal';
import { hasPassed } from './delays';
import type { Moment } from './delays';
import { checkPolicy, checkSuccessor, checkSupported, comeIntoForce, publicKeysOf } from './policy';
import type { SealContext } from './seal-context';
import { type PendingPolicy, type PolicyEntry, type StateReader, readPolicy } from './state';

/**
 * onGenesis opens a registry: the first entry of both logs, alone in seal 0; or, with `continues`, one that goes on from another
 * registry's logs, as the first of a seal. What came before stays judged as it was, under the old id; nothing more is taken under it.
 * @throws Refusal `already-genesis`, `bad-policy`, `below-floor`, `wire-unsupported`; `unknown-policy`, `other-registry`, `unknown-checkpoint`, `chain-busy`.
 */
export function onGenesis(payload: GenesisPayload, hash: string, state: StateReader, at: SealContext): PolicyEntry[] {
  const before = readPolicy(state);
  if (payload.continues !== null) checkContinues(payload, payload.continues, before?.entry ?? null, at);
  else if (before !== null || at.proofIndex !== 0 || at.number !== 0) refuse('already-genesis', 'The registry has a genesis already.');
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
      prev: before?.index ?? null,
      proof: at.proofIndex,
      registry: hash,
      schedules: [],
      sinceSeal: at.number,
      sinceSec: at.timeSec,
      type: 'policy',
    },
  ];
}

/** checkContinues: it goes on from the very seal before, by keys and under an origin of its own, and promises nobody shorter delays than they had. */
function checkContinues(payload: GenesisPayload, { map, registry, root, size }: Continues, before: PolicyEntry | null, at: SealContext): void {
  const { sealed } = at;
  if (before === null || sealed === null) return refuse('unknown-policy', 'There is no registry to go on from.');
  if (registry !== before.registry) refuse('other-registry', 'It goes on from another registry than this one.');
  if (at.nextNameIndex !== sealed.size || at.used.size > 0) refuse('chain-busy', 'A registry that goes on from another opens its seal.');
  if (size !== sealed.size || root !== toBase64(sealed.root) || map !== toBase64(sealed.map)) refuse('unknown-checkpoint', 'It does not go on from the seal before.');
  if (payload.origin === before.origin) refuse('bad-policy', 'Under the same origin nobody could tell the two apart.');
  const keys = new Set(publicKeysOf(before.policy));
  if (publicKeysOf(payload.policy).some((key) => keys.has(key))) refuse('bad-policy', 'It uses a key of the registry that it goes on from.');
  for (const field of Object.keys(before.floors) as (keyof Delays)[]) {
    if (payload.floors[field] < before.floors[field]) refuse('below-floor', `The floor of ${field} is ${payload.floors[field]}; the registry it goes on from had ${before.floors[field]}.`);
  }
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
