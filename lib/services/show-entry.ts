import { toBase64 } from '../core/bytes/base64';
import { sha256 } from '../core/bytes/sha256';
import { parseEnvelope, payloadBytes } from '../core/keys/dsse';
import { MAX_POLICY_BYTES } from '../core/registry/limits';
import { parseEntry } from '../core/registry/parse-entry';
import { leafHash } from '../core/tlog/hash';
import type { EntryInfo, LogEntry } from '../client/wire';
import type { LogName, Seal } from '../storage/log-store';
import { readEntries, sealOfEntry } from '../storage/log-store';
import { findAssertions } from '../storage/pending-store';
import type { AppContext } from './app-context';
import { catchUp } from './catch-up';
import { proveInclusion } from './prove-entry';

/** showEntry gives a sealed entry with its proof under the newest checkpoint, at least that of size `fromSize` if there is one, or null beyond the log's end. */
export async function showEntry(ctx: AppContext, { log, index, fromSize = null }: { log: LogName; index: number; fromSize?: number | null }): Promise<EntryInfo | null> {
  await catchUp(ctx, log, fromSize);
  const { head } = ctx.registry;
  const { size } = head[log];
  if (!Number.isSafeInteger(index) || index < 0 || index >= size) return null;
  const [bytes] = await readEntries(ctx.db, log, index, index + 1);
  const seal = await sealOfEntry(ctx.db, log, index);
  if (bytes === undefined || seal === null) return null;
  const proof = await proveInclusion(ctx, log, index, size);
  const [paired] = await pairedWith(ctx, log, [bytes]);
  return {
    ...entryOf(log, index, bytes, seal, paired ?? null),
    size,
    leafHash: toBase64(leafHash(bytes)),
    proof: proof.map(toBase64),
    checkpoint: head.notes[log],
  };
}

/** entryOf is one entry as a list shows it. */
export function entryOf(log: LogName, index: number, bytes: Uint8Array, seal: Pick<Seal, 'number' | 'timeSec'>, paired: number | null): LogEntry {
  const other = log === 'names' ? 'proofs' : 'names';
  return { log, index, bytes: toBase64(bytes), seal: seal.number, timeSec: seal.timeSec, paired: paired === null ? null : { log: other, index: paired } };
}

/** pairedWith gives for each entry the index of the entry in the other log that belongs to it: the assertion of a record, the record of an assertion. */
export async function pairedWith(ctx: AppContext, log: LogName, entries: readonly Uint8Array[]): Promise<(number | null)[]> {
  if (log === 'names') {
    return entries.map((bytes) => {
      const entry = parseEntry(bytes);
      return entry.type === 'seal' ? null : entry.proof;
    });
  }
  const hashes = entries.map((bytes) => sha256(payloadBytes(parseEnvelope(bytes, MAX_POLICY_BYTES))));
  const found = await findAssertions(ctx.db, hashes);
  return hashes.map((hash) => {
    const place = found.get(Buffer.from(hash).toString('hex'));
    return place?.state === 'sealed' ? place.nameIndex : null;
  });
}
