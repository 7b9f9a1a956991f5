import type { RecordEntry, StateEntry } from '../core/registry/state';
import { nameKey, stateKeyOf } from '../core/registry/state';
import { invariant } from '../core/refusal';

/** Slots is what knows, for each key of the map, the newest entry's name-log index, and of a record the tenure. */
export interface Slots {
  indexOf(key: Uint8Array): number | null;
  tenureOf(key: Uint8Array): number;
}

/** SlotWrite puts an entry under a key. `moved` is the key it stood under before, if it is an older one that makes room. */
export interface SlotWrite {
  readonly key: Uint8Array;
  readonly index: number;
  readonly tenure: number;
  readonly moved: Uint8Array | null;
}

/**
 * slotWrites says which keys of the map a new name-log entry changes (DESIGN §3.6): its own; and for the first record of a
 * higher tenure also `name.N`, where the record before moves to.
 */
export function slotWrites(entry: StateEntry, index: number, slots: Slots): SlotWrite[] {
  if (entry.type === 'record') return recordWrites(entry, index, slots);
  const key = stateKeyOf(entry);
  invariant(key !== null, 'only seals have no key');
  return [{ index, key, moved: null, tenure: 0 }];
}

function recordWrites({ name, tenure }: RecordEntry, index: number, slots: Slots): SlotWrite[] {
  const own = nameKey(name);
  const highest = slots.indexOf(own);
  if (highest === null) return [{ index, key: own, moved: null, tenure }];
  const highestTenure = slots.tenureOf(own);
  if (highestTenure === tenure) return [{ index, key: own, moved: null, tenure }];
  if (highestTenure > tenure) return [{ index, key: nameKey(name, tenure), moved: null, tenure }];
  return [
    { index: highest, key: nameKey(name, highestTenure), moved: own, tenure: highestTenure },
    { index, key: own, moved: null, tenure },
  ];
}
