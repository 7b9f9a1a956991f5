import { invariant, refuse } from '../refusal';
import { TILE_WIDTH } from './tile-path';

/** MAX_ENTRY_BYTES is the longest entry a bundle can hold: its length is a 16-bit number. */
export const MAX_ENTRY_BYTES = 65_535;

/** encodeBundle writes 1 to 256 entries one after another, each behind its length as u16 big-endian (C2SP tlog-tiles). */
export function encodeBundle(entries: readonly Uint8Array[]): Uint8Array {
  invariant(entries.length >= 1 && entries.length <= TILE_WIDTH, 'a bundle holds 1 to 256 entries');
  let sizeBytes = 0;
  for (const entry of entries) {
    invariant(entry.length <= MAX_ENTRY_BYTES, 'an entry is longer than 65,535 bytes');
    sizeBytes += 2 + entry.length;
  }
  const out = new Uint8Array(sizeBytes);
  let at = 0;
  for (const entry of entries) {
    out[at] = entry.length >> 8;
    out[at + 1] = entry.length & 0xff;
    out.set(entry, at + 2);
    at += 2 + entry.length;
  }
  return out;
}

/**
 * parseBundle reads exactly `count` entries (1 to 256). The entries are views of `bytes`, not copies.
 * Refuses `bad-bundle` if anything is missing or left over.
 */
export function parseBundle(bytes: Uint8Array, count: number): Uint8Array[] {
  if (!Number.isInteger(count) || count < 1 || count > TILE_WIDTH) refuse('bad-bundle', 'A bundle holds 1 to 256 entries.');
  const entries: Uint8Array[] = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + 2 > bytes.length) refuse('bad-bundle', `The bundle ends before its entry ${i}.`);
    const lengthBytes = ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
    const end = at + 2 + lengthBytes;
    if (end > bytes.length) refuse('bad-bundle', `The bundle ends inside its entry ${i}.`);
    entries.push(bytes.subarray(at + 2, end));
    at = end;
  }
  if (at !== bytes.length) refuse('bad-bundle', `The bundle goes on after its ${count} entries.`);
  return entries;
}
