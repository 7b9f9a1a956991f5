import { createHash } from 'node:crypto';
import { mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseAssertion } from '../core/assertion/parse';
import { fromBase64, toBase64 } from '../core/bytes/base64';
import { compareBytes, equalBytes } from '../core/bytes/bytes';
import type { Envelope } from '../core/keys/dsse';
import { MapBuilder } from '../core/map/build';
import { invariant, refuse } from '../core/refusal';
import { parseEntry, parseStateEntry } from '../core/registry/parse-entry';
import { type NameLogEntry, type PolicyEntry, type SealEntry, policyKey, stateValue } from '../core/registry/state';
import { leafHash } from '../core/tlog/hash';
import { TILE_WIDTH } from '../core/tlog/tile-path';
import { MAX_SNAPSHOT_LIST_BYTES, type SnapshotList, openSnapshotPart, parseSnapshotList } from '../core/validation/snapshot-file';
import { type CountedTokens, type TokenPolicy, checkTokens } from '../core/validation/token-policy';
import type { CopyHead } from './copy-head';
import type { CopyWriter } from './copy-writer';
import { checkpointIn } from './follow-faults';
import { BEFORE_FILE } from './layout';
import type { LogSource } from './log-source';
import { POLICIES_FILE, PolicyWatch, encodePolicies } from './policy-watch';
import { SNAPSHOT_DIGEST, SNAPSHOT_ITEMS } from './snapshot-state';
import { VerifiedTiles } from './verified-tiles';

/** SnapshotStart is what a copy is begun with. */
export interface SnapshotStart {
  readonly source: LogSource;
  readonly writer: CopyWriter;
  /** The pinned registry id. */
  readonly registry: string;
  /** Whose tokens count, and how many are asked for. */
  readonly policy: TokenPolicy;
  readonly clock: () => number;
  readonly onProgress: (done: number, total: number) => void;
}

/** StartedCopy says where a copy began, and whose word was taken for what came before. */
export interface StartedCopy {
  readonly head: CopyHead;
  readonly tokens: CountedTokens;
}

/**
 * startFromSnapshot begins an empty copy at the newest snapshot. The checkpoint there must be signed by the registry, whose
 * policies are followed from the genesis, and by k of the n validators that this provider trusts; the state must make the map
 * that the checkpoint's seal commits to. That the entries before it were right is then those validators' word.
 * @throws Refusal `bad-snapshot`, `too-few-tokens`, `wrong-map`, `wrong-registry` …; CopyRefusal of the source.
 */
export async function startFromSnapshot({ clock, onProgress, policy, registry, source, writer }: SnapshotStart): Promise<StartedCopy> {
  invariant(writer.head === null, 'only an empty copy can begin at a snapshot');
  const list = await newestList(source, registry);
  const { size } = list.names;
  const note = Buffer.from((await source.checkpointAt(size)) ?? Buffer.from(list.names.note)).toString('utf8');
  const tokens = checkTokens(note, policy, null);
  const checkpoint = checkpointIn(note);
  if (checkpoint.size !== size || toBase64(checkpoint.root) !== list.names.root) refuse('bad-snapshot', 'The snapshot is not of the checkpoint that the validators signed.');
  const names = await VerifiedTiles.open(source, 'names', checkpoint);
  const sealBytes = await names.entry(size - 1);
  const seal = sealIn(sealBytes, list);
  const proofs = await VerifiedTiles.open(source, 'proofs', { root: fromBase64(seal.proofs.root), size: seal.proofs.size });
  const entry = await takeState(source, writer, list, seal, onProgress);
  const policies = PolicyWatch.from(await policiesBefore(names, proofs, entry), entry);
  if (policies.registry !== registry) refuse('wrong-registry', `The snapshot is of the registry ${policies.registry}, and not of ${registry}.`);
  policies.open('names', note);
  writer.begin({ names: names.edge, proofs: proofs.edge }, { names: await lastBundle(names), proofs: await lastBundle(proofs) });
  await writer.replace(POLICIES_FILE, encodePolicies(policies.envelopes));
  if (size % TILE_WIDTH === 0) {
    await mkdir(join(writer.dir, 'names'), { recursive: true });
    await writer.replace(join('names', BEFORE_FILE), Buffer.concat([leafHash(sealBytes), sealBytes]));
  }
  const head: CopyHead = {
    checked: 'followed',
    from: { proofsSize: seal.proofs.size, seal: seal.number, size, tokens: tokens.names },
    map: seal.map,
    names: { note, root: list.names.root, size },
    origin: policies.origin ?? '',
    proofs: { note: null, root: seal.proofs.root, size: seal.proofs.size },
    registry,
    seal: seal.number,
    timeSec: seal.timeSec,
    updatedSec: clock(),
    url: source.url,
  };
  await writer.commit(head);
  return { head, tokens };
}

