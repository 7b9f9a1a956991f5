import { toBase64 } from '../bytes/base64';
import { parseDecimal } from '../bytes/decimal';
import { parseNote, verifyNote } from '../note/note';
import { COSIGNATURE, formatVkey, isKeyName, parseVkey, type Vkey } from '../note/vkey';
import { Refusal, refuse } from '../refusal';
import { TOKEN_AHEAD_SEC } from '../registry/limits';

/** TrustedValidator is a validator whose tokens a reader counts. */
export interface TrustedValidator {
  readonly name: string;
  readonly vkey: Vkey;
  /** where its own last checkpoint and its evidence are, or null */
  readonly url: string | null;
}

/**
 * TokenPolicy says whose tokens a reader counts, how many of them it asks for, and how old the newest so many may be. It comes from
 * the reader's provider or with the program, never from the registry.
 */
export interface TokenPolicy {
  readonly validators: readonly TrustedValidator[];
  /** more than half of the validators, so that two halves can't be shown two logs */
  readonly threshold: number;
  readonly maxAgeSec: number;
}

/** MAX_TOKEN_POLICY_BYTES and MAX_TRUSTED_VALIDATORS bound a policy; the specification asks for room for 32. */
export const MAX_TOKEN_POLICY_BYTES = 65_536;
export const MAX_TRUSTED_VALIDATORS = 100;
/** DEFAULT_MAX_AGE_SEC is how old tokens may be unless the policy says otherwise: ten minutes. */
export const DEFAULT_MAX_AGE_SEC = 600;
const MAX_MAX_AGE_SEC = 315_360_000;

/**
 * parseTokenPolicy reads a policy in the form of c2sp.org/tlog-policy: lines `log <vkey> [<url>]` (checked and otherwise passed over:
 * the log's keys come from the registry's own policies), `witness <name> <vkey> [<url>]` with keys of type 4, one `group <name>
 * <k>|any|all <witness>…` and `quorum <name>`; blank lines and lines that begin with `#` say nothing, but for our own
 * `# max-age <seconds>`. Groups of groups are refused, and so is a quorum that is not more than half.
 * @throws Refusal `bad-token-policy`, `too-large`.
 */
export function parseTokenPolicy(text: string): TokenPolicy {
  if (text.length > MAX_TOKEN_POLICY_BYTES) refuse('too-large', `A token policy of more than ${MAX_TOKEN_POLICY_BYTES} characters is not read.`);
  const read: Draft = { groups: new Map(), maxAgeSec: null, quorum: null, witnesses: new Map() };
  for (const [at, line] of text.split(/\r?\n/).entries()) readLine(read, line.trim(), at + 1);
  const { quorum } = read;
  if (quorum === null) return bad('There is no line `quorum`.');
  if (quorum.threshold * 2 <= quorum.members.length) {
    bad(`${quorum.threshold} of ${quorum.members.length} is not more than half: two halves could be shown two different logs.`);
  }
  return { maxAgeSec: read.maxAgeSec ?? DEFAULT_MAX_AGE_SEC, threshold: quorum.threshold, validators: quorum.members };
}

/** formatTokenPolicy writes a policy in that form. */
export function formatTokenPolicy({ maxAgeSec, threshold, validators }: TokenPolicy): string {
  const witnesses = validators.map(({ name, url, vkey }) => `witness ${name} ${formatVkey(vkey)}${url === null ? '' : ` ${url}`}`);
  return [`# max-age ${maxAgeSec}`, ...witnesses, `group validators ${threshold} ${validators.map(({ name }) => name).join(' ')}`, 'quorum validators', ''].join('\n');
}

/** CountedTokens is what a checkpoint has of a policy's tokens. */
export interface CountedTokens {
  readonly count: number;
  /** whose, newest first */
  readonly names: readonly string[];
  /** time of the token which makes the quorum, newest first: so old is what the quorum says */
  readonly kthTimeSec: number;
}

/**
 * checkTokens counts the tokens on a signed checkpoint by a reader's policy. Lines of others are passed over; one that claims to be by a
 * trusted validator must verify. A token of a time that lies ahead does not count. With `nowSec` null age is not judged: for files.
 * @throws Refusal `too-few-tokens`, `stale-proof`, `bad-signature`, and what `parseNote` refuses.
 */
export function checkTokens(note: string, policy: TokenPolicy, nowSec: number | null): CountedTokens {
  const times = new Map(policy.validators.map(({ name, vkey }) => [vkey, { name, timeSec: 0 }]));
  const counted = verifiedTokens(note, policy)
    .map(({ timeSec, vkey }) => ({ name: times.get(vkey)?.name ?? vkey.name, timeSec: timeSec ?? 0 }))
    .filter(({ timeSec }) => nowSec === null || timeSec <= nowSec + TOKEN_AHEAD_SEC)
    .toSorted((a, b) => b.timeSec - a.timeSec);
  const kth = counted[policy.threshold - 1];
  if (kth === undefined) return refuse('too-few-tokens', `${counted.length} of the validators you trust have checked this log so far; you ask for ${policy.threshold} of ${policy.validators.length}.`);
  if (nowSec !== null && nowSec - kth.timeSec > policy.maxAgeSec) refuse('stale-proof', `The tokens are ${nowSec - kth.timeSec} seconds old; you allow ${policy.maxAgeSec}.`);
  return { count: counted.length, kthTimeSec: kth.timeSec, names: counted.map(({ name }) => name) };
}

