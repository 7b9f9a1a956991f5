import { toBase64 } from '../core/bytes/base64';
import { parseEnvelope, payloadHash } from '../core/keys/dsse';
import { MAX_POLICY_BYTES } from '../core/registry/limits';
import { readSealedEntry } from '../core/registry/parse-entry';
import { policyKey, type PolicyEntry } from '../core/registry/state';
import { Fsck, type Finding } from '../core/validation/fsck';
import type { Statements } from '../storage/database';
import { readHead } from '../storage/heads';
import { readEntries, readEntry, readLeaves, readSeals, readTile, type Seal } from '../storage/log-store';
import { loadMapLeaves, readStates, readWaiting } from '../storage/state-store';

/** DatabaseReport is what a check of a whole database found. */
export interface DatabaseReport {
  findings: Finding[];
  seals: number;
  /** payload hashes, base64, of all sealed assertions in their order; a hash that stands twice is a finding of the caller's */
  assertions: string[];
  /** every signed checkpoint */
  notes: { names: string; proofs: string }[];
}

const SEALS_AT_ONCE = 100;

/**
 * checkDatabase rebuilds everything from the entries in the database and compares: leaf hashes, tiles, roots, signed
 * checkpoints, every record, the map, the head. Run it in a snapshot, or while nothing seals.
 */
export async function checkDatabase(db: Statements): Promise<DatabaseReport> {
  const head = await readHead(db);
  const fsck = new Fsck(null);
  const ownSeal = await firstOwnSeal(db);
  const report: DatabaseReport = { findings: [], seals: 0, assertions: [], notes: [] };
  let size = { names: 0, proofs: 0 };
  for (let first = 0; first <= head.seal; first += SEALS_AT_ONCE) {
    for (const seal of await readSeals(db, first, first + SEALS_AT_ONCE)) {
      await checkSeal(db, fsck, seal, size, report, seal.number >= ownSeal);
      size = { names: seal.names.size, proofs: seal.proofs.size };
    }
  }
  const { count, keys, values } = await loadMapLeaves(db);
  for (let at = 0; at < count * 32; at += 32) fsck.mapLeaf(keys.subarray(at, at + 32), values.subarray(at, at + 32));
  fsck.waiting((await readWaiting(db)).map(({ key }) => key));
  const open = (await readEntries(db, 'names', size.names, size.names + 1)).length + (await readEntries(db, 'proofs', size.proofs, size.proofs + 1)).length;
  report.findings = fsck.finish({ heads: { names: head.names, proofs: head.proofs }, open, hasMap: true });
  return report;
}

/** firstOwnSeal is the seal that this registry began with. Those before, of a registry that it goes on from, are signed by keys that came after them. */
async function firstOwnSeal(db: Statements): Promise<number> {
  const [state] = await readStates(db, [policyKey()]);
  let entry = policyIn(state?.bytes ?? null);
  while (entry !== null && entry.number > 0 && entry.prev !== null) entry = policyIn((await readEntry(db, 'names', entry.prev)) ?? null);
  return entry?.sinceSeal ?? 0;
}

function policyIn(bytes: Uint8Array | null): PolicyEntry | null {
  const entry = bytes === null ? null : readSealedEntry(bytes);
  return entry?.type === 'policy' ? entry : null;
}

async function checkSeal(db: Statements, fsck: Fsck, seal: Seal, from: { names: number; proofs: number }, report: DatabaseReport, isOwn: boolean): Promise<void> {
  const read = async (log: 'names' | 'proofs') => ({ entries: await readEntries(db, log, from[log], seal[log].size), leaves: split(await readLeaves(db, log, from[log], seal[log].size)) });
  const [names, proofs] = [await read('names'), await read('proofs')];
  const notes = { names: seal.names.note, proofs: seal.proofs.note };
  const tiles = fsck.period({ names: names.entries, proofs: proofs.entries, leaves: { names: names.leaves, proofs: proofs.leaves }, ...(isOwn ? { notes } : {}) });
  for (const tile of tiles) fsck.tile(tile, await readTile(db, tile.log, tile.level, tile.index));
  report.seals += 1;
  report.notes.push(notes);
  for (const bytes of proofs.entries) report.assertions.push(toBase64(payloadHash(parseEnvelope(bytes, MAX_POLICY_BYTES))));
}

function split(hashes: Uint8Array): Uint8Array[] {
  const out: Uint8Array[] = [];
  for (let at = 0; at < hashes.length; at += 32) out.push(hashes.subarray(at, at + 32));
  return out;
}
