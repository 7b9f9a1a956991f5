import { equalBytes } from '../core/bytes/bytes';
import { openCheckpoint } from '../core/checkpoint/checkpoint';
import { parseVkey } from '../core/note/vkey';
import { parseEntry } from '../core/registry/parse-entry';
import { Overlay, stateKeyOf, stateValue, type NameLogEntry, type PolicyEntry } from '../core/registry/state';
import { nameKey } from '../core/registry/state';
import { appendLeaves, rootOf } from '../core/tlog/edge';
import { leafHash } from '../core/tlog/hash';
import { readEntries, readLeaves, readSeals, type Seal } from '../storage/log-store';
import { DamageError } from './edge-check';
import type { SealFacts } from './live-registry';
import type { RegistryCore } from './registry-core';

const SEALS_AT_ONCE = 50;

/**
 * followSeals takes in the seals that other processes committed: new name-log entries go over the map and the state, and the
 * roots must come out as they were signed. Call it inside the acceptor's `exclusive`. Throws DamageError.
 */
export async function followSeals(core: RegistryCore): Promise<void> {
  for (;;) {
    const first = core.live.head.number + 1;
    const seals = await readSeals(core.db, first, first + SEALS_AT_ONCE);
    if (seals.length === 0) return;
    for (const seal of seals) await takeSeal(core, seal);
    core.remember(core.live.head);
  }
}

async function takeSeal(core: RegistryCore, stored: Seal): Promise<void> {
  const { db, live, cache, acceptor } = core;
  const { head, edges } = live;
  const seal = factsOf(stored);
  if (seal.number !== head.number + 1) throw new DamageError(`seal ${head.number + 1} is missing in the database`);
  // Somebody else has sealed: what this process computed will never be signed.
  core.sealing?.abort();
  core.sealing = null;

  const entries = await readEntries(db, 'names', head.names.size, seal.names.size);
  const names = appendLeaves(edges.names, entries.map(leafHash)).edge;
  const proofs = appendLeaves(edges.proofs, split(await readLeaves(db, 'proofs', head.proofs.size, seal.proofs.size))).edge;
  if (!equalBytes(rootOf(names), seal.names.root) || !equalBytes(rootOf(proofs), seal.proofs.root)) throw new DamageError(`the entries of seal ${seal.number} do not give the roots that were signed`);
  const { logs } = live.policy();
  openCheckpoint(seal.notes.names, logs.names.map(parseVkey));
  openCheckpoint(seal.notes.proofs, logs.proofs.map(parseVkey));

  const parsed = entries.map(parseEntry);
  await cache.load(parsed.flatMap(keysOf));
  const overlay = new Overlay(cache);
  for (const [i, entry] of parsed.entries()) overlay.apply(entry, entries[i] ?? new Uint8Array(0), head.names.size + i);
  const writes = overlay.writes();
  const staged = live.map.stage(writes.map(({ key, item }) => ({ key, value: stateValue(item.bytes) })));
  if (!equalBytes(staged.root, seal.map.root)) {
    staged.abort();
    throw new DamageError(`the entries of seal ${seal.number} do not give the map that was signed`);
  }
  staged.commit();
  cache.put(writes);
  live.due.commit(writes);
  const policy = parsed.findLast((entry): entry is PolicyEntry => entry.type === 'policy') ?? null;
  live.advance({ seal, edges: { names, proofs }, policy });
  acceptor.noteSealed(seal.number, false);
}

/** keysOf are the keys that applying an entry reads: a record looks at its name's highest tenure. */
function keysOf(entry: NameLogEntry): Uint8Array[] {
  const key = stateKeyOf(entry);
  if (key === null) return [];
  return entry.type === 'record' ? [key, nameKey(entry.name, entry.tenure)] : [key];
}

/** factsOf is a stored seal as the live view has it. */
export function factsOf({ number, timeSec, names, proofs, map }: Seal): SealFacts {
  return {
    number,
    timeSec,
    names: { size: names.size, root: names.root },
    proofs: { size: proofs.size, root: proofs.root },
    map: { size: map.size, root: map.root },
    notes: { names: names.note, proofs: proofs.note },
  };
}

function split(hashes: Uint8Array): Uint8Array[] {
  const out: Uint8Array[] = [];
  for (let at = 0; at < hashes.length; at += 32) out.push(hashes.subarray(at, at + 32));
  return out;
}
