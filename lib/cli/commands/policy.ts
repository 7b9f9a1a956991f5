import { formatVkey, parseVkey } from '../../core/note/vkey';
import { DEFAULT_MAX_AGE_SEC, type TokenPolicy, type TrustedValidator } from '../../core/validation/token-policy';
import { refuseCli } from '../cli-refusal';
import { type Command, type CommandArgs, type Io, UsageError, neededOption, numberOption, textOption } from '../command';
import { peerAddress, readPeers, readTokenPolicy, writePeers, writeTokenPolicy } from '../policy/provider-policy';

/** command is `mns policy`. */
export const command: Command = {
  name: 'policy',
  options: { data: { type: 'string' }, k: { short: 'k', type: 'string' }, 'max-age': { type: 'string' } },
  summary: 'whose tokens this provider counts, how many of them it asks for, and its peers',
  usage: `mns policy [show|add|remove|peer|unpeer] … --data DIR

  show                    whose tokens count, how many are asked for, how old they may be; and the peers (default)
  add KEY [ADDRESS]       count the tokens of a validator; KEY is its verifier key, ADDRESS where it serves its copy
  remove NAME             count them no more
  peer ADDRESS            compare heads with this provider each minute; validators with an address are compared anyway
  unpeer ADDRESS          no more

  -k N                    how many tokens are asked for: more than half of the validators, which is also the default
  --max-age SECONDS       how old they may be (default ${DEFAULT_MAX_AGE_SEC})

The registry has no say in this: it is kept in DIR/policy.txt (c2sp.org/tlog-policy) and DIR/peers.txt.`,
  run: (args, io) => Promise.resolve(policy(args, io)),
};

const EMPTY: TokenPolicy = { maxAgeSec: DEFAULT_MAX_AGE_SEC, threshold: 0, validators: [] };

function policy(args: CommandArgs, io: Io): number {
  const dir = neededOption(args, 'data');
  const [verb = 'show', first, second, ...more] = args.positionals;
  if (more.length > 0) throw new UsageError('there is too much after the command');
  const before = readTokenPolicy(dir) ?? EMPTY;
  switch (verb) {
    case 'show':
      if (textOption(args, 'k') !== null || textOption(args, 'max-age') !== null) save(dir, args, before.validators, before);
      break;
    case 'add':
      save(dir, args, added(before.validators, first ?? needed('KEY'), second ?? null), before);
      break;
    case 'remove':
      save(dir, args, without(before.validators, first ?? needed('NAME')), before);
      break;
    case 'peer':
      writePeers(dir, [...new Set([...readPeers(dir), peerAddress(first ?? needed('ADDRESS'))])]);
      break;
    case 'unpeer':
      writePeers(dir, readPeers(dir).filter((peer) => peer !== peerAddress(first ?? needed('ADDRESS'))));
      break;
    default:
      throw new UsageError(`there is no mns policy ${verb}`);
  }
  for (const line of policyLines(dir)) io.out(line);
  return 0;
}

/** policyLines show a provider's policy to people. */
function policyLines(dir: string): string[] {
  const policy = readTokenPolicy(dir);
  const peers = readPeers(dir);
  const lines = policy === null ? ['tokens: nobody’s are counted yet (mns policy add KEY)'] : [`tokens: ${policy.threshold} of ${policy.validators.length} asked for, not older than ${policy.maxAgeSec} s`];
  for (const { url, vkey } of policy?.validators ?? []) lines.push(`  ${formatVkey(vkey)}${url === null ? '' : `  ${url}`}`);
  lines.push(peers.length === 0 ? 'peers: none beside the validators that have an address' : 'peers, compared each minute:', ...peers.map((peer) => `  ${peer}`));
  return lines;
}

function added(validators: readonly TrustedValidator[], key: string, url: string | null): TrustedValidator[] {
  const vkey = parseVkey(key);
  return [...validators.filter(({ name }) => name !== vkey.name), { name: vkey.name, url: url === null ? null : peerAddress(url), vkey }];
}

function without(validators: readonly TrustedValidator[], name: string): TrustedValidator[] {
  const left = validators.filter((one) => one.name !== name);
  return left.length < validators.length ? left : refuseCli('bad-option', `${name} is none of the validators whose tokens are counted.`);
}

/** A threshold that was chosen stays while it is still more than half; otherwise it is just more than half. */
function save(dir: string, args: CommandArgs, validators: readonly TrustedValidator[], before: TokenPolicy): void {
  const least = Math.floor(validators.length / 2) + 1;
  const kept = before.validators.length > 0 && before.threshold > Math.floor(before.validators.length / 2) + 1 ? before.threshold : least;
  const threshold = numberOption(args, 'k', Math.min(validators.length, Math.max(least, kept)), 1);
  writeTokenPolicy(dir, { maxAgeSec: numberOption(args, 'max-age', before.maxAgeSec, 1), threshold, validators });
}

function needed(what: string): never {
  throw new UsageError(`${what} is missing`);
}