async function newestList(source: LogSource, registry: string): Promise<SnapshotList> {
  const bytes = await source.file('snapshots/newest', MAX_SNAPSHOT_LIST_BYTES);
  if (bytes === null) return refuse('bad-snapshot', `${source.url} has no snapshot yet.`);
  const list = parseSnapshotList(bytes);
  return list.registry === registry ? list : refuse('wrong-registry', `The snapshot is of the registry ${list.registry}, and not of ${registry}.`);
}

function sealIn(bytes: Uint8Array, list: SnapshotList): SealEntry {
  const seal = parseEntry(bytes);
  if (seal.type !== 'seal' || seal.number !== list.seal || seal.map.root !== list.map.root || seal.map.size !== list.map.size || seal.proofs.size !== list.proofs.size) {
    return refuse('bad-snapshot', `The snapshot is not of seal ${list.seal}, which the validators signed.`);
  }
  return seal;
}

/** takeState fetches all parts, compares the map they make with the seal's, and keeps the items; it gives the policy entry among them. */
async function takeState(source: LogSource, writer: CopyWriter, list: SnapshotList, seal: SealEntry, onProgress: SnapshotStart['onProgress']): Promise<PolicyEntry> {
  const path = join(writer.dir, SNAPSHOT_ITEMS);
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, 'w', 0o644);
  const builder = new MapBuilder(seal.map.size);
  const digest = createHash('sha256');
  let before: Uint8Array | null = null;
  let policy: PolicyEntry | null = null;
  let done = 0;
  try {
    for (const part of list.parts) {
      const bytes = await source.file(`snapshots/${part.path}`, part.sizeBytes);
      if (bytes === null) return refuse('bad-snapshot', `Part ${part.path} of the snapshot is missing.`);
      for (const item of openSnapshotPart(bytes, part, list.names.size)) {
        if (before !== null && compareBytes(before, item.key) >= 0) refuse('bad-snapshot', 'The snapshot’s keys do not ascend.');
        before = item.key;
        builder.add(item.key, stateValue(item.bytes));
        if (!equalBytes(item.key, policyKey())) continue;
        const entry = parseStateEntry(item.bytes);
        if (entry.type === 'policy') policy = entry;
      }
      await file.writeFile(bytes);
      digest.update(bytes);
      onProgress((done += part.items), list.map.size);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  const map = builder.finish();
  if (map.size !== seal.map.size || toBase64(map.root()) !== seal.map.root) refuse('wrong-map', 'The snapshot’s state does not make the map that its seal commits to.');
  await writer.replace(SNAPSHOT_DIGEST, Buffer.from(`${digest.digest('hex')}\n`));
  return policy ?? refuse('bad-snapshot', 'The snapshot holds no policy.');
}

/** policiesBefore walks back from the policy entry to the genesis, through both logs. */
async function policiesBefore(names: VerifiedTiles, proofs: VerifiedTiles, newest: PolicyEntry): Promise<Envelope[]> {
  const indexes = new Set<number>();
  for (let entry: PolicyEntry | null = newest; entry !== null; ) {
    for (const { proof } of [entry, ...entry.pending]) indexes.add(proof);
    const before: NameLogEntry | null = entry.prev === null ? null : parseEntry(await names.entry(entry.prev));
    entry = before?.type === 'policy' ? before : null;
  }
  const envelopes: Envelope[] = [];
  for (const index of [...indexes].sort((a, b) => a - b)) {
    if (index >= proofs.head.size) refuse('bad-snapshot', 'A policy rests on an entry that the proof log lacks.');
    envelopes.push(parseAssertion(await proofs.entry(index)).envelope);
  }
  return envelopes;
}

async function lastBundle(tiles: VerifiedTiles): Promise<readonly Uint8Array[]> {
  const { size } = tiles.head;
  return size % TILE_WIDTH === 0 ? [] : (await tiles.bundle(Math.floor(size / TILE_WIDTH))).entries;
}
