import { parseEntry } from '../core/registry/parse-entry';
import type { ValidatorEntry } from '../core/registry/token-entries';
import type { Statements } from '../storage/database';
import { sealByNumber } from '../storage/log-store';
import { type LastToken, lastTokens, readValidatorEntries } from '../storage/validator-store';
import type { LiveRegistry } from './live-registry';

/** Whoever gave no token on so many seals is not waited for: a key that is enrolled and silent holds up nobody. */
export const SILENT_SEALS = 60;

/** Known is how far the name log has been read for validators: each one's newest entry, and where that stands. */
interface Known {
  size: number;
  latest: Map<string, { entry: ValidatorEntry; index: number }>;
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
  return [...(await latestOf(where)).values()].map(({ entry }) => entry);
}

async function latestOf(where: Where): Promise<Known['latest']> {
  const { registry } = where;
  const before = known.get(registry) ?? Promise.resolve({ latest: new Map(), size: 0 });
  const reading = before.then((kept) => readOn(where, kept));
  known.set(registry, reading);
  // A failed read is made again from where the last good one stood.
  reading.catch(() => known.set(registry, before));
  return (await reading).latest;
}

/** enrolledValidators gives those who take part, by name. */
export async function enrolledValidators(where: Where): Promise<ValidatorEntry[]> {
  const all = await everyValidator(where);
  return all.filter(({ status }) => status === 'enrolled').toSorted((a, b) => (a.vkey < b.vkey ? -1 : 1));
}

/** activeValidators gives the keys of those whose tokens are waited for: see `activeAmong`. Who has read the last tokens of all already passes them on. */
export async function activeValidators(where: Where, read?: readonly LastToken[]): Promise<string[]> {
  const sinceSeal = Math.max(0, where.registry.head.number - SILENT_SEALS);
  const enrolled = [...(await latestOf(where)).values()].filter(({ entry }) => entry.status === 'enrolled').map(({ entry, index }) => ({ index, vkey: entry.vkey }));
  if (enrolled.length === 0) return [];
  const [tokens, seal] = await Promise.all([read ?? lastTokens(where.db, enrolled.map(({ vkey }) => vkey)), sealByNumber(where.db, sinceSeal)]);
  return activeAmong(enrolled, tokens, { seal: sinceSeal, size: seal?.names.size ?? 0 });
}

/** activeAmong picks, of enrolled validators and where their entries stand, those heard of since a seal and the size of its name log: by a token on it or a later one, or by enrolling after it. */
export function activeAmong(enrolled: readonly { index: number; vkey: string }[], tokens: readonly LastToken[], since: { seal: number; size: number }): string[] {
  const heard = new Set(tokens.filter(({ seal }) => seal >= since.seal).map(({ vkey }) => vkey));
  return enrolled.filter(({ index, vkey }) => heard.has(vkey) || index >= since.size).map(({ vkey }) => vkey);
}

/** quorumOf is how many tokens are more than half of so many validators. */
export function quorumOf(validators: number): number {
  return Math.floor(validators / 2) + 1;
}

async function readOn({ db, registry }: Where, { latest, size }: Known): Promise<Known> {
  const end = registry.head.names.size;
  if (end <= size) return { latest, size };
  const next = new Map(latest);
  for (const { bytes, index } of await readValidatorEntries(db, size, end)) {
    const entry = parseEntry(bytes);
    if (entry.type === 'validator') next.set(entry.vkey, { entry, index });
  }
  return { latest: next, size: end };
}
