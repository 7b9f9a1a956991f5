import type { ParsedAssertion } from '../assertion/parse';
import { refuse } from '../refusal';
import type { Facts } from './check-step';
import type { VerifiedState } from './light-client';

/**
 * checkIsMissing shows that a sealed state is without an assertion, from what its chain would be with it: a name that has no such
 * tenure or another holder, or a chain that still ends in what the assertion quotes.
 * @throws Refusal `no-evidence` if the state may well have it.
 */
export function checkIsMissing(facts: Facts, { certificate, hash, payload }: ParsedAssertion, { identity, record, subject }: VerifiedState): string {
  if (payload.type === 'rotate') {
    if (subject?.kind !== 'identity' || subject.udf !== payload.udf) refuse('no-evidence', 'The state shown is not that of the identity.');
    facts.hash('Certificate in the state', identity?.certificate ?? '');
    return identity === null || identity.certificate === payload.of ? 'the certificate it replaces is still the logged one' : refuse('no-evidence', 'The identity has another certificate since.');
  }
  if (!('name' in payload) || !('tenure' in payload)) return refuse('no-evidence', `Whether an assertion of type ${payload.type} is logged can’t be told from a state.`);
  if (subject?.kind !== 'name' || subject.name !== payload.name) refuse('no-evidence', 'The state shown is not that of the name.');
  if (record === null) return `@${payload.name} has no holder`;
  if (record.tenure < payload.tenure) return `@${payload.name} has no tenure ${payload.tenure}`;
  // The tenure after opens with the transfer that this was to end; nothing is sealed after a cancel that would.
  if (payload.type === 'cancel' && record.tenure === payload.tenure + 1 && record.root.head === payload.of) return 'the transfer that it ends took effect';
  facts.same(payload.tenure, record.tenure, 'no-evidence', 'The state shown is that of another tenure.');
  facts.hash('Head of the holder’s chain', record.head);
  if (payload.type === 'register') {
    if (record.udf !== certificate?.udf) return `@${payload.name} has another holder`;
    // A transfer signed by the root key ends the root chain in itself, and the tenure.
    return record.root.changes === 0 && record.root.head !== hash && record.ended !== 'transfer' ? `@${payload.name} was registered by another assertion` : refuse('no-evidence', 'The name is registered by this identity.');
  }
  if (payload.type === 'cancel') return payload.of === record.pending[0]?.hash ? 'the transfer that it ends is still pending' : refuse('no-evidence', 'The transfer is not pending any more.');
  if ('after' in payload) return payload.after === record.after ? 'the chain still ends in what it quotes' : refuse('no-evidence', 'The chain has moved on.');
  if ('prev' in payload) return payload.prev === record.head ? 'the chain still ends in what it quotes' : refuse('no-evidence', 'The chain has moved on.');
  return payload.of === record.root.head ? 'the chain still ends in what it quotes' : refuse('no-evidence', 'The chain has moved on.');
}
