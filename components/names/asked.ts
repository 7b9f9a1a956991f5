import { canonicalName, formatTenureName, parseTenureName } from '../../lib/core/assertion/name';
import { Refusal } from '../../lib/core/refusal';

/** Asked is the name in the address of a page; `tenure` null means the current one. */
export interface Asked {
  /** As it stands in the address, without @. */
  typed: string;
  /** As it is written: `alice` or `alice.0`. */
  written: string;
  name: string;
  tenure: number | null;
}

/** readAsked reads the name in a page's address (percent-encoded), or gives null for what can't be a name. */
export function readAsked(segment: string): Asked | null {
  try {
    const typed = decodeURIComponent(segment).replace(/^@/, '');
    const dot = /^(.+)\.([0-9]+)$/.exec(typed);
    const folded = dot ? `${canonicalName(dot[1] ?? '')}.${dot[2]}` : canonicalName(typed);
    const pinned = dot ? parseTenureName(folded) : null;
    if (dot && !pinned) return null;
    const name = pinned?.name ?? folded;
    const tenure = pinned?.tenure ?? null;
    return { typed, written: tenure === null ? name : formatTenureName(name, tenure), name, tenure };
  } catch (error) {
    if (error instanceof Refusal || error instanceof URIError) return null;
    throw error;
  }
}
