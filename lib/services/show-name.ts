import { parseAssertion } from '../core/assertion/parse';
import type { MapProof } from '../core/map/proof';
import { invariant } from '../core/refusal';
import { parseEntry } from '../core/registry/parse-entry';
import { identityKey, nameKey, policyKey, type IdentityEntry, type PolicyEntry, type StateItem } from '../core/registry/state';
import { assertionsOf, assembleCommon, assembleStateProof, type CommonProof, earlierKeyOf, type EntryParts } from '../core/validation/assemble-proof';
import type { StateProof, Subject, SubjectState } from '../core/validation/state-proof';
import { readEntriesAt, readEntry, type LogName } from '../storage/log-store';
import type { AppContext } from './app-context';
import { catchUp } from './catch-up';
import { DamageError } from './edge-check';
import { Gathered } from './gathered';
import type { SealFacts } from './live-registry';
import { policyChain } from './policy-chain';
import { proveConsistency, proveInclusions } from './prove-entry';
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
  /** what all proofs of that seal begin with */
  common: Promise<CommonProof>;
  at: SubjectState['at'];
  map: MapProof;
  item: StateItem | null;
  /** the record's holder, if the subject is a name that has a record */
  holder: Proved<IdentityEntry> | null;
}

async function show(ctx: AppContext, subject: Subject, fromSize: number | null): Promise<StateProof> {
  await catchUp(ctx, 'names', fromSize);
  const { head, common, at, map, item, holder } = await snapshot(ctx, subject);
  const { size } = head.names;
  const assertions = await assertionsFor(ctx, item, holder);
  const names: Pick<StateItem, 'bytes' | 'index'>[] = [...(item === null ? [] : [item]), ...(holder === null ? [] : [holder.item])];
  const [inclusions, consistency, shared] = await Promise.all([
    proveInclusions(ctx, [
      ...names.map(({ index }) => ({ log: 'names' as const, index, size })),
      ...assertions.map(({ index }) => ({ log: 'proofs' as const, index, size: head.proofs.size })),
    ]),
    fromSize === null || fromSize < 1 || fromSize >= size ? null : proveConsistency(ctx, 'names', fromSize, size),
    common,
  ]);
  const [own, held] = names.map(({ bytes, index }, i): EntryParts => ({ bytes, index, inclusion: inclusions[i] ?? [] }));
  return assembleStateProof({
    assertions: assertions.map(({ bytes, index }, i) => ({ bytes, index, inclusion: inclusions[names.length + i] ?? [] })),
    common: shared,
    consistency: consistency === null || fromSize === null ? null : { size: fromSize, proof: consistency },
    identity: holder === null || held === undefined ? null : { ...held, map: holder.map },
    state: { at, map, shown: item === null ? null : own ?? null },
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
    return { head: live.head, common: commonOf(ctx, () => provedAs(policyKey(), 'policy')), at, map: live.map.prove(key), item, holder: holder === null ? null : provedAs(identityKey(holder), 'identity') };
  }
  throw new BehindError();

  async function loadAll(keys: Uint8Array[]): Promise<boolean> {
    try {
      await loaderOf(ctx).ask(keys);
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

/** assertionsFor reads what the state rests on, each once: the entry's assertions, the holder's certificate's, and those that had logged earlier keys of the holder. */
async function assertionsFor(ctx: AppContext, item: StateItem | null, holder: Proved<IdentityEntry> | null): Promise<{ bytes: Uint8Array; index: number }[]> {
  if (item === null || item.entry.type === 'policy') return [];
  const indexes = new Set([item.entry.proof]);
  if (holder !== null && item.entry.type === 'record') {
    indexes.add(holder.entry.proof);
    for (const index of assertionsOf(item.entry)) {
      indexes.add(index);
      const earlier = await earlierProof(ctx, index, holder.entry);
      if (earlier !== null) indexes.add(earlier);
    }
  }
  return Promise.all([...indexes].map(async (index) => ({ bytes: await readProof(ctx, index), index })));
}

/** earlierProof finds the assertion that had logged the key which signed the one at `index`, where that key has been replaced since. */
async function earlierProof(ctx: AppContext, index: number, holder: IdentityEntry): Promise<number | null> {
  // What was logged with the certificate of today's key, or after it, cannot have been signed by an earlier one.
  if (index >= holder.proof) return null;
  const key = earlierKeyOf(parseAssertion(await readProof(ctx, index)), holder);
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

type Loader = Gathered<readonly Uint8Array[], void>;
type ProofReader = Gathered<number, Map<number, Uint8Array>>;

const loaders = new WeakMap<AppContext, Loader>();
const proofReaders = new WeakMap<AppContext, ProofReader>();
const commons = new WeakMap<SealFacts, Promise<CommonProof>>();

/** loaderOf loads state for all who ask at the same time in one query. */
function loaderOf(ctx: AppContext): Loader {
  let loader = loaders.get(ctx);
  if (loader === undefined) {
    loader = new Gathered((asks) => ctx.core.cache.load(asks.flat()));
    loaders.set(ctx, loader);
  }
  return loader;
}

async function readProof(ctx: AppContext, index: number): Promise<Uint8Array> {
  let reader = proofReaders.get(ctx);
  if (reader === undefined) {
    reader = new Gathered(async (indexes) => new Map((await readEntriesAt(ctx.db, 'proofs', [...new Set(indexes)])).map((row) => [row.index, row.bytes])));
    proofReaders.set(ctx, reader);
  }
  return (await reader.ask(index)).get(index) ?? Promise.reject(new DamageError(`entry ${index} of the proofs log is missing`));
}

/** commonOf is what all proofs of the newest seal have in common, made once. `policy` is asked for at once, while the map is still that seal's. */
function commonOf(ctx: AppContext, policy: () => Proved<PolicyEntry>): Promise<CommonProof> {
  const { head } = ctx.core.live;
  const known = commons.get(head);
  if (known !== undefined) return known;
  const made = makeCommon(ctx, head, policy());
  commons.set(head, made);
  made.catch(() => commons.delete(head));
  return made;
}

async function makeCommon(ctx: AppContext, head: SealFacts, policy: Proved<PolicyEntry>): Promise<CommonProof> {
  const { size } = head.names;
  const { bytes, index } = policy.item;
  const [forPolicy = [], forSeal = []] = await proveInclusions(ctx, [{ log: 'names', index, size }, { log: 'names', index: size - 1, size }]);
  return assembleCommon({
    checkpoint: head.notes.names,
    policies: await policyChain(ctx, policy.entry),
    policy: { bytes, index, inclusion: forPolicy, map: policy.map },
    registry: ctx.registry.id,
    seal: { bytes: await mustRead(ctx, 'names', size - 1), index: size - 1, inclusion: forSeal },
  });
}
