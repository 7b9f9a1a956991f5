import { existsSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { MAX_DELAY_SEC } from '../core/registry/limits';
import { sandboxAllowed } from '../sandbox/allowed';
import { parseProxies } from './client-address';
import { readWitnesses, type Witness } from '../services/witnesses';
import { SNAPSHOT_SEALS } from '../services/write-snapshot';

/** ServerEnv is everything the process reads from its environment, parsed once at start. */
export interface ServerEnv {
  port: number;
  /** host is the address to listen on; null for all, or with the payment sandbox for this machine's own. */
  host: string | null;
  /** trustedProxies are the addresses and networks whose X-Forwarded-For is believed. */
  trustedProxies: readonly string[];
  /** origin is the host (and port) that stands in the logs' names: `localhost:3000`, `mns.example`. */
  origin: string;
  periodSec: number;
  /** databaseUrl is null when the embedded database is to be used. */
  databaseUrl: string | null;
  dataDir: string;
  /** stripe is null when payments go to the sandbox in this process. */
  stripe: { secretKey: string; webhookSecret: string } | null;
  /** testDelaySec caps all delays (and their floors) of a new registry, so that tests see them pass; null: none. Private origins only. */
  testDelaySec: number | null;
  /** snapshotSeals is how many seals apart state snapshots are; 0 makes none. */
  snapshotSeals: number;
  /** forkFrom is a provider's copy that a new registry goes on from; null: it begins with nothing. */
  forkFrom: string | null;
  /** witnesses are asked to cosign each names checkpoint. */
  witnesses: readonly Witness[];
  /** evidenceFrom are the sites of validators whose evidence against this registry is shown here too. */
  evidenceFrom: readonly string[];
}

/** EnvError says which variable is wrong and what it may be; it never quotes a secret. */
export class EnvError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'EnvError';
  }
}

type Vars = Record<string, string | undefined>;

const MAX_PERIOD_SEC = 3_600;
const HOST_LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** readEnv parses the variables the README lists. An empty variable counts as unset. Throws EnvError. */
export function readEnv(vars: Vars, workingDir: string = process.cwd()): ServerEnv {
  const port = integerOf(vars, 'PORT', 3000, 0, 65_535);
  const origin = originOf(vars, port);
  const secretKey = valueOf(vars, 'STRIPE_SECRET_KEY');
  const webhookSecret = valueOf(vars, 'STRIPE_WEBHOOK_SECRET');
  if ((secretKey === null) !== (webhookSecret === null)) {
    throw new EnvError('set both STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET, or neither (then the payment sandbox is used)');
  }
  if (secretKey !== null && !/^(sk|rk)_(test|live)_/.test(secretKey)) throw new EnvError('STRIPE_SECRET_KEY must begin with sk_test_, sk_live_, rk_test_ or rk_live_');
  if (webhookSecret !== null && !webhookSecret.startsWith('whsec_')) throw new EnvError('STRIPE_WEBHOOK_SECRET must begin with whsec_');
  if (secretKey === null && !sandboxAllowed(origin)) {
    throw new EnvError(`MNS_ORIGIN "${origin}" is public, and without STRIPE_SECRET_KEY payments would go to the sandbox, which gives names away`);
  }
  const testDelaySec = valueOf(vars, 'MNS_TEST_DELAY_SEC') === null ? null : integerOf(vars, 'MNS_TEST_DELAY_SEC', 0, 0, MAX_DELAY_SEC);
  if (testDelaySec !== null && !sandboxAllowed(origin)) throw new EnvError(`MNS_TEST_DELAY_SEC makes a registry for tests, and MNS_ORIGIN "${origin}" is public`);
  return {
    port,
    host: hostOf(vars),
    trustedProxies: proxiesOf(vars),
    origin,
    testDelaySec,
    periodSec: integerOf(vars, 'MNS_PERIOD_SEC', 60, 1, MAX_PERIOD_SEC),
    databaseUrl: databaseUrlOf(vars),
    dataDir: resolve(workingDir, valueOf(vars, 'MNS_DATA_DIR') ?? '.data'),
    stripe: secretKey !== null && webhookSecret !== null ? { secretKey, webhookSecret } : null,
    snapshotSeals: integerOf(vars, 'MNS_SNAPSHOT_SEALS', SNAPSHOT_SEALS, 0, 100_000_000),
    forkFrom: folderOf(vars, 'MNS_FORK_FROM', workingDir),
    witnesses: witnessesOf(vars, workingDir),
    evidenceFrom: sitesOf(vars, 'MNS_EVIDENCE_FROM'),
  };
}

