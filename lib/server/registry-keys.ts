import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, statSync, unlinkSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { fromBase64, toBase64 } from '../core/bytes/base64';
import type { ToSign } from '../core/keys/dsse';
import { publicKeyOf, SEED_BYTES } from '../core/keys/sign';
import type { Signable } from '../core/keys/signable';
import { fastSigner } from '../native/fast-sign';
import type { RegistryKeys, Signer } from '../services/keys';

/*
 * keys.json holds the registry's private keys as RFC 8032 seeds. Whoever reads it can act as the registry; whoever loses it
 * cannot go on with the registry. The file is made once, never written again, and readable by its owner only.
 */

const FORMAT = 1;
const POLICY_KEYS = 2;
const ARBITERS = 3;

interface KeyFile {
  format: number;
  policy: string[];
  arbiters: string[];
  registrar: string;
  names: string;
  proofs: string;
}

/** KeyFileError says what is wrong with the key file, never what is in it. */
export class KeyFileError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'KeyFileError';
  }
}

/** openRegistryKeys reads the key file at `path`, or makes it if there is none and `mayCreate`. Throws KeyFileError. */
export function openRegistryKeys(path: string, mayCreate: boolean, say: (line: string) => void): RegistryKeys {
  if (!existsSync(path)) {
    if (!mayCreate) throw new KeyFileError(`the database holds a registry, but its keys are not at ${path}: bring them there, or point DATABASE_URL or MNS_DATA_DIR elsewhere`);
    say(`making the registry's keys: ${path}`);
    createKeyFile(path);
  }
  if ((statSync(path).mode & 0o077) !== 0) throw new KeyFileError(`${path} may be read by others: chmod 600 it, and think about who has`);
  return keysOf(parseKeyFile(readFileSync(path, 'utf8'), path));
}

/** createKeyFile writes fresh keys so that the file is whole or not there; where another process was first, its file stands. */
function createKeyFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const seeds = (count: number) => Array.from({ length: count }, newSeed);
  const file: KeyFile = { format: FORMAT, policy: seeds(POLICY_KEYS), arbiters: seeds(ARBITERS), registrar: newSeed(), names: newSeed(), proofs: newSeed() };
  const draft = `${path}.${process.pid}`;
  const handle = openSync(draft, 'w', 0o600);
  writeSync(handle, `${JSON.stringify(file, null, 2)}\n`);
  fsyncSync(handle);
  closeSync(handle);
  try {
    linkSync(draft, path);
  } catch (error) {
    if (!existsSync(path)) throw error;
  } finally {
    unlinkSync(draft);
  }
  const folder = openSync(dirname(path), 'r');
  fsyncSync(folder);
  closeSync(folder);
}

function newSeed(): string {
  return toBase64(randomBytes(SEED_BYTES));
}

function parseKeyFile(text: string, path: string): KeyFile {
  const wrong = () => new KeyFileError(`${path} is not a key file of this program`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw wrong();
  }
  const file = value as Partial<KeyFile> | null;
  if (typeof file !== 'object' || file === null || file.format !== FORMAT) throw wrong();
  const { policy, arbiters, registrar, names, proofs } = file;
  const all = [...(Array.isArray(policy) ? policy : []), ...(Array.isArray(arbiters) ? arbiters : []), registrar, names, proofs];
  const isSeed = (seed: unknown): seed is string => typeof seed === 'string' && /^[A-Za-z0-9+/]{43}=$/.test(seed);
  if (all.length !== POLICY_KEYS + ARBITERS + 3 || !all.every(isSeed) || new Set(all).size !== all.length) throw wrong();
  return file as KeyFile;
}

function keysOf(file: KeyFile): RegistryKeys {
  return {
    policy: file.policy.map((seed) => signerOf<ToSign>(seed, ['assertion'])),
    arbiters: file.arbiters.map((seed) => publicKeyOf(fromBase64(seed, SEED_BYTES))),
    registrar: signerOf<ToSign>(file.registrar, ['assertion', 'receipt']),
    names: signerOf<Signable>(file.names, ['checkpoint']),
    proofs: signerOf<Signable>(file.proofs, ['checkpoint']),
  };
}

function signerOf<What extends Signable>(seedText: string, kinds: readonly string[]): Signer<What> {
  const seed = fromBase64(seedText, SEED_BYTES);
  const sign = fastSigner(seed);
  return {
    publicKey: publicKeyOf(seed),
    sign(what) {
      if (!kinds.includes(what.kind)) throw new KeyFileError(`a key for ${kinds.join(' and ')} was asked to sign a ${what.kind}`);
      return sign(what);
    },
  };
}
