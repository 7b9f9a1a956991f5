import { parseAssertion } from '../core/assertion/parse';
import type { MapProof } from '../core/map/proof';
import { invariant } from '../core/refusal';
import { parseEntry } from '../core/registry/parse-entry';
import { identityKey, nameKey, policyKey, type IdentityEntry, type PolicyEntry, type RecordEntry, type StateItem } from '../core/registry/state';
import { assembleStateProof, earlierKeyOf, type EntryParts, type StateParts } from '../core/validation/assemble-proof';
import type { StateProof, Subject, SubjectState } from '../core/validation/state-proof';
import { readEntry, type LogName } from '../storage/log-store';
import type { AppContext } from './app-context';
import { catchUp } from './catch-up';
import { DamageError } from './edge-check';
import type { SealFacts } from './live-registry';
import { policyChain } from './policy-chain';
import { proveConsistency, proveInclusion } from './prove-entry';
import { BehindError } from './state-cache';

/** A seal may be stored a moment before this process goes on to it; reading then waits for it. */
const TRIES = 50;
const WAIT_MS = 20;

/** showName gives the latest sealed state of a name (of one tenure, if asked), present or absent, with its whole proof. `fromSize` asks for consistency with an older checkpoint. */
export function showName(ctx: AppContext, { name, tenure, fromSize = null }: { name: string; tenure: number | null; fromSize?: number | null }): Promise<StateProof> {
  return show(ctx, { kind: 'name', name, tenure }, fromSize);
}

/** showIdentity is `showName` for an identity by its logged UDF. */
export function showIdentity(ctx: AppContext, { udf, fromSize = null }: { udf: string; fromSize?: number | null }): Promise<StateProof> {
  return show(ctx, { kind: 'identity', udf }, fromSize);
}

interface Proved<Entry> {
  entry: Entry;
  item: StateItem;
  map: MapProof;
}

/** Snapshot is all that comes from memory, of one seal. */
interface Snapshot {
  head: SealFacts;
  policy: Proved<PolicyEntry>;
  at: SubjectState['at'];
  map: MapProof;
  item: StateItem | null;
  /** the record's holder, if the subject is a name that has a record */
  holder: Proved<IdentityEntry> | null;
}

async function show(ctx: AppContext, subject: Subject, fromSize: number | null): Promise<StateProof> {
  await catchUp(ctx, 'names', fromSize);
  const { head, policy, at, map, item, holder } = await snapshot(ctx, subject);
  const { size } = head.names;
  const entry = async ({ bytes, index }: Pick<StateItem, 'bytes' | 'index'>): Promise<EntryParts> => ({ bytes, index, inclusion: await proveInclusion(ctx, 'names', index, size) });
  const state = async (proved: Proved<unknown>): Promise<StateParts> => ({ ...(await entry(proved.item)), map: proved.map });
  const seal = { bytes: await mustRead(ctx, 'names', size - 1), index: size - 1 };
  return assembleStateProof({
    assertions: await assertionsFor(ctx, head, item, holder),
    checkpoint: head.notes.names,
    consistency: fromSize === null || fromSize < 1 || fromSize >= size ? null : { size: fromSize, proof: await proveConsistency(ctx, 'names', fromSize, size) },
    identity: holder === null ? null : await state(holder),
    policies: await policyChain(ctx, policy.entry),
    policy: await state(policy),
    registry: ctx.registry.id,
    seal: await entry(seal),
    state: { at, map, shown: item === null ? null : await entry(item) },
    subject,
  });
}

