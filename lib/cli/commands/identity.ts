import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { certificateOf, rotationOf, type SigningHalf, udfOfWords } from '../../browser/certificate';
import { createWords, encryptSeedOf } from '../../browser/words';
import { isBase64 } from '../../core/bytes/base64';
import { publicKeyOf, sign } from '../../core/keys/sign';
import { showUdf } from '../../core/keys/udf';
import type { IdentityEntry } from '../../core/registry/state';
import { refuseCli } from '../cli-refusal';
import { type Command, type CommandArgs, type Io, neededOption, onePositional, textOption, UsageError } from '../command';
import { createKeyFile, type NewKeyFile, showKeyFile } from '../keys/key-file';
import { passphraseFor, SECRET_OPTIONS, SECRET_USAGE, WORDS_OPTION, WORDS_USAGE, wordsFor } from '../keys/secrets';
import { type KnownRegistry, knowRegistry, proveState, submit, untilSealed } from '../registry/registry-api';

const USAGE = `mns identity new|restore|show --key FILE [--url URL | --registry ID]

  new      makes an identity: 24 words, shown once, and a key file for daily use
  restore  makes a new key file from the 24 words; a certificate that is logged is replaced (rotate)
  show     says whose key file it is

  --key FILE              the key file
  --url URL               the registry that the identity is for; restore needs it
  --authority FILE        restore: the new certificate names the authority in this file (mns cert root) as the only one for its devices
  --registry ID           or its registry id (base64), where it can't be reached
${SECRET_USAGE}
${WORDS_USAGE}`;

/** How long a rotation may wait for its seal. */
const VALID_SEC = 86_400;
const SEALED_WITHIN_PERIODS = 5;
const SEALED_WITHIN_SEC = 60;

/** command is `mns identity`. */
export const command: Command = {
  name: 'identity',
  options: { ...SECRET_OPTIONS, ...WORDS_OPTION, authority: { type: 'string' }, registry: { type: 'string' }, url: { type: 'string' } },
  run: runIdentity,
  summary: 'make an identity, restore it from its 24 words, show it',
  usage: USAGE,
};

async function runIdentity(args: CommandArgs, io: Io): Promise<number> {
  const what = onePositional(args, 'new, restore or show');
  const key = neededOption(args, 'key');
  if (what === 'new') return makeNew(args, io, key);
  if (what === 'restore') return restore(args, io, key);
  if (what === 'show') return show(io, key);
  throw new UsageError(`there is no mns identity ${what}`);
}

async function makeNew(args: CommandArgs, io: Io, key: string): Promise<number> {
  const registry = await registryFor(args, io);
  const passphrase = await passphraseFor(args, io, true);
  const words = createWords((count) => io.random(count));
  const made = await firstKeys(words, registry, io);
  createKeyFile(key, made, passphrase, io);
  io.out('Write these 24 words down, on paper, and keep them away from this machine. They are shown once.');
  io.out('Who has them has your names; without them nobody can help you.');
  io.out('');
  for (let row = 0; row < words.length; row += 6) io.out(words.slice(row, row + 6).map((word, at) => `${String(row + at + 1).padStart(2)} ${word}`.padEnd(13)).join('').trimEnd());
  io.out('');
  io.out(`UDF ${showUdf(udfOfWords(words))}`);
  io.err(`mns: the key file is ${key}`);
  return 0;
}

async function show(io: Io, key: string): Promise<number> {
  const shown = showKeyFile(key);
  io.out(`UDF          ${showUdf(shown.udf)}`);
  io.out(`Whole UDF    ${shown.udf}`);
  io.out(`Registry     ${shown.registry}`);
  io.out(`Certificate  number ${shown.certificate.number}, ${shown.certificate.hash}`);
  io.out(`Made         ${new Date(shown.createdSec * 1000).toISOString()}`);
  return 0;
}

/**
 * restore makes a key file from the words. If the identity is logged, its certificate's successor is logged too, and only then
 * does the new signing key count; the file is written first, so that a crash can't lose a key that was logged.
 */
