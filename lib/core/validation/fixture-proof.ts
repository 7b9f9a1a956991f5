import { parseAssertion } from '../assertion/parse';
import { nodeHash, perfectRoot } from '../tlog/hash';
import type { FixtureLog } from '../registry/fixture-log';
import { parseEntry } from '../registry/parse-entry';
import { type IdentityEntry, identityKey, nameKey, policyKey, type StateKey } from '../registry/state';
import { assertionsOf, assembleCommon, assembleStateProof, earlierKeyOf, type EntryParts, type StateParts } from './assemble-proof';
import type { StateProof, Subject, SubjectState } from './state-proof';

/** treeRoot is the root by its definition (RFC 6962 §2.1), slow and plain. */
function treeRoot(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 1) return perfectRoot(leaves, 0, 1);
  const middle = split(leaves.length);
  return nodeHash(treeRoot(leaves.slice(0, middle)), treeRoot(leaves.slice(middle)));
}

/** path is the audit path by its definition (RFC 6962 §2.1.1). */
function path(index: number, leaves: readonly Uint8Array[]): Uint8Array[] {
  if (leaves.length <= 1) return [];
  const middle = split(leaves.length);
  const [left, right] = [leaves.slice(0, middle), leaves.slice(middle)];
  return index < middle ? [...path(index, left), treeRoot(right)] : [...path(index - middle, right), treeRoot(left)];
}

function split(size: number): number {
  let middle = 1;
  while (middle * 2 < size) middle *= 2;
  return middle;
}

/** fixtureProof makes the state proof of a fixture log's newest seal. */
export function fixtureProof(log: FixtureLog, subject: Subject): StateProof {
  const latest = log.seals.at(-1);
  if (latest === undefined) throw new Error('nothing is sealed yet');
  const entry = (kind: 'names' | 'proofs', index: number): EntryParts => ({ bytes: log[kind][index] as Uint8Array, inclusion: path(index, log.leaves[kind]), index });
  const state = (key: StateKey): StateParts => {
    const item = log.state.get(key);
    if (item === null) throw new Error('a fixture asked for what is not there');
    return { ...entry('names', item.index), map: log.map.prove(key) };
  };
  const { at, key } = keyOf(log, subject);
  const item = log.state.get(key);
  const identity = item?.entry.type === 'record' ? state(identityKey(item.entry.udf)) : null;
  const restsOn = item === null || item.entry.type === 'policy' ? [] : [item.entry.proof];
  if (identity !== null && item !== null) {
    const holder = parseEntry(identity.bytes) as IdentityEntry;
    restsOn.push(holder.proof);
    for (const index of item.entry.type === 'record' ? assertionsOf(item.entry) : []) {
      restsOn.push(index);
      const earlier = earlierKeyOf(parseAssertion(log.proofs[index] as Uint8Array), holder);
      const before = log.names.map(parseEntry).find((one): one is IdentityEntry => one.type === 'identity' && one.key === earlier);
      if (before !== undefined) restsOn.push(before.proof);
    }
  }
  const policies = log.proofs.map(parseAssertion).filter(({ payload }) => payload.type === 'genesis' || payload.type === 'policy');
  return assembleStateProof({
    assertions: [...new Set(restsOn)].map((index) => entry('proofs', index)),
    common: assembleCommon({
      checkpoint: log.notes().names,
      policies: policies.map((parsed) => parsed.envelope),
      policy: state(policyKey()),
      registry: log.world.registry,
      seal: entry('names', latest.last.index),
    }),
    consistency: null,
    identity,
    state: { at, map: log.map.prove(key), shown: item === null ? null : entry('names', item.index) },
    subject,
  });
}

function keyOf(log: FixtureLog, subject: Subject): { at: SubjectState['at']; key: StateKey } {
  if (subject.kind === 'identity') return { at: 'identity', key: identityKey(subject.udf) };
  const highest = log.state.get(nameKey(subject.name))?.entry;
  const isEarlier = subject.tenure !== null && highest?.type === 'record' && highest.tenure > subject.tenure;
  return isEarlier ? { at: 'tenure', key: nameKey(subject.name, subject.tenure) } : { at: 'name', key: nameKey(subject.name) };
}