function originOf(vars: Vars, port: number): string {
  const value = valueOf(vars, 'MNS_ORIGIN');
  if (value === null) {
    if (port === 0) throw new EnvError('PORT=0 takes any free port, so MNS_ORIGIN must say what the logs are called');
    return `localhost:${port}`;
  }
  const match = /^(.+?)(?::(\d{1,5}))?$/.exec(value);
  const host = match?.[1] ?? '';
  const portText = match?.[2];
  const hostOk = host === '[::1]' || isIP(host) === 4 || (host.length <= 253 && host.split('.').every((label) => HOST_LABEL.test(label)));
  const portOk = portText === undefined || (String(Number(portText)) === portText && Number(portText) >= 1 && Number(portText) <= 65_535);
  if (!hostOk || !portOk) throw new EnvError(`MNS_ORIGIN must be a host in lower case, with a port if it is not 443: "mns.example" or "localhost:3000", not "${value}"`);
  return value;
}

function sitesOf(vars: Vars, name: string): string[] {
  const sites = (valueOf(vars, name) ?? '').split(/\s+/).filter((site) => site !== '');
  for (const site of sites) {
    if (!URL.canParse(site) || !['http:', 'https:'].includes(new URL(site).protocol)) throw new EnvError(`${name} must be addresses that begin with https:// or http://, divided by spaces, not "${site}"`);
  }
  return sites;
}

function hostOf(vars: Vars): string | null {
  const value = valueOf(vars, 'HOST');
  if (value !== null && isIP(value) === 0 && value !== 'localhost') throw new EnvError(`HOST must be the address to listen on, such as 0.0.0.0 or ::1, not "${value}"`);
  return value;
}

function proxiesOf(vars: Vars): string[] {
  try {
    return parseProxies(valueOf(vars, 'MNS_TRUSTED_PROXIES') ?? '');
  } catch (error) {
    throw new EnvError(`MNS_TRUSTED_PROXIES: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function witnessesOf(vars: Vars, workingDir: string): Witness[] {
  const value = valueOf(vars, 'MNS_WITNESSES');
  if (value === null) return [];
  try {
    // An item holds an "@"; without one it is the name of a file.
    return readWitnesses(value.includes('@') ? value : readFileSync(resolve(workingDir, value), 'utf8'));
  } catch (error) {
    throw new EnvError(`MNS_WITNESSES: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function folderOf(vars: Vars, name: string, workingDir: string): string | null {
  const value = valueOf(vars, name);
  if (value === null) return null;
  const path = resolve(workingDir, value);
  if (!existsSync(path)) throw new EnvError(`${name}: there is no folder ${path}`);
  return path;
}

function databaseUrlOf(vars: Vars): string | null {
  const value = valueOf(vars, 'DATABASE_URL');
  if (value === null) return null;
  if (!/^postgres(ql)?:\/\//.test(value) || !URL.canParse(value)) throw new EnvError('DATABASE_URL must be a postgres:// or postgresql:// address');
  return value;
}

function integerOf(vars: Vars, name: string, unset: number, min: number, max: number): number {
  const value = valueOf(vars, name);
  if (value === null) return unset;
  const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
  if (!(number >= min && number <= max)) throw new EnvError(`${name} must be a whole number from ${min} to ${max}, not "${value}"`);
  return number;
}

function valueOf(vars: Vars, name: string): string | null {
  const value = vars[name]?.trim();
  return value === undefined || value === '' ? null : value;
}
