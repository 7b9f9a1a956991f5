import { parseEntry } from '../core/registry/parse-entry';
import type { ValidatorEntry } from '../core/registry/token-entries';
import type { Statements } from '../storage/database';
import { readValidatorEntries } from '../storage/validator-store';
import type { LiveRegistry } from './live-registry';

/** Known is how far the name log has been read for validators. */
interface Known {
  size: number;
  latest: Map<string, ValidatorEntry>;
}

const known = new WeakMap<LiveRegistry, Promise<Known>>();

/** Where is a registry and its database. */
export interface Where {
  db: Statements;
  registry: LiveRegistry;
}

/**
 * everyValidator gives every validator there ever was, as it stands at the newest seal, enrolled or retired. It is for lists and for
 * finding a key by its name; who may give tokens is asked of the state, which the map confirms.
 */
export async function everyValidator(where: Where): Promise<ValidatorEntry[]> {
  const { registry } = where;
  const before = known.get(registry) ?? Promise.resolve({ latest: new Map<string, ValidatorEntry>(), size: 0 });
  const reading = before.then((kept) => readOn(where, kept));
  known.set(registry, reading);
  // A failed read is made again from where the last good one stood.
  reading.catch(() => known.set(registry, before));
  return [...(await reading).latest.values()];
}

/** enrolledValidators gives those who take part, by name. */
export async function enrolledValidators(where: Where): Promise<ValidatorEntry[]> {
  const all = await everyValidator(where);
  return all.filter(({ status }) => status === 'enrolled').toSorted((a, b) => (a.vkey < b.vkey ? -1 : 1));
}

/** quorumOf is how many tokens are more than half of so many validators. */
export function quorumOf(enrolled: number): number {
  return Math.floor(enrolled / 2) + 1;
}

async function readOn({ db, registry }: Where, { latest, size }: Known): Promise<Known> {
  const end = registry.head.names.size;
  if (end <= size) return { latest, size };
  const next = new Map(latest);
  for (const { bytes } of await readValidatorEntries(db, size, end)) {
    const entry = parseEntry(bytes);
    if (entry.type === 'validator') next.set(entry.vkey, entry);
  }
  return { latest: next, size: end };
}
