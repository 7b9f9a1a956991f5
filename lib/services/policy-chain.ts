import { parseEnvelope, type Envelope } from '../core/keys/dsse';
import { MAX_POLICY_BYTES } from '../core/registry/limits';
import { parseEntry } from '../core/registry/parse-entry';
import type { PolicyEntry } from '../core/registry/state';
import { readEntries, readEntry } from '../storage/log-store';
import type { AppContext } from './app-context';

const chains = new WeakMap<PolicyEntry, Promise<Envelope[]>>();

/** policyChain is the genesis and every policy logged up to the sealed policy `entry`, as they stand in the proof log: the way to today's keys. */
export function policyChain(ctx: AppContext, entry: PolicyEntry): Promise<Envelope[]> {
  const known = chains.get(entry);
  if (known !== undefined) return known;
  const chain = readChain(ctx, entry);
  chains.set(entry, chain);
  chain.catch(() => chains.delete(entry));
  return chain;
}

async function readChain(ctx: AppContext, newest: PolicyEntry): Promise<Envelope[]> {
  const proofs = new Set<number>();
  let entry: PolicyEntry | null = newest;
  while (entry !== null) {
    proofs.add(entry.proof);
    for (const pending of entry.pending) proofs.add(pending.proof);
    entry = await policyBefore(ctx, entry);
  }
  const envelopes: Envelope[] = [];
  for (const proof of [...proofs].sort((a, b) => a - b)) {
    const [bytes] = await readEntries(ctx.db, 'proofs', proof, proof + 1);
    if (bytes !== undefined) envelopes.push(parseEnvelope(bytes, MAX_POLICY_BYTES, 'assertion'));
  }
  return envelopes;
}

async function policyBefore(ctx: AppContext, { prev }: PolicyEntry): Promise<PolicyEntry | null> {
  const bytes = prev === null ? null : await readEntry(ctx.db, 'names', prev);
  const before = bytes === null ? null : parseEntry(bytes);
  return before !== null && before.type === 'policy' ? before : null;
}
