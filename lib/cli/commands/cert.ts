import { mkdirSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rootSeedOf } from '../../browser/words';
import { type NameAddress, dnsNameOf, parseAddress } from '../../core/resolution/address';
import { encodeAuthority, openAuthority } from '../cert/authority-file';
import { checkChain } from '../cert/check-chain';
import { issueLeaf, LEAF_DAYS, makeAuthority, MAX_LEAF_DAYS, pemOf } from '../cert/make-certificates';
import { refuseCli } from '../cli-refusal';
import { type Command, type CommandArgs, flagOption, type Io, neededOption, numberOption, UsageError } from '../command';
import { passphraseFor, SECRET_OPTIONS, SECRET_USAGE, WORDS_OPTION, WORDS_USAGE, wordsFor } from '../keys/secrets';
import { writeFileSafely } from '../keys/write-file';
import { HOLDER_OPTIONS, HOLDER_USAGE, holderOf } from '../registry/holder';
import { printSteps } from '../print-steps';

const USAGE = `mns cert root @NAME --out DIR
mns cert issue HOST [HOST …] --out DIR [--days ${LEAF_DAYS}]
mns cert check FILE --host HOST --data DIR | --url URL

  root     the identity's key (the 24 words) signs an authority that can vouch for NAME.mm-- and nothing else
  issue    the authority signs a certificate for exactly these hosts: coffeepot@alice, coffeepot.alice.mm--
  check    ties a host's certificate, through authority and identity, to the holder in the log

  --out DIR               where root.pem, authority.pem and authority.key are, and where HOST.pem and HOST.key go
  --days N                how long the host's certificate is good, at most ${MAX_LEAF_DAYS}
  --host HOST             the host that you want to reach
${HOLDER_USAGE}
  --json                  check: the steps as JSON
${SECRET_USAGE.replace('its passphrase', 'the passphrase of authority.key')}
${WORDS_USAGE}`;

const PUBLIC_MODE = 0o644;
const PRIVATE_DIR = 0o700;

/** command is `mns cert`. */
export const command: Command = {
  name: 'cert',
  options: { ...SECRET_OPTIONS, ...WORDS_OPTION, ...HOLDER_OPTIONS, days: { type: 'string' }, host: { type: 'string' }, json: { type: 'boolean' }, out: { type: 'string' } },
  run: runCert,
  summary: 'certificates for the hosts under your name, tied to your identity',
  usage: USAGE,
};

async function runCert(args: CommandArgs, io: Io): Promise<number> {
  const [what, ...rest] = args.positionals;
  if (what === 'root') return makeRoot(rest, args, io);
  if (what === 'issue') return issue(rest, args, io);
  if (what === 'check') return check(rest, args, io);
  throw new UsageError('say root, issue or check');
}

async function makeRoot(rest: readonly string[], args: CommandArgs, io: Io): Promise<number> {
  const host = dnsNameOf({ ...nameIn(rest), device: null });
  const out = neededOption(args, 'out');
  const file = join(out, 'authority.key');
  if (existsSync(file)) refuseCli('file-exists', `${file} exists already, and a key file is never written over.`);
  const passphrase = await passphraseFor(args, io, true);
  const seed = rootSeedOf(await wordsFor(args, io));
  const { authority, root } = await makeAuthority(seed, host, worldOf(io));
  seed.fill(0);
  mkdirSync(out, { mode: PRIVATE_DIR, recursive: true });
  writeFileSafely(file, encodeAuthority({ host, made: authority, root }, passphrase, io));
  writeFileSafely(join(out, 'authority.pem'), Buffer.from(pemOf('CERTIFICATE', authority.certificate)), PUBLIC_MODE);
  writeFileSafely(join(out, 'root.pem'), Buffer.from(pemOf('CERTIFICATE', root)), PUBLIC_MODE);
  io.out(`${join(out, 'authority.pem')}: vouches for ${host} and what is below it; whoever wants to reach your hosts trusts this file`);
  return 0;
}

async function issue(rest: readonly string[], args: CommandArgs, io: Io): Promise<number> {
  if (rest.length === 0) throw new UsageError('HOST is missing');
  const out = neededOption(args, 'out');
  const days = numberOption(args, 'days', LEAF_DAYS, 1);
  if (days > MAX_LEAF_DAYS) throw new UsageError(`--days is at most ${MAX_LEAF_DAYS}`);
  const authority = openAuthority(join(out, 'authority.key'), await passphraseFor(args, io));
  const hosts = rest.map((text) => dnsNameOf(nameIn([text])));
  const outside = hosts.find((host) => host !== authority.host && !host.endsWith(`.${authority.host}`));
  if (outside !== undefined) refuseCli('bad-option', `${outside} is not below ${authority.host}, the only name that this authority can vouch for.`);
  const leaf = await issueLeaf(authority.made, hosts, days, worldOf(io));
  const [first = ''] = hosts;
  writeFileSafely(join(out, `${first}.key`), Buffer.from(pemOf('PRIVATE KEY', leaf.privateKey)));
  writeFileSafely(join(out, `${first}.pem`), Buffer.from(pemOf('CERTIFICATE', leaf.certificate, authority.made.certificate, authority.root)), PUBLIC_MODE);
  io.out(`${join(out, `${first}.pem`)}: certificate and those above it, for ${hosts.join(', ')}, good for ${days} days`);
  io.out(`${join(out, `${first}.key`)}: its private key, for the server and nobody else`);
  return 0;
}

async function check(rest: readonly string[], args: CommandArgs, io: Io): Promise<number> {
  const [file, ...more] = rest;
  if (file === undefined || more.length > 0) throw new UsageError('give one FILE');
  const address = nameIn([neededOption(args, 'host')]);
  const holder = await holderOf(args, io, address.name, address.tenure);
  const pem = readPem(file);
  const { ok, steps } = checkChain(pem, { holder, host: dnsNameOf(address), name: dnsNameOf({ ...address, device: null }), nowMs: io.clock() * 1000 });
  printSteps(io, { ok, steps }, flagOption(args, 'json'));
  return ok ? 0 : 1;
}

function readPem(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return refuseCli('no-file', `${file} can't be read.`);
  }
}

function nameIn([text, ...more]: readonly string[]): NameAddress {
  if (text === undefined || more.length > 0) throw new UsageError('give one name');
  const address = parseAddress(text);
  if (address.kind !== 'name' || address.udf !== null) throw new UsageError(`${text} is no name or host under mm--`);
  return address;
}

function worldOf(io: Io) {
  return { nowMs: io.clock() * 1000, random: (count: number) => io.random(count) };
}

