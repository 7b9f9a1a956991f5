import { toBase64 } from '../core/bytes/base64';
import { parseEnvelope } from '../core/keys/dsse';
import { mapProofToJson } from '../core/map/proof';
import { MAX_POLICY_BYTES } from '../core/registry/limits';
import { parseEntry } from '../core/registry/parse-entry';
import { identityKey, nameKey, policyKey, type IdentityEntry, type RecordEntry, type StateItem } from '../core/registry/state';
import { PROOF_FORMAT, type SealedState, type ShownAssertion, type ShownEntry, type StateProof, type Subject, type SubjectState } from '../core/validation/state-proof';
import type { LogName } from '../storage/log-store';
import { readEntry } from '../storage/log-store';
import type { AppContext } from './app-context';
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

type Proved = Pick<SealedState, 'map'> & { item: StateItem };

/** Snapshot is all that comes from memory, of one seal. */
interface Snapshot {
  head: SealFacts;
  policy: Proved;
  at: SubjectState['at'];
  map: SubjectState['map'];
  item: StateItem | null;
  identity: Proved | null;
}

async function show(ctx: AppContext, subject: Subject, fromSize: number | null): Promise<StateProof> {
  const { head, policy, at, map, item, identity } = await snapshot(ctx, subject);
  const shown = (found: StateItem) => shownEntry(ctx, head, found.bytes, found.index);
  const sealBytes = await mustRead(ctx, 'names', head.names.size - 1);
  return {
    assertions: await assertionsFor(ctx, head, item, identity),
    checkpoint: head.notes.names,
    consistency: fromSize === null || fromSize < 1 || fromSize > head.names.size ? null : { size: fromSize, proof: (await proveConsistency(ctx, 'names', fromSize, head.names.size)).map(toBase64) },
    format: PROOF_FORMAT,
    identity: identity === null ? null : { ...(await shown(identity.item)), map: identity.map },
    policies: await policyChain(ctx),
    policy: { ...(await shown(policy.item)), map: policy.map },
    registry: ctx.registry.id,
    seal: await shownEntry(ctx, head, sealBytes, head.names.size - 1),
    state: { at, map, shown: item === null ? null : await shown(item) },
    subject,
  };
}

/** snapshot loads the state that is asked for and then takes everything from memory at once, so that it is of one seal. */
async function snapshot(ctx: AppContext, subject: Subject): Promise<Snapshot> {
  const { cache, live } = ctx.core;
  const prove = (key: Uint8Array) => mapProofToJson(live.map.prove(key));
  const first = subject.kind === 'identity' ? [identityKey(subject.udf)] : [nameKey(subject.name), ...(subject.tenure === null ? [] : [nameKey(subject.name, subject.tenure)])];
  let holder: string | null = null;
  for (let tries = 0; tries < TRIES; tries++) {
    try {
      await cache.load([policyKey(), ...first, ...(holder === null ? [] : [identityKey(holder)])]);
    } catch (error) {
      if (!(error instanceof BehindError)) throw error;
      await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
      continue;
    }
    const { at, key } = keyOf(subject, (name) => cache.get(nameKey(name)));
    const item = cache.get(key);
    const wanted: string | null = item !== null && item.entry.type === 'record' ? item.entry.udf : null;
    if (wanted !== holder) {
      holder = wanted;
      continue;
    }
    const policy = cache.get(policyKey());
    const identity = holder === null ? null : cache.get(identityKey(holder));
    if (policy === null || (holder !== null && identity === null)) throw new DamageError('a record’s identity or the policy is not in the state');
    return {
      head: live.head,
      policy: { item: policy, map: prove(policyKey()) },
      at,
      map: prove(key),
      item,
      identity: identity === null || holder === null ? null : { item: identity, map: prove(identityKey(holder)) },
    };
  }
  throw new BehindError();
}

/** keyOf is the key that holds the subject: an earlier tenure stands under `name.N`, everything else of a name under the name. */
function keyOf(subject: Subject, highest: (name: string) => StateItem | null): { at: SubjectState['at']; key: Uint8Array } {
  if (subject.kind === 'identity') return { at: 'identity', key: identityKey(subject.udf) };
  const item = highest(subject.name);
  const isEarlier = subject.tenure !== null && item !== null && item.entry.type === 'record' && subject.tenure < item.entry.tenure;
  return isEarlier ? { at: 'tenure', key: nameKey(subject.name, subject.tenure) } : { at: 'name', key: nameKey(subject.name) };
}

/** assertionsFor lists what the state rests on: the record's assertion, the identity's, and the one that logged the key which signed the record's, each once. */
async function assertionsFor(ctx: AppContext, head: SealFacts, item: StateItem | null, identity: Proved | null): Promise<ShownAssertion[]> {
  const indexes = new Set<number>();
  const holder = item?.entry.type === 'identity' ? item.entry : identity?.item.entry.type === 'identity' ? identity.item.entry : null;
  if (item?.entry.type === 'record') {
    indexes.add(item.entry.proof);
    if (holder !== null) indexes.add(holder.proof);
    const signer = holder === null ? null : await signerOf(ctx, item.entry, holder);
    if (signer !== null) indexes.add(signer);
  } else if (holder !== null) indexes.add(holder.proof);
  const shown: ShownAssertion[] = [];
  for (const index of indexes) {
    const assertion = await mustRead(ctx, 'proofs', index);
    const inclusion = await proveInclusion(ctx, 'proofs', index, head.proofs.size);
    shown.push({ assertion: toBase64(assertion), inclusion: inclusion.map(toBase64), index });
  }
  return shown;
}

/** signerOf finds the assertion that had logged the key which signed a record's assertion, if it is not the identity's key now; null where the root signed. */
async function signerOf(ctx: AppContext, record: RecordEntry, holder: IdentityEntry): Promise<number | null> {
  const envelope = parseEnvelope(await mustRead(ctx, 'proofs', record.proof), MAX_POLICY_BYTES, 'assertion');
  const key = envelope.signatures[0]?.keyid;
  if (key === holder.root) return null;
  for (let entry: IdentityEntry | null = holder; entry !== null; ) {
    if (entry.key === key) return entry.proof;
    const before: ReturnType<typeof parseEntry> | null = entry.prev === null ? null : parseEntry(await mustRead(ctx, 'names', entry.prev));
    entry = before !== null && before.type === 'identity' ? before : null;
  }
  return null;
}

async function shownEntry(ctx: AppContext, head: SealFacts, bytes: Uint8Array, index: number): Promise<ShownEntry> {
  return { entry: toBase64(bytes), index, inclusion: (await proveInclusion(ctx, 'names', index, head.names.size)).map(toBase64) };
}

async function mustRead(ctx: AppContext, log: LogName, index: number): Promise<Uint8Array> {
  const bytes = await readEntry(ctx.db, log, index);
  if (bytes === null) throw new DamageError(`entry ${index} of the ${log} log is missing`);
  return bytes;
}
