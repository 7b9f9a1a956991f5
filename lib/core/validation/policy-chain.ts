import { type ParsedAssertion, parseAssertionEnvelope } from '../assertion/parse';
import type { Policy } from '../assertion/payloads';
import { checkRole, keyidsOf } from '../assertion/signers';
import { checkSignatures } from '../assertion/verify';
import type { Envelope } from '../keys/dsse';
import { parseVkey, type Vkey } from '../note/vkey';
import { Refusal, refuse } from '../refusal';

/** ChainedPolicy is one policy of a verified chain; number 0 is the genesis. */
export interface ChainedPolicy {
  readonly number: number;
  /** Hash of its payload, base64. */
  readonly hash: string;
  readonly policy: Policy;
  /** The number of the policy whose keys signed it: the one in force when it was logged. Its own for the genesis. */
  readonly under: number;
}

/** PolicyChain is every policy of a registry, from the genesis on. */
export interface PolicyChain {
  readonly registry: string;
  readonly origin: string;
  readonly policies: readonly ChainedPolicy[];
}

/**
 * openPolicies verifies that the policies given are one chain from a genesis: numbered, each quoting the one before, each
 * signed by the policy keys of one that came earlier. Which one was in force can't be told without the log, but it never
 * goes back: a policy is not signed by keys older than those which signed the one before.
 * @throws Refusal `wrong-registry`, `wrong-number`, `stale-prev`, `wrong-signers`, `bad-signature`, and what `parseAssertion` refuses.
 */
export function openPolicies(envelopes: readonly Envelope[], registry: string): PolicyChain {
  const [first, ...rest] = envelopes;
  if (first === undefined) return refuse('wrong-registry', 'There is no genesis.');
  const genesis = parseAssertionEnvelope(first);
  if (genesis.payload.type !== 'genesis') return refuse('wrong-registry', 'The first policy is not a genesis.');
  if (genesis.hash !== registry) refuse('wrong-registry', 'The genesis is that of another registry.');
  checkRole(genesis.payload.policy.policy, keyidsOf(genesis), 'policy keys');
  checkSignatures(genesis);
  const policies: ChainedPolicy[] = [{ hash: genesis.hash, number: 0, policy: genesis.payload.policy, under: 0 }];
  for (const envelope of rest) policies.push(openNext(parseAssertionEnvelope(envelope), registry, policies));
  return { origin: genesis.payload.origin, policies, registry };
}

function openNext(parsed: ParsedAssertion, registry: string, before: readonly ChainedPolicy[]): ChainedPolicy {
  const { payload, hash } = parsed;
  const last = before.at(-1);
  if (payload.type !== 'policy' || last === undefined) return refuse('wrong-number', 'Only policies follow a genesis.');
  if (payload.registry !== registry) refuse('wrong-registry', `Policy ${payload.number} is that of another registry.`);
  if (payload.number !== last.number + 1) refuse('wrong-number', `Policy ${last.number + 1} is missing.`);
  if (payload.prev !== last.hash) refuse('stale-prev', `Policy ${payload.number} does not follow from policy ${last.number}.`);
  const under = before.slice(last.under).find((one) => isSignedBy(one.policy, parsed));
  if (under === undefined) return refuse('wrong-signers', `Policy ${payload.number} is not signed by the policy keys of the registry.`);
  checkSignatures(parsed);
  return { hash, number: payload.number, policy: payload.policy, under: under.number };
}

function isSignedBy(policy: Policy, parsed: ParsedAssertion): boolean {
  try {
    checkRole(policy.policy, keyidsOf(parsed), 'policy keys');
    return true;
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
}

/** logKeys are the log keys that a checkpoint of `log` may carry now: those of every policy which may be in force or pending. */
export function logKeys(chain: PolicyChain, log: 'names' | 'proofs'): Vkey[] {
  const from = chain.policies.at(-1)?.under ?? 0;
  return [...new Set(chain.policies.slice(from).flatMap(({ policy }) => policy.logs[log]))].map(parseVkey);
}

/** registrarKeys are all registrar keys there have been: an old registration carries an old one. */
export function registrarKeys(chain: PolicyChain): string[] {
  return [...new Set(chain.policies.flatMap(({ policy }) => policy.registrar))];
}
