import type { Asker, Zone } from './zone';

/** Elsewhere answers what the zone cannot answer by itself: questions for a name's own servers, and for the upstream. */
export interface Elsewhere {
  /** answer takes the outcome of `zone.respond` (RECURSE or FORWARD) at once after it, and the query; null drops the query. It never throws. */
  answer(outcome: number, query: Uint8Array, zone: Zone, asker: Asker): Promise<Uint8Array | null>;
  close(): void;
}