async function restore(args: CommandArgs, io: Io, key: string): Promise<number> {
  const ca = authorityOf(args);
  const words = await wordsFor(args, io);
  const passphrase = await passphraseFor(args, io, true);
  const url = textOption(args, 'url');
  const known = url === null ? null : await knowRegistry(io, url, textOption(args, 'registry'));
  const udf = udfOfWords(words);
  const logged = known === null ? null : (await proveState(io, known.url, `identities/${udf}`, { registry: known.registry, subject: { kind: 'identity', udf } })).identity;
  if (known === null || logged === null) {
    createKeyFile(key, await firstKeys(words, known?.registry ?? (await registryFor(args, io)), io, ca), passphrase, io);
    io.out(`UDF ${showUdf(udf)}`);
    io.err(known === null ? 'mns: if this identity is logged already, restore it with --url: only then can its new key sign' : `mns: this identity holds no name yet; the key file is ${key}`);
    return 0;
  }
  return rotate(words, known, logged, { ca: ca ?? logged.ca, io, key, passphrase });
}

async function rotate(words: string[], known: KnownRegistry, logged: IdentityEntry, { ca, io, key, passphrase }: { ca: string | null; io: Io; key: string; passphrase: string }): Promise<number> {
  const seed = io.random(32);
  const half = halfOf(seed);
  const number = logged.number + 1;
  const certificate = await certificateOf(words, { ca, next: logged.next, number, registry: known.registry }, half);
  const notAfter = io.clock() + VALID_SEC;
  const envelope = await rotationOf(words, { certificate, notAfter, of: logged.certificate, registry: known.registry }, half);
  const encryptSeeds = Array.from({ length: number + 1 }, (_, index) => encryptSeedOf(words, index));
  createKeyFile(key, { certificate, createdSec: io.clock(), encryptSeeds, registry: known.registry, signingSeed: seed }, passphrase, io);
  seed.fill(0);
  io.err(`mns: the key file is ${key}; logging its certificate, number ${number}`);
  const { id, bySeal } = await submit(io, known, envelope).catch((error: unknown) => {
    io.err(`mns: the certificate is not logged, so the key in ${key} does not count: take the file away and try again`);
    throw error;
  });
  io.err(`mns: accepted, promised by seal ${bySeal}`);
  const { seal } = await untilSealed(io, known, id, Math.max(SEALED_WITHIN_SEC, SEALED_WITHIN_PERIODS * known.periodSec));
  io.out(`UDF ${showUdf(logged.udf)}`);
  io.out(`Certificate ${number} is logged with seal ${seal}; the key before it no longer counts.`);
  return 0;
}

/** authorityOf is the hash of the key in an authority's certificate: SHA-256 of its SubjectPublicKeyInfo, base64. */
function authorityOf(args: CommandArgs): string | null {
  const file = textOption(args, 'authority');
  if (file === null) return null;
  try {
    const { publicKey } = new X509Certificate(readFileSync(file));
    return createHash('sha256').update(publicKey.export({ format: 'der', type: 'spki' })).digest('base64');
  } catch {
    return refuseCli('bad-file', `${file} holds no certificate.`);
  }
}

async function firstKeys(words: string[], registry: string, io: Io, ca: string | null = null): Promise<NewKeyFile> {
  const signingSeed = io.random(32);
  const certificate = await certificateOf(words, { ca, number: 0, registry }, halfOf(signingSeed));
  return { certificate, createdSec: io.clock(), encryptSeeds: [encryptSeedOf(words, 0)], registry, signingSeed };
}

function halfOf(seed: Uint8Array): SigningHalf {
  const own = Uint8Array.from(seed);
  return { publicKey: publicKeyOf(own), sign: (what) => sign(what, own) };
}

async function registryFor(args: CommandArgs, io: Io): Promise<string> {
  const [given, url] = [textOption(args, 'registry'), textOption(args, 'url')];
  if (given !== null && (!isBase64(given) || given.length !== 44)) refuseCli('bad-option', '--registry takes a registry id: 32 bytes in base64.');
  if (url !== null) return (await knowRegistry(io, url, given)).registry;
  return given ?? fail('--url URL or --registry ID is missing');
}

function fail(message: string): never {
  throw new UsageError(message);
}

