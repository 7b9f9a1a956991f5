import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CopyRefusal } from '../../copy/copy-refusal';
import type { CopyReader } from '../../copy/copy-reader';
import { httpSource } from '../../copy/http-source';
import { equalBytes } from '../../core/bytes/bytes';
import { parseCheckpointBody } from '../../core/checkpoint/checkpoint';
import { parseNote, verifyNote } from '../../core/note/note';
import { Refusal, refuse } from '../../core/refusal';
import { TOKEN_AHEAD_SEC } from '../../core/registry/limits';
import { rootFromTiles } from '../../core/tlog/nodes';
import type { TokenPolicy } from '../../core/validation/token-policy';
import type { Io } from '../command';

const ASK_TIMEOUT_MS = 5_000;
const MAX_NOTE_BYTES = 1_000_000;
/** What this provider's own validator signed last. */
const COSIGNED_FILE = 'cosigned';

/** CopyTokens is how far a copy is covered by the tokens of a reader's policy. */
export interface CopyTokens {
  /** How many of the policy's validators have signed a beginning of this copy, lately enough; `of` is how many there are. */
  readonly count: number;
  readonly of: number;
  readonly threshold: number;
  /** As many entries of the name log have been checked by as many validators as are asked for. */
  readonly size: number;
  /** The time of the oldest token that is needed. */
  readonly kthTimeSec: number;
}

interface Token {
  readonly size: number;
  readonly timeSec: number;
}

/**
 * tokensOfCopy counts, by a reader's policy, the validators who have signed a beginning of this copy. It asks each of them where it has
 * an address, the source of the copy, and looks at what lies in the folder; who does not answer does not count, and no more is trusted.
 * @throws Refusal `too-few-tokens`, `stale-proof`, `bad-consistency`: a trusted validator has signed another log than this one.
 */
export async function tokensOfCopy(copy: CopyReader, policy: TokenPolicy, io: Pick<Io, 'clock' | 'fetch' | 'stop'>): Promise<CopyTokens> {
  const head = copy.needHead();
  const asked = await Promise.all([...policy.validators.flatMap(({ url }) => (url === null ? [] : [askNote(url, 'checkpoint', io)])), askNote(head.url, 'tlog/names/cosigned', io)]);
  const notes = [...asked, head.names.note, ownNote(copy.dir)].filter((note) => note !== null);
  const newest = new Map<string, Token>();
  for (const note of notes) for (const { name, token } of tokensOn(note, policy, copy)) if ((newest.get(name)?.timeSec ?? -1) < token.timeSec) newest.set(name, token);
  const nowSec = io.clock();
  const tokens = [...newest.values()].filter(({ timeSec }) => timeSec <= nowSec + TOKEN_AHEAD_SEC);
  const fresh = tokens.filter(({ timeSec }) => nowSec - timeSec <= policy.maxAgeSec);
  const { threshold } = policy;
  const of = policy.validators.length;
  if (tokens.length < threshold) refuse('too-few-tokens', `${tokens.length} of the validators you trust have signed this copy; you ask for ${threshold} of ${of}.`);
  if (fresh.length < threshold) refuse('stale-proof', `Only ${fresh.length} of the validators you trust have signed this copy within ${policy.maxAgeSec} seconds; you ask for ${threshold} of ${of}.`);
  const size = fresh.map((token) => token.size).toSorted((a, b) => b - a)[threshold - 1] ?? 0;
  const kthTimeSec = fresh.map(({ timeSec }) => timeSec).toSorted((a, b) => b - a)[threshold - 1] ?? 0;
  return { count: fresh.length, of, threshold, size, kthTimeSec };
}

/** tokensOn are the trusted tokens on a note about a beginning of the copy; a note about more than the copy holds says nothing yet. */
function tokensOn(note: string, policy: TokenPolicy, copy: CopyReader): { name: string; token: Token }[] {
  const verified = verifiedOn(note, policy);
  if (verified === null) return [];
  const { origin, size, root } = verified.checkpoint;
  const head = copy.needHead();
  if (size > head.names.size || origin !== `${head.origin}/tlog/names` || size < copy.names.first) return [];
  if (!equalBytes(rootFromTiles(size, (ref) => copy.names.tile(ref)), root)) return refuse('bad-consistency', `${verified.tokens[0]?.name ?? 'A validator'} has signed another log than this copy: one of ${size} entries with another root.`);
  return verified.tokens.map(({ name, timeSec }) => ({ name, token: { size, timeSec } }));
}

function verifiedOn(note: string, policy: TokenPolicy) {
  try {
    const { text, verified } = verifyNote(parseNote(note), policy.validators.map(({ vkey }) => vkey));
    return { checkpoint: parseCheckpointBody(text), tokens: verified.map(({ vkey, timeSec }) => ({ name: vkey.name, timeSec: timeSec ?? 0 })) };
  } catch (error) {
    // no trusted signature, or not a note at all: then it says nothing
    if (error instanceof Refusal) return null;
    throw error;
  }
}

async function askNote(url: string, path: string, { fetch, stop }: Pick<Io, 'fetch' | 'stop'>): Promise<string | null> {
  try {
    const bytes = await httpSource(url, { fetch, retries: 0, stop, timeoutMs: ASK_TIMEOUT_MS }).file(path, MAX_NOTE_BYTES);
    return bytes === null ? null : Buffer.from(bytes).toString('utf8');
  } catch (error) {
    if (error instanceof CopyRefusal) return null;
    throw error;
  }
}

function ownNote(dir: string): string | null {
  try {
    return readFileSync(join(dir, COSIGNED_FILE), 'utf8');
  } catch {
    return null;
  }
}
