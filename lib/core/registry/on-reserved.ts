import type { MarkPayload, ReleasePayload, ReservePayload } from '../assertion/payloads';
import { ZERO } from '../assertion/payloads';
import { refuse } from '../refusal';
import type { SealContext } from './seal-context';
import { type ReservedEntry, type StateReader, readReserved } from './state';

/**
 * onReserved reserves a name, records a mark for it, or releases it. `name` is a skeleton and stands for every name that
 * is equal to it without hyphens. Names already registered are not touched.
 * @throws Refusal `stale-prev`, `nothing-changes`, `unknown-name` (a release of what was never reserved).
 */
export function onReserved(payload: ReservePayload | MarkPayload | ReleasePayload, hash: string, state: StateReader, at: SealContext): ReservedEntry[] {
  const known = readReserved(state, payload.name);
  const { entry } = known ?? { entry: null };
  if (payload.prev !== (entry?.head ?? ZERO)) refuse('stale-prev', `Another change to the reservation of ${payload.name} came first.`);
  if (payload.type === 'release') {
    if (entry === null) return refuse('unknown-name', `${payload.name} is not reserved.`);
    if (entry.status === 'released') refuse('nothing-changes', `${payload.name} is released already.`);
  }
  if (payload.type === 'reserve' && entry?.status === 'reserved' && entry.reason === payload.reason) {
    refuse('nothing-changes', `${payload.name} is reserved already, for this reason.`);
  }
  return [
    {
      head: hash,
      mark: payload.type === 'mark' ? payload.mark : null,
      name: payload.name,
      prev: known?.index ?? null,
      proof: at.proofIndex,
      reason: payload.type === 'mark' ? '' : payload.reason,
      status: payload.type === 'reserve' ? 'reserved' : payload.type === 'mark' ? 'mark' : 'released',
      type: 'reserved',
    },
  ];
}
