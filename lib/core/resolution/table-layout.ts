import type { Ended, Registration } from '../registry/state';
import type { AsOf, TenureFacts } from './reader';

/*
 * All names in one flat array of u32, about 33 bytes each and the name, and nothing that a garbage collector has to look at. One row a
 * tenure; a row's number is the place of its first word, so that looking a name up touches as little memory as can be:
 *   0  its ordinal, by which its UDF is kept elsewhere (`UdfStore`, 33 bytes each)
 *   1  service, 2 dns: numbers in their sets, 0 = none
 *   3  sinceSec
 *   4  the row of the next lower tenure, 5 the row before of the same identity; 0 = none
 *   6  low word of the log index
 *   7  tenure (20 bits) | name length (6) | word 2 is an IPv4 address (1) | high bits of the index (5)
 *   8… one byte of flags (registration (2 bits) | ended (2) | disputed | pending transfer | pending reassignment | reversed),
 *      the name, zeros up to a whole word
 * There are two hash tables, of names (row of the highest tenure) and of UDFs (newest row).
 */

export const FIXED_WORDS = 8;
/** INLINE_ADDRESS marks a row whose only DNS server is the IPv4 address in its third word. */
export const INLINE_ADDRESS = 32;
export const INDEX_HIGH = 31;
export const UDF_BYTES = 33;
/** Short UDFs have 140 bits, so what is hashed is what they are sure to have in whole bytes. */
export const UDF_HASHED_BYTES = 17;
export const UDF_BITS = 260;
export const REGISTRATIONS: readonly Registration[] = ['initial', 'transfer', 'reassigned'];
export const ENDS: readonly Ended[] = [null, 'transfer', 'reassignment', 'unpaid'];
export const DISPUTED = 16;
export const PENDING_TRANSFER = 32;
export const PENDING_REASSIGNMENT = 64;
export const REVERSED = 128;
/** ALIVE_ENDS has a bit for each value of `ended` with which a tenure still routes. */
export const ALIVE_ENDS = (1 << ENDS.indexOf(null)) | (1 << ENDS.indexOf('reassignment'));

/** TableCounts says how much of each array is in use, and as of which seal: all that is needed beside the arrays. */
export interface TableCounts {
  readonly seed: number;
  readonly rows: number;
  readonly names: number;
  readonly udfs: number;
  readonly words: number;
  readonly services: number;
  readonly serviceBytes: number;
  readonly serviceSlots: number;
  readonly lists: number;
  readonly listBytes: number;
  readonly listSlots: number;
  readonly maxTenure: number;
  readonly quietSec: number;
  readonly asOf: AsOf;
}

/** flagsOf packs what a tenure's row says in one byte. */
export function flagsOf(facts: TenureFacts): number {
  return (
    REGISTRATIONS.indexOf(facts.registration) |
    (ENDS.indexOf(facts.ended) << 2) |
    (facts.disputed ? DISPUTED : 0) |
    (facts.pendingTransfer ? PENDING_TRANSFER : 0) |
    (facts.pendingReassignment ? PENDING_REASSIGNMENT : 0) |
    (facts.reversed ? REVERSED : 0)
  );
}

/** readFlags is the inverse of `flagsOf`. */
export function readFlags(flags: number): Pick<TenureFacts, 'registration' | 'ended' | 'disputed' | 'pendingTransfer' | 'pendingReassignment' | 'reversed'> {
  return {
    registration: REGISTRATIONS[flags & 3] ?? 'initial',
    ended: ENDS[(flags >> 2) & 3] ?? null,
    disputed: (flags & DISPUTED) !== 0,
    pendingTransfer: (flags & PENDING_TRANSFER) !== 0,
    pendingReassignment: (flags & PENDING_REASSIGNMENT) !== 0,
    reversed: (flags & REVERSED) !== 0,
  };
}