/** snapshot loads the state that is asked for and then takes everything from memory at once, so that it is of one seal. */
async function snapshot(ctx: AppContext, subject: Subject): Promise<Snapshot> {
  const { cache, live } = ctx.core;
  const own = subject.kind === 'identity' ? [identityKey(subject.udf)] : [nameKey(subject.name), ...(subject.tenure === null ? [] : [nameKey(subject.name, subject.tenure)])];
  let holder: string | null = null;
  for (let tries = 0; tries < TRIES; tries++) {
    const loaded = await loadAll([policyKey(), ...own, ...(holder === null ? [] : [identityKey(holder)])]);
    if (!loaded) continue;
    const { at, key } = keyOf(subject, (name) => cache.get(nameKey(name)));
    const item = cache.get(key);
    const wanted: string | null = item !== null && item.entry.type === 'record' ? item.entry.udf : null;
    if (wanted !== holder) {
      holder = wanted;
      continue;
    }
    return { head: live.head, policy: provedAs(policyKey(), 'policy'), at, map: live.map.prove(key), item, holder: holder === null ? null : provedAs(identityKey(holder), 'identity') };
  }
  throw new BehindError();

  async function loadAll(keys: Uint8Array[]): Promise<boolean> {
    try {
      await cache.load(keys);
      return true;
    } catch (error) {
      if (!(error instanceof BehindError)) throw error;
      await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
      return false;
    }
  }

  function provedAs<Type extends 'policy' | 'identity'>(key: Uint8Array, type: Type): Proved<Extract<StateItem['entry'], { type: Type }>> {
    const item = cache.get(key);
    invariant(item !== null && item.entry.type === type, `the state holds the ${type} that is asked for`);
    return { entry: item.entry as Extract<StateItem['entry'], { type: Type }>, item, map: live.map.prove(key) };
  }
}

/** keyOf is the key that holds the subject: an earlier tenure stands under `name.N`, everything else of a name under the name. */
function keyOf(subject: Subject, highest: (name: string) => StateItem | null): { at: SubjectState['at']; key: Uint8Array } {
  if (subject.kind === 'identity') return { at: 'identity', key: identityKey(subject.udf) };
  const item = highest(subject.name);
  const isEarlier = subject.tenure !== null && item !== null && item.entry.type === 'record' && subject.tenure < item.entry.tenure;
  return isEarlier ? { at: 'tenure', key: nameKey(subject.name, subject.tenure) } : { at: 'name', key: nameKey(subject.name) };
}

/** assertionsFor reads what the state rests on, each once: the entry's assertion, the holder's certificate's, and the one that had logged an earlier key of the holder. */
async function assertionsFor(ctx: AppContext, head: SealFacts, item: StateItem | null, holder: Proved<IdentityEntry> | null): Promise<EntryParts[]> {
  if (item === null || item.entry.type === 'policy') return [];
  const indexes = new Set([item.entry.proof]);
  if (holder !== null && item.entry.type === 'record') {
    indexes.add(holder.entry.proof);
    const earlier = await earlierProof(ctx, item.entry, holder.entry);
    if (earlier !== null) indexes.add(earlier);
  }
  const parts: EntryParts[] = [];
  for (const index of indexes) parts.push({ bytes: await mustRead(ctx, 'proofs', index), index, inclusion: await proveInclusion(ctx, 'proofs', index, head.proofs.size) });
  return parts;
}

/** earlierProof finds the assertion that had logged the key which signed the record's, where that key has been replaced since. */
async function earlierProof(ctx: AppContext, record: RecordEntry, holder: IdentityEntry): Promise<number | null> {
  const key = earlierKeyOf(parseAssertion(await mustRead(ctx, 'proofs', record.proof)), holder);
  let entry: IdentityEntry | null = key === null ? null : holder;
  while (entry !== null && entry.key !== key) entry = await identityBefore(ctx, entry);
  return entry?.proof ?? null;
}

async function identityBefore(ctx: AppContext, { prev }: IdentityEntry): Promise<IdentityEntry | null> {
  const before = prev === null ? null : parseEntry(await mustRead(ctx, 'names', prev));
  return before !== null && before.type === 'identity' ? before : null;
}

async function mustRead(ctx: AppContext, log: LogName, index: number): Promise<Uint8Array> {
  const bytes = await readEntry(ctx.db, log, index);
  if (bytes === null) throw new DamageError(`entry ${index} of the ${log} log is missing`);
  return bytes;
}
