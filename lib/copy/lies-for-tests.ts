import { toBase64 } from '../core/bytes/base64';
import { checkpointToSign, formatCheckpoint } from '../core/checkpoint/checkpoint';
import { signWith } from '../core/keys/sign';
import { MapTree } from '../core/map/tree';
import type { FixtureRegistry } from '../core/assertion/fixtures';
import type { FixtureLog } from '../core/registry/fixture-log';
import { parseEntry, parseSeal } from '../core/registry/parse-entry';
import { logOrigin } from '../core/registry/policy';
import { type NameLogEntry, type SealEntry, encodeEntry, keyText, stateValue } from '../core/registry/state';
import { appendLeaves, emptyEdge, headOf } from '../core/tlog/edge';
import { leafHash } from '../core/tlog/hash';
import { isSealBytes } from '../core/validation/replay';
import { FlatTable } from './flat-table';
import { slotWrites } from './entry-slots';
import type { LogName } from './layout';
import type { TestSource } from './source-for-tests';

/*
 * What a registry that lies would serve: logs that are not what they should be, with hashes, map roots and signatures that are
 * right for them, so that only what is said is wrong.
 */

/** signedNote signs a log's head as the registry does. */
export function signedNote(world: FixtureRegistry, log: LogName, entries: readonly Uint8Array[]): string {
  const head = headOf(appendLeaves(emptyEdge(), entries.map(leafHash)).edge);
  const toSign = checkpointToSign({ origin: logOrigin(world.origin, log), ...head });
  return formatCheckpoint(toSign, [signWith(toSign, world.logs[log].seed)]);
}

/** mapOf is the map that name-log entries make. */
export function mapOf(names: readonly Uint8Array[]): MapTree {
  const map = new MapTree();
  const table = FlatTable.withRoom(0);
  const values = new Map<string, Uint8Array>();
  for (const [index, bytes] of names.entries()) {
    if (isSealBytes(bytes)) continue;
    const entry: NameLogEntry = parseEntry(bytes);
    if (entry.type === 'seal') continue;
    for (const write of slotWrites(entry, index, table)) {
      table.set(write.key, write.index, write.tenure);
      const value = write.moved === null ? stateValue(bytes) : (values.get(keyText(write.moved)) ?? stateValue(bytes));
      values.set(keyText(write.key), value);
      map.stage([{ key: write.key, value }]).commit();
    }
  }
  return map;
}

/** Lie is what a twist may change of the last period: its name-log entries without the seal, its proof-log entries, fields of the seal. */
export interface Lie {
  names?: (entries: Uint8Array[]) => Uint8Array[];
  proofs?: (entries: Uint8Array[]) => Uint8Array[];
  seal?: (seal: SealEntry) => SealEntry;
}

/** tellLie makes a source serve a log whose last seal is a lie, and otherwise consistent: hashes, map and signatures fit it. */
export function tellLie(source: TestSource, log: FixtureLog, lie: Lie): void {
  const last = log.seals.at(-1);
  if (last === undefined) throw new Error('nothing is sealed yet');
  const names = log.names.slice(0, last.names.first);
  const proofs = log.proofs.slice(0, last.proofs.first);
  const period = log.names.slice(last.names.first, -1);
  names.push(...(lie.names?.(period) ?? period));
  const assertions = log.proofs.slice(last.proofs.first);
  proofs.push(...(lie.proofs?.(assertions) ?? assertions));
  const map = mapOf(names);
  const proofsHead = headOf(appendLeaves(emptyEdge(), proofs.map(leafHash)).edge);
  const honest = parseSeal(log.names.at(-1) ?? new Uint8Array(0));
  const seal: SealEntry = {
    ...honest,
    covers: [last.proofs.first, proofs.length],
    map: { root: toBase64(map.root()), size: map.size },
    proofs: { root: toBase64(proofsHead.root), size: proofs.length },
  };
  names.push(encodeEntry(lie.seal?.(seal) ?? seal));
  showLogs(source, log.world, names, proofs);
}

/** showLogs makes a source serve these logs, signed. */
export function showLogs(source: TestSource, world: FixtureRegistry, names: Uint8Array[], proofs: Uint8Array[]): void {
  source.logs = {
    names: { entries: names, note: signedNote(world, 'names', names) },
    proofs: { entries: proofs, note: signedNote(world, 'proofs', proofs) },
  };
}
