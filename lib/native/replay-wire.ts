import type { ParsedAssertion } from '../core/assertion/parse';
import { rereadAssertion } from '../core/assertion/reread';
import type { RefusalCode } from '../core/refusal';

/*
 * What travels between the thread that replays and those that check for it. Copying an object from thread to thread costs more
 * than checking its signature, so entries go over as one block of bytes, and what comes back is only what would have to be computed again.
 */

/** CheckJob asks for a stretch of proof-log entries: `bytes` joined, `ends` where each one stops. */
export interface CheckJob {
  id: number;
  bytes: Uint8Array<ArrayBuffer>;
  ends: Uint32Array<ArrayBuffer>;
}

/** CheckAnswer is what a worker found: every entry good, or the first bad one (`at` counts from the stretch's first). */
export type CheckAnswer =
  | { id: number; kind: 'good'; signatures: number; text: string }
  | { id: number; kind: 'bad'; at: number; code: RefusalCode; detail: string }
  | { id: number; kind: 'fault'; message: string };

/** Found is `Findings` of one entry, as it travels. */
type Found = [hash: string] | [hash: string, certificateHash: string, udf: string];

/** packEntries joins entries for a job. */
export function packEntries(id: number, entries: readonly Uint8Array[]): CheckJob {
  const ends = new Uint32Array(entries.length);
  let at = 0;
  for (const [i, entry] of entries.entries()) {
    at += entry.length;
    ends[i] = at;
  }
  const bytes = new Uint8Array(at);
  at = 0;
  for (const entry of entries) {
    bytes.set(entry, at);
    at += entry.length;
  }
  return { id, bytes, ends };
}

/** findingsText is what a worker sends of the assertions it has parsed and checked. */
export function findingsText(parsed: readonly ParsedAssertion[]): string {
  const found = parsed.map(({ certificate, hash }): Found => (certificate === null ? [hash] : [hash, certificate.hash, certificate.udf]));
  return JSON.stringify(found);
}

/** assertionsFrom makes the parsed assertions of `entries` from a worker's text. */
export function assertionsFrom(text: string, entries: readonly Uint8Array[]): ParsedAssertion[] {
  const found = JSON.parse(text) as Found[];
  return entries.map((bytes, i) => {
    const [hash = '', certificateHash, udf] = found[i] ?? [];
    return rereadAssertion(bytes, { certificate: certificateHash === undefined || udf === undefined ? null : { hash: certificateHash, udf }, hash });
  });
}