function verifiedTokens(note: string, policy: TokenPolicy) {
  try {
    return verifyNote(parseNote(note), policy.validators.map(({ vkey }) => vkey)).verified;
  } catch (error) {
    // None at all is too few, and no reason to distrust the note: the log's own line is looked at elsewhere.
    if (error instanceof Refusal && error.code === 'untrusted-note') return [];
    throw error;
  }
}

interface Group {
  readonly members: readonly TrustedValidator[];
  readonly threshold: number;
}

interface Draft {
  readonly witnesses: Map<string, TrustedValidator>;
  readonly groups: Map<string, Group>;
  quorum: Group | null;
  maxAgeSec: number | null;
}

function readLine(read: Draft, line: string, number: number): void {
  const age = /^#\s*max-age\s+(\S+)$/.exec(line);
  if (age !== null) {
    const maxAgeSec = parseDecimal(age[1] ?? '');
    if (maxAgeSec === null || maxAgeSec < 1 || maxAgeSec > MAX_MAX_AGE_SEC || read.maxAgeSec !== null) return bad(`Line ${number}: one max-age, in whole seconds.`);
    read.maxAgeSec = maxAgeSec;
    return;
  }
  if (line === '' || line.startsWith('#')) return;
  const [keyword, ...words] = line.split(/[ \t]+/);
  switch (keyword) {
    case 'log':
      if (words.length < 1 || words.length > 2) bad(`Line ${number}: log <verifier key> [<address>].`);
      readVkey(words[0] ?? '', number);
      return;
    case 'witness':
      return readWitness(read, words, number);
    case 'group':
      return readGroup(read, words, number);
    case 'quorum':
      if (words.length !== 1 || read.quorum !== null) bad(`Line ${number}: there is one quorum, of one name.`);
      read.quorum = readQuorum(read, words[0] ?? '', number);
      return;
    default:
      return bad(`Line ${number} is neither log, witness, group nor quorum.`);
  }
}

function readWitness(read: Draft, words: readonly string[], number: number): void {
  const [name = '', key = '', url = null] = words;
  if (words.length < 2 || words.length > 3) bad(`Line ${number}: witness <name> <verifier key> [<address>].`);
  checkName(read, name, number);
  const vkey = readVkey(key, number);
  if (vkey.type !== COSIGNATURE) bad(`Line ${number}: a validator signs with a cosignature key, type 4.`);
  if (read.witnesses.size >= MAX_TRUSTED_VALIDATORS) bad(`A policy names at most ${MAX_TRUSTED_VALIDATORS} validators.`);
  const key64 = toBase64(vkey.publicKey);
  for (const other of read.witnesses.values()) if (toBase64(other.vkey.publicKey) === key64) bad(`Line ${number}: this key stands here twice.`);
  if (url !== null && !/^https?:\/\/[^\s]+$/.test(url)) bad(`Line ${number}: an address begins with https:// or http://.`);
  read.witnesses.set(name, { name, url, vkey });
}

function readGroup(read: Draft, words: readonly string[], number: number): void {
  const [name = '', rule = '', ...names] = words;
  checkName(read, name, number);
  const members = names.map((member) => {
    if (read.groups.has(member)) return bad(`Line ${number}: groups of groups are not read here.`);
    return read.witnesses.get(member) ?? bad(`Line ${number}: ${member} is not named before.`);
  });
  const threshold = rule === 'any' ? 1 : rule === 'all' ? members.length : parseDecimal(rule);
  if (new Set(members).size !== members.length) bad(`Line ${number}: a validator counts once.`);
  if (threshold === null || threshold < 1 || threshold > members.length) return bad(`Line ${number}: group <name> any|all|<number> <validator>…`);
  for (const group of read.groups.values()) if (group.members.some((member) => members.includes(member))) bad(`Line ${number}: a validator stands in one group.`);
  read.groups.set(name, { members, threshold });
}

/** readQuorum: as in a group, what a quorum names stands before it. */
function readQuorum(read: Draft, name: string, number: number): Group {
  if (name === 'none') return bad(`Line ${number}: the quorum is none, which trusts nobody.`);
  const witness = read.witnesses.get(name);
  if (witness !== undefined) return { members: [witness], threshold: 1 };
  return read.groups.get(name) ?? bad(`Line ${number}: the quorum ${name} is not named before.`);
}

function checkName(read: Draft, name: string, number: number): void {
  if (!isKeyName(name) || name === 'none') bad(`Line ${number}: this is not a name.`);
  if (read.witnesses.has(name) || read.groups.has(name)) bad(`Line ${number}: ${name} is named twice.`);
}

function readVkey(text: string, number: number): Vkey {
  try {
    return parseVkey(text);
  } catch (error) {
    if (error instanceof Refusal) return bad(`Line ${number}: ${error.detail}`);
    throw error;
  }
}

function bad(detail: string): never {
  return refuse('bad-token-policy', detail);
}
