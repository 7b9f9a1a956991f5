import { type ParsedAssertion, parseAssertionEnvelope } from '../assertion/parse';
import type { Continues, GenesisPayload, Policy } from '../assertion/payloads';
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

/** PolicyChain is every policy of a registry, from the genesis on, and the chain of the registry that it goes on from, if it does. */
export interface PolicyChain {
  readonly registry: string;
  readonly origin: string;
  readonly policies: readonly ChainedPolicy[];
  readonly earlier: PolicyChain | null;
  /** Where it goes on from the earlier one. */
  readonly continues: Continues | null;
}

/**
 * openPolicies verifies that the policies given are one chain from a genesis: numbered, each quoting the one before, each
 * signed by the policy keys of one that came earlier. Which one was in force can't be told without the log, but it never
 * goes back: a policy is not signed by keys older than those which signed the one before. A genesis that goes on from the chain so far
 * begins a chain of its own behind it; the last one must be that of `registry`.
 * @throws Refusal `wrong-registry`, `wrong-number`, `stale-prev`, `wrong-signers`, `bad-signature`, and what `parseAssertion` refuses.
 */
export function openPolicies(envelopes: readonly Envelope[], registry: string): PolicyChain {
  let chain: OpenChain | null = null;
  for (const envelope of envelopes) {
    const parsed = parseAssertionEnvelope(envelope);
    if (parsed.payload.type === 'genesis') chain = openGenesis(parsed, parsed.payload, chain);
    else if (chain === null) return refuse('wrong-registry', 'The first policy is not a genesis.');
    else chain.policies.push(openNext(parsed, chain.registry, chain.policies));
  }
  if (chain === null) return refuse('wrong-registry', 'There is no genesis.');
  return chain.registry === registry ? chain : refuse('wrong-registry', 'The genesis is that of another registry.');
}

type OpenChain = PolicyChain & { readonly policies: ChainedPolicy[] };

function openGenesis(parsed: ParsedAssertion, { continues, origin, policy }: GenesisPayload, earlier: PolicyChain | null): OpenChain {
  if ((continues?.registry ?? null) !== (earlier?.registry ?? null)) refuse('wrong-registry', earlier === null ? 'The registry that this one goes on from is not shown.' : 'A genesis goes on from another registry than the one before.');
  checkRole(policy.policy, keyidsOf(parsed), 'policy keys');
  checkSignatures(parsed);
  return { continues, earlier, origin, policies: [{ hash: parsed.hash, number: 0, policy, under: 0 }], registry: parsed.hash };
}

/** everyChain are a chain and those it goes on from, the newest first. */
export function everyChain(chain: PolicyChain): PolicyChain[] {
  return chain.earlier === null ? [chain] : [chain, ...everyChain(chain.earlier)];
}

/** everyPolicy are all policies there have been, also those of registries that this one goes on from. */
export function everyPolicy(chain: PolicyChain): ChainedPolicy[] {
  return everyChain(chain).flatMap(({ policies }) => policies);
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
  return [...new Set(everyPolicy(chain).flatMap(({ policy }) => policy.registrar))];
}
